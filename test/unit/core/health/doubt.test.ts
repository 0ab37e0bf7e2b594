import { describe, expect, it } from 'vitest'
import { beginDoubt, type DoubtLook, judgeDoubt, type Sighting } from '../../../../src/core/health/doubt.js'

const QUIET = { hasSpoken: false, isInWindow: false } as const
const idle: Sighting = { type: 'idle' }
const held: Sighting = { type: 'held' }
const arriving = (progress: string): Sighting => ({ type: 'arriving', progress })

/** Looks one after the other, as often as each verdict asks for it. Returns when it was found dead, if it was. */
function look(sightings: readonly (Sighting | Partial<DoubtLook>)[]): { deadAt: number | undefined; lastAt: number } {
  let state = beginDoubt(0)
  let now = 0
  for (const given of sightings) {
    const seen = 'type' in given ? { sighting: given } : given
    const next = judgeDoubt(state, { sighting: idle, ...QUIET, ...seen, now })
    if (next.verdict.isDead) return { deadAt: now, lastAt: now }
    state = next.state
    now += next.verdict.lookAfterMs
  }
  return { deadAt: undefined, lastAt: now }
}

const times = <T>(count: number, what: T): readonly T[] => Array.from({ length: count }, () => what)

describe('a connection in doubt', () => {
  it.each<readonly [string, Sighting]>([
    ['has nothing of what was sent', idle],
    ['does not know it any more', { type: 'forgotten' }],
    ['is not there to connect to', { type: 'unreachable' }],
  ])('is dead when two looks in a row say that its server %s', (_, sighting) => {
    expect(look([sighting])).toEqual({ deadAt: undefined, lastAt: 200 })
    expect(look([sighting, sighting]).deadAt).toBe(200)
    expect(look([sighting, held, sighting]).deadAt).toBeUndefined()
  })

  it.each<readonly [string, Sighting | Partial<DoubtLook>]>([
    ['the server holds a command of it', held],
    ['it has spoken since', { hasSpoken: true }],
    ['a window is open that the server announced', { isInWindow: true }],
  ])('lives as long as %s', (_, life) => {
    expect(look(times(3_600, life))).toEqual({ deadAt: undefined, lastAt: 3_600_000 })
  })

  it('lives while a request arrives at its server, and is dead when that stands still for 5 s', () => {
    expect(look(Array.from({ length: 100 }, (_, n) => arriving(`${n}`))).deadAt).toBeUndefined()
    expect(look([arriving('1'), arriving('2'), ...times(10, arriving('2'))]).deadAt).toBe(6_000)
  })

  it.each<readonly [string, Sighting, number]>([
    ['whose server is mute', { type: 'mute' }, 10_000],
    ['whose blocking command is overdue', { type: 'overdue' }, 10_000],
    ['of which nothing can be found out', { type: 'untold' }, 60_000],
  ])('%s is given up after a time', (_, sighting, afterMs) => {
    expect(look(times(100, sighting)).deadAt).toBe(afterMs)
    expect(look([held, ...times(100, sighting)]).deadAt).toBe(afterMs)
  })
})
