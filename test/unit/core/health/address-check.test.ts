import { describe, expect, it } from 'vitest'
import { type AbsenceState, beginAbsence, judgeWindow, nextAbsence } from '../../../../src/core/health/address-check.js'

const A = '10.0.0.1'
const B = '10.0.0.2'
const C = '10.0.0.3'

describe('the window of a move without a target', () => {
  it.each([
    { title: 'an answer with only our address', answer: [A], verdict: 'same' },
    { title: 'an answer with another address in place of ours', answer: [B], verdict: 'moved' },
    { title: 'an answer with another address beside ours', answer: [A, B], verdict: 'auxiliary' },
    { title: 'the same answer in another order', answer: [B, A], verdict: 'auxiliary' },
    { title: 'our address twice', answer: [A, A], verdict: 'same' },
    { title: 'no answer', answer: [], verdict: 'same' },
    { title: 'an address of the other family beside ours', answer: ['2001:db8::1', A], verdict: 'same' },
    { title: 'only an address of the other family', answer: ['2001:db8::1'], verdict: 'moved' },
    { title: 'our address as IPv6 writes IPv4', answer: ['::ffff:10.0.0.1'], verdict: 'same' },
  ])('takes $title for $verdict', ({ answer, verdict }) => {
    expect(judgeWindow({ peer: A, answer })).toBe(verdict)
  })

  it('knows an IPv6 address in another spelling', () => {
    expect(judgeWindow({ peer: '2001:db8::1', answer: ['2001:DB8:0:0::1'] })).toBe('same')
    expect(judgeWindow({ peer: '2001:db8::1', answer: ['2001:db8::1', '2001:db8::2'] })).toBe('auxiliary')
  })
})

/** Plays answers; returns when the address counted as retired, and what is known at the end. */
function play(answers: Readonly<Record<number, readonly string[]>>, from = beginAbsence(A, true)) {
  const goneAt: number[] = []
  let state: AbsenceState = from
  for (const [at, answer] of Object.entries(answers)) {
    const next = nextAbsence(state, { answer, at: Number(at) })
    state = next.state
    if (next.gone) goneAt.push(Number(at))
  }
  return { goneAt, state }
}

describe('the absence of an address', () => {
  it('counts when two answers in a row, five seconds apart, lack it', () => {
    expect(play({ 0: [A], 1000: [B], 5999: [B], 6000: [B] }).goneAt).toEqual([6_000])
  })

  it('does not count from one answer alone, however long ago the one before it was', () => {
    expect(play({ 0: [A], 600000: [B] }).goneAt).toEqual([])
  })

  it('begins again when an answer has it again', () => {
    expect(play({ 0: [B], 4000: [B, A], 8000: [B], 12000: [B], 13000: [B] }).goneAt).toEqual([13_000])
  })

  it('passes over empty answers, and over one that was counted', () => {
    expect(play({ 0: [B], 9000: [] }).goneAt).toEqual([])
    const { state } = play({ 5000: [B] })
    for (const at of [5_000, 4_000]) expect(nextAbsence(state, { answer: [B], at })).toEqual({ state, gone: false })
  })

  it('never follows from the order', () => {
    const answers = Array.from({ length: 50 }, (_, index) => [index * 5_000, index % 2 ? [A, B, C] : [C, B, A]])
    expect(play(Object.fromEntries(answers)).goneAt).toEqual([])
  })

  it('is not held against an address that the name never led to', () => {
    const temporaryEndpoint = beginAbsence(A, false)
    expect(play({ 0: [B], 60000: [B], 120000: [B] }, temporaryEndpoint).goneAt).toEqual([])
    expect(play({ 0: [B], 60000: [A], 120000: [B], 180000: [B] }, temporaryEndpoint).goneAt).toEqual([180_000])
  })

  it('does not go on across a dial to the same address, which was advertised then', () => {
    const { state } = play({ 0: [B] })
    expect(play({ 6000: [B], 7000: [B] }, beginAbsence(A, true, state)).goneAt).toEqual([])
    expect(play({ 6000: [B] }, beginAbsence(A, false, state)).goneAt).toEqual([6_000])
  })
})

describe('a resolver that offers one address of ten at a time', () => {
  /** A client that is moved to what is offered whenever its address counts as retired. */
  function simulate(hours: number, offers: (at: number) => string): readonly number[] {
    const moves: number[] = []
    let state = beginAbsence(offers(0), true)
    for (let at = 0; at < hours * 3_600_000; at += 60_000) {
      const next = nextAbsence(state, { answer: [offers(at)], at })
      state = next.gone ? beginAbsence(offers(at), true, next.state) : next.state
      if (next.gone) moves.push(at)
    }
    return moves
  }

  it('moves a connection a few times, then no more', () => {
    const moves = simulate(48, at => `10.0.0.${(at / 60_000) % 10}`)
    expect(moves.length).toBeGreaterThan(0)
    expect(moves.length).toBeLessThanOrEqual(8)
    expect(moves.filter(at => at > 3_600_000)).toEqual([])
  })

  it('still moves it when each address is gone for good after half an hour', () => {
    const moves = simulate(24, at => `10.0.${Math.floor(at / 1_800_000)}.1`)
    expect(moves.length).toBeGreaterThan(24)
  })
})

describe('the proof that it takes', () => {
  it('doubles with each retirement up to an hour, and is the first again once an address stays', () => {
    let state = beginAbsence(A, true)
    const proofs: number[] = []
    for (let at = 0; proofs.length < 12; at += 1_000) {
      const next = nextAbsence(state, { answer: [B], at })
      state = next.state
      if (next.gone) proofs.push(state.proofMs)
    }
    expect(proofs.slice(0, 3)).toEqual([10_000, 20_000, 40_000])
    expect(proofs.at(-1)).toBe(3_600_000)
    const from = state.at + 1
    expect(play({ [from]: [A], [from + 3_599_999]: [A] }, state).state.proofMs).toBe(3_600_000)
    expect(play({ [from]: [A], [from + 3_600_000]: [A] }, state).state.proofMs).toBe(5_000)
  })

  it('takes ten minutes of presence to be the first again after one retirement', () => {
    const { state } = play({ 0: [B], 5000: [B] })
    expect(state.proofMs).toBe(10_000)
    const next = beginAbsence(B, true, state)
    expect(play({ 6000: [B], 605999: [B] }, next).state.proofMs).toBe(10_000)
    expect(play({ 6000: [B], 606000: [B] }, next).state.proofMs).toBe(5_000)
  })
})
