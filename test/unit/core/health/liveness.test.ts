import { describe, expect, it } from 'vitest'
import {
  checkDueAt,
  judgeLiveness,
  type LivenessFacts,
  type LivenessPolicy,
} from '../../../../src/core/health/liveness.js'

const policy: LivenessPolicy = { unresponsiveTimeoutMs: 3_000, healthCheckIntervalMs: 30_000 }

const idle: LivenessFacts = {
  now: 100_000,
  heardAt: 100_000,
  owedSince: undefined,
  blocked: false,
  listening: false,
  monitoring: false,
  stretch: 1,
}

describe('a connection that owes answers', () => {
  it.each([
    [2_999, 'alive'],
    [3_000, 'unresponsive'],
    [60_000, 'unresponsive'],
  ] as const)('and has sent nothing for %i ms is %s', (owedMs, verdict) => {
    const facts = { ...idle, heardAt: 0, owedSince: idle.now - owedMs }
    expect(judgeLiveness(facts, policy)).toBe(verdict)
  })

  it('is never silent where that is switched off, and is not asked for more', () => {
    const facts = { ...idle, heardAt: 0, owedSince: 0 }
    expect(judgeLiveness(facts, { ...policy, unresponsiveTimeoutMs: false })).toBe('alive')
  })
})

describe('a connection that owes nothing', () => {
  it.each([
    [26_999, {}, 'alive'],
    [30_000, {}, 'ping'],
    [29_999, { stretch: 1.1 }, 'alive'],
    [33_000, { stretch: 1.1 }, 'ping'],
    [27_000, { stretch: 0.9 }, 'ping'],
    [1_999, { listening: true }, 'alive'],
    [2_000, { listening: true }, 'ping'],
    [2_000, { listening: true, stretch: 1.1 }, 'ping'],
    [1_800, { listening: true, stretch: 0.9 }, 'ping'],
    [4_999, { blocked: true }, 'alive'],
    [5_000, { blocked: true }, 'check-blocked'],
    [5_000, { blocked: true, listening: true }, 'check-blocked'],
  ] as const)('and was quiet for %i ms, with %o, is to be: %s', (quietMs, more, verdict) => {
    expect(judgeLiveness({ ...idle, heardAt: idle.now - quietMs, ...more }, policy)).toBe(verdict)
  })

  it('is asked together with others that were quiet for about as long', () => {
    const dueAt = [60_000, 61_000, 62_999, 63_000].map(heardAt => checkDueAt(heardAt, policy, idle))
    expect(dueAt).toEqual([90_000, 90_000, 90_000, 93_000])
  })

  it('is asked as often as wished where that is more often than connections that listen are', () => {
    const facts = { ...idle, heardAt: idle.now - 1_000 }
    const often = { ...policy, healthCheckIntervalMs: 1_000 }
    expect(judgeLiveness({ ...facts, listening: true }, often)).toBe('ping')
    expect(judgeLiveness({ ...facts, blocked: true }, often)).toBe('check-blocked')
  })

  it.each([{}, { listening: true }, { blocked: true }])('is never asked where that is switched off, with %o', more => {
    expect(judgeLiveness({ ...idle, heardAt: 0, ...more }, { ...policy, healthCheckIntervalMs: false })).toBe('alive')
  })
})

it('a connection that answers nothing by design is left alone', () => {
  expect(judgeLiveness({ ...idle, heardAt: 0, owedSince: 0, monitoring: true }, policy)).toBe('alive')
  expect(judgeLiveness({ ...idle, heardAt: 0, monitoring: true }, policy)).toBe('alive')
})
