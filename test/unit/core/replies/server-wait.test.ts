import { describe, expect, it } from 'vitest'
import {
  afterPause,
  isWaitOver,
  NO_WAIT,
  pauseBefore,
  type ServerWait,
} from '../../../../src/core/replies/server-wait.js'

function paused(pauses: number, now = 1_000): ServerWait {
  return Array.from({ length: pauses }).reduce<ServerWait>(wait => afterPause(wait, now), NO_WAIT)
}

describe('the wait for a server that refuses for now', () => {
  it('makes pauses that double up to half a second', () => {
    expect([1, 2, 3, 4, 5, 6, 30].map(count => pauseBefore(paused(count)))).toEqual([20, 40, 80, 160, 320, 500, 500])
  })

  it.each([
    ['no-replicas', 10_000],
    ['master-down', 10_000],
    ['cluster-down', 10_000],
    ['loading', 30_000],
    ['try-again', 2_000],
  ] as const)('for %s ends after %i ms', (kind, longestMs) => {
    const wait = paused(7)
    expect(isWaitOver(wait, kind, 1_000 + longestMs - 1)).toBe(false)
    expect(isWaitOver(wait, kind, 1_000 + longestMs)).toBe(true)
  })

  it('is not over before it began', () => {
    expect(isWaitOver(NO_WAIT, 'loading', 100_000)).toBe(false)
  })

  it('may begin again a minute after it began', () => {
    const wait = paused(7)
    expect(isWaitOver(wait, 'no-replicas', 60_999)).toBe(true)
    expect(isWaitOver(wait, 'no-replicas', 61_000)).toBe(false)
    expect(afterPause(wait, 61_000)).toEqual({ sinceAt: 61_000, pauses: 1 })
  })
})
