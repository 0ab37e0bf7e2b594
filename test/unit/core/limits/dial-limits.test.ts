import { describe, expect, it } from 'vitest'
import { type DialLimit, DialLimits, type OpenDial } from '../../../../src/core/limits/dial-limits.js'

const NODE = { host: 'node.example', port: 6379 }
const OTHER = { host: 'other.example', port: 6379 }

/** Opens so many connections at an instant; returns those that were allowed, and the last refusal. */
function openMany(limits: DialLimits, count: number, request: { now: number; endpoint?: typeof NODE; event?: string }) {
  const dials: OpenDial[] = []
  let refusal: { limit: DialLimit; retryAfterMs: number } | undefined
  for (let n = 0; n < count; n += 1) {
    const leave = limits.tryOpen({ endpoint: NODE, ...request })
    if (leave.allowed) dials.push(leave.dial)
    else refusal = { limit: leave.limit, retryAfterMs: leave.retryAfterMs }
  }
  return { dials, refusal }
}

describe('the limits on dials', () => {
  it('allow 50 at once to one endpoint, in whatever spelling', () => {
    const limits = new DialLimits()
    const { dials, refusal } = openMany(limits, 51, { now: 0 })
    expect(dials).toHaveLength(50)
    expect(refusal).toEqual({ limit: 'parallel-endpoint', retryAfterMs: 25 })
    expect(limits.tryOpen({ endpoint: { ...NODE, host: 'NODE.example.' }, now: 0 }).allowed).toBe(false)
    expect(limits.tryOpen({ endpoint: OTHER, now: 0 }).allowed).toBe(true)
  })

  it('allow 100 at once for the process', () => {
    const limits = new DialLimits({ parallelPerEndpoint: 1_000 })
    const { dials, refusal } = openMany(limits, 101, { now: 0 })
    expect(dials).toHaveLength(100)
    expect(refusal).toEqual({ limit: 'parallel', retryAfterMs: 25 })
  })

  it('allow another once one is settled, and settling twice frees one place only', () => {
    const limits = new DialLimits({ parallelPerEndpoint: 2 })
    const [first] = openMany(limits, 2, { now: 0 }).dials
    if (first === undefined) throw new Error('none was allowed')
    limits.settle(first)
    limits.settle(first)
    expect(openMany(limits, 2, { now: 1 }).dials).toHaveLength(1)
    expect(limits.open).toBe(2)
  })

  it('allow 200 within any second, and say when the next is free', () => {
    const limits = new DialLimits()
    const openAt = (count: number, now: number) => {
      const opened = openMany(limits, count, { now })
      for (const dial of opened.dials) limits.settle(dial)
      return opened
    }
    for (let now = 0; now < 800; now += 200) expect(openAt(50, now).refusal).toBeUndefined()
    expect(openAt(1, 900).refusal).toEqual({ limit: 'per-second', retryAfterMs: 100 })
    expect(openAt(60, 1_000)).toMatchObject({ dials: { length: 50 }, refusal: { retryAfterMs: 200 } })
  })

  it('count each database for itself within a second', () => {
    const limits = new DialLimits({ perSecond: 1 })
    const tryFor = (database: string, now: number): boolean => limits.tryOpen({ endpoint: NODE, database, now }).allowed
    expect([tryFor('a', 0), tryFor('a', 1), tryFor('b', 1), tryFor('b', 2)]).toEqual([true, false, true, false])
    expect([tryFor('a', 1_000), tryFor('b', 1_000), tryFor('b', 1_001)]).toEqual([true, false, true])
  })

  it('allow one for each link within any second where there are more links than that', () => {
    const limits = new DialLimits({ parallelPerEndpoint: 1_000, parallel: 1_000, perEvent: () => 1_000 })
    const request = { endpoint: NODE, links: 300, now: 0 }
    for (let n = 0; n < 300; n += 1) expect(limits.tryOpen(request).allowed).toBe(true)
    expect(limits.tryOpen(request)).toMatchObject({ allowed: false, limit: 'per-second' })
    expect(limits.tryOpen({ ...request, links: 301 }).allowed).toBe(true)
  })

  it('allow twice the links and ten for one event, until it is forgotten', () => {
    const limits = new DialLimits({ perSecond: 1_000 })
    const request = { endpoint: NODE, event: 'db/moving/7', links: 3 }
    const tryAt = (now: number) => {
      const leave = limits.tryOpen({ ...request, now })
      if (leave.allowed) limits.settle(leave.dial)
      return leave
    }
    for (let n = 0; n < 16; n += 1) expect(tryAt(0).allowed).toBe(true)
    expect(tryAt(5_000)).toEqual({ allowed: false, limit: 'per-event', retryAfterMs: 115_000 })
    expect(limits.tryOpen({ ...request, event: 'db/moving/8', now: 5_000 }).allowed).toBe(true)
    expect(tryAt(120_000).allowed).toBe(true)
  })

  it('count each that was refused under its limit, once', () => {
    const limits = new DialLimits({ parallelPerEndpoint: 1, perEvent: () => 2 })
    openMany(limits, 3, { now: 0, event: 'e' })
    openMany(limits, 1, { now: 0, endpoint: OTHER, event: 'e' })
    openMany(limits, 2, { now: 0, endpoint: OTHER, event: 'e' })
    expect(limits.tripped).toEqual({ 'per-event': 2, 'per-second': 0, 'parallel-endpoint': 2, parallel: 0 })
    expect(limits.tryOpen({ endpoint: NODE, event: 'e', again: true, now: 0 })).toMatchObject({ limit: 'per-event' })
    expect(limits.tripped).toMatchObject({ 'per-event': 2 })
  })

  it('do not wait for ever for a dial that nobody settled', () => {
    const limits = new DialLimits({ parallelPerEndpoint: 1 })
    expect(openMany(limits, 1, { now: 0 }).dials).toHaveLength(1)
    expect(openMany(limits, 1, { now: 59_999 }).dials).toHaveLength(0)
    expect(openMany(limits, 1, { now: 60_000 }).dials).toHaveLength(1)
    expect(limits.open).toBe(1)
  })

  it('remember at most 256 events, and forget the oldest', () => {
    const limits = new DialLimits({ perSecond: 10_000, perEvent: () => 1 })
    const tryEvent = (event: string) => {
      const leave = limits.tryOpen({ endpoint: NODE, event, now: 0 })
      if (leave.allowed) limits.settle(leave.dial)
      return leave.allowed
    }
    for (let n = 0; n < 256; n += 1) expect(tryEvent(`e${n}`)).toBe(true)
    expect(tryEvent('e0')).toBe(false)
    expect(tryEvent('e256')).toBe(true)
    expect(tryEvent('e0')).toBe(true)
  })
})
