import { describe, expect, it } from 'vitest'
import { createDeferred } from '../../../../src/base/deferred.js'
import { endInTime, hasDeadline, withoutImplied } from '../../../../src/engine/commands/waiting/call-deadline.js'
import type { SendOptions } from '../../../../src/engine/ports.js'
import { createVirtualClock } from '../../../../src/testing/virtual-clock.js'
import { TOY_ERRORS, ToyError } from '../../../support/toy-options.js'

const host = {
  errors: TOY_ERRORS,
  impliedTimeoutMs: 5_000,
  classify: (error: unknown) => (error instanceof ToyError ? error.kind : 'other'),
} as const

function begin(options: SendOptions, blocksMs = 0) {
  const clock = createVirtualClock()
  const answer = createDeferred<string>()
  const relaxed: { ms?: number } = {}
  const given: SendOptions[] = []
  const outcome: string[] = []
  const known = { blocksMs }
  const call = {
    options,
    blocksMs: () => known.blocksMs,
    begin: (own: SendOptions) => {
      given.push(own)
      return answer.promise
    },
  }
  endInTime(call, { clock, host, relaxedMs: () => relaxed.ms, note: error => error }).then(
    value => outcome.push(value),
    (error: Error) => outcome.push(error.message),
  )
  return { clock, answer, relaxed, known, given, outcome }
}

describe('a call with a timeout', () => {
  it('ends with it, wherever it is, and a late answer is dropped', async () => {
    const { clock, answer, given, outcome } = begin({ timeout: 200 })
    expect(given[0]?.timeout).toBeUndefined()
    await clock.settleTo(199)
    expect([outcome, given[0]?.abortSignal?.aborted]).toEqual([[], false])
    await clock.settleTo(200)
    expect([outcome, given[0]?.abortSignal?.aborted]).toEqual([['The command timed out'], true])
    answer.resolve('late')
    await clock.settle()
    expect([outcome, clock.pending]).toEqual([['The command timed out'], 0])
  })

  it('is answered before, and leaves nothing behind', async () => {
    const { clock, answer, outcome } = begin({ timeout: 200 })
    answer.resolve('value')
    await clock.settle()
    expect([outcome, clock.pending]).toEqual([['value'], 0])
  })

  it('has longer where a window opens meanwhile', async () => {
    const { clock, relaxed, outcome } = begin({ timeout: 200 })
    relaxed.ms = 1_000
    await clock.settleTo(999)
    expect(outcome).toEqual([])
    await clock.settleTo(1_000)
    expect(outcome).toEqual(['The command timed out'])
  })

  it('ends with what it failed with before, where it waits for another try', async () => {
    const { clock, answer, given, outcome } = begin({ timeout: 200 })
    given[0]?.abortSignal?.addEventListener('abort', () => answer.reject(new ToyError('reply', 'READONLY')))
    await clock.settleTo(200)
    expect(outcome).toEqual(['READONLY'])
  })

  it('times out where its host only knows that it was aborted', async () => {
    const { clock, answer, given, outcome } = begin({ timeout: 200 })
    given[0]?.abortSignal?.addEventListener('abort', () => answer.reject(TOY_ERRORS.aborted()))
    await clock.settleTo(200)
    expect(outcome).toEqual(['The command timed out'])
  })

  it('may block as long as it says besides, and waits to be sent no longer than its timeout', async () => {
    const { clock, given, outcome } = begin({ timeout: 200 }, 1_000)
    expect(given[0]?.timeout).toBe(200)
    await clock.settleTo(1_199)
    expect(outcome).toEqual([])
    await clock.settleTo(1_200)
    expect(outcome).toEqual(['The command timed out'])
  })

  it('has as long as becomes known while it goes on', async () => {
    const { clock, known, outcome } = begin({ timeout: 200 })
    known.blocksMs = Number.POSITIVE_INFINITY
    await clock.settleTo(1_000)
    expect([outcome, clock.pending]).toEqual([[], 0])
  })

  it('has no end of its own where it blocks for ever', async () => {
    const { clock, answer, outcome } = begin({ timeout: 200 }, Number.POSITIVE_INFINITY)
    await clock.settleTo(100_000)
    answer.resolve('item')
    await clock.settle()
    expect(outcome).toEqual(['item'])
  })
})

describe('a call with a signal', () => {
  it('ends when it aborts, and is not begun where it has aborted', async () => {
    const abort = new AbortController()
    const running = begin({ abortSignal: abort.signal, timeout: 5_000 })
    // The host's own timeout still ends the wait until it is written.
    expect(running.given[0]?.timeout).toBe(5_000)
    abort.abort()
    await running.clock.settleBy(0)
    expect(running.outcome).toEqual(['The command was aborted'])
    const late = begin({ abortSignal: abort.signal })
    await late.clock.settle()
    expect([late.outcome, late.given]).toEqual([['The command was aborted'], []])
  })
})

describe('the timeout that a host has for all commands', () => {
  it('is no end of a call', () => {
    const { signal } = new AbortController()
    const ends = [undefined, {}, { timeout: 5_000 }, { timeout: 0 }, { timeout: 200 }, { abortSignal: signal }]
    expect(ends.map(options => hasDeadline(options, host))).toEqual([false, false, false, false, true, true])
  })

  it('is left out where there must be none', () => {
    const own = { timeout: 200, asap: true }
    expect(withoutImplied(own, host)).toBe(own)
    expect(withoutImplied({ timeout: 5_000, asap: true }, host)).toEqual({ timeout: undefined, asap: true })
    expect(withoutImplied(undefined, host)).toBeUndefined()
  })
})
