import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backoffMs, elapsedBackoffMs, jitteredMs, spreadMs } from '../../../src/base/backoff.js'

const pause = fc.integer({ min: 0, max: 1_000_000 })
const draw = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

function pausesOf(backoff: Parameters<typeof backoffMs>[0], count: number): readonly number[] {
  return Array.from({ length: count }, (_, failures) => backoffMs(backoff, failures))
}

describe('the pause after some failures', () => {
  it('doubles with each up to the longest', () => {
    expect(pausesOf({ firstMs: 1_000, longestMs: 60_000 }, 8)).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000,
    ])
  })

  it('grows by another factor where one is given, and without end where there is no longest', () => {
    expect(pausesOf({ firstMs: 5, factor: 10 }, 4)).toEqual([5, 50, 500, 5_000])
    expect(pausesOf({ firstMs: 5, factor: 1 }, 3)).toEqual([5, 5, 5])
  })

  it('is never shorter than the one before, nor above the longest, however many failed', () => {
    fc.assert(
      fc.property(
        pause,
        pause,
        fc.double({ min: 1, max: 10, noNaN: true }),
        fc.nat(5_000),
        (firstMs, moreMs, factor, failures) => {
          const backoff = { firstMs, factor, longestMs: firstMs + moreMs }
          const now = backoffMs(backoff, failures)
          expect(now).toBeGreaterThanOrEqual(firstMs)
          expect(backoffMs(backoff, failures + 1)).toBeGreaterThanOrEqual(now)
          expect(now).toBeLessThanOrEqual(backoff.longestMs)
        },
      ),
    )
  })
})

describe('the pause after some time', () => {
  it.each([
    { elapsedMs: 0, pauseMs: 100 },
    { elapsedMs: 400, pauseMs: 100 },
    { elapsedMs: 2_000, pauseMs: 500 },
    { elapsedMs: 4_000, pauseMs: 1_000 },
    { elapsedMs: 1e9, pauseMs: 1_000 },
  ])('of $elapsedMs ms is a part of it within its bounds: $pauseMs ms', ({ elapsedMs, pauseMs }) => {
    expect(elapsedBackoffMs({ firstMs: 100, part: 4, longestMs: 1_000 }, elapsedMs)).toBe(pauseMs)
  })

  it('has no bounds where none are given', () => {
    expect([0, 40, 4e9].map(elapsedMs => elapsedBackoffMs({ part: 40 }, elapsedMs))).toEqual([0, 1, 1e8])
  })
})

describe('a pause that is spread', () => {
  it('is anything from the least to the whole', () => {
    const drawn = [0, 0.25, 0.75, 0.9999].map(value => spreadMs(1_000, { leastMs: 20, random: () => value }))
    expect(drawn).toEqual([1_000, 750, 250, 20])
  })

  it('stays within its bounds, and is never none', () => {
    fc.assert(
      fc.property(pause, pause, draw, (pauseMs, leastMs, value) => {
        const spread = spreadMs(pauseMs, { leastMs, random: () => value })
        expect(spread).toBeGreaterThanOrEqual(Math.min(leastMs, pauseMs))
        expect(spread).toBeLessThanOrEqual(pauseMs)
        if (pauseMs > 0) expect(spread).toBeGreaterThan(0)
      }),
    )
  })
})

describe('a pause with jitter', () => {
  it('is longer by whole milliseconds below the jitter', () => {
    const drawn = [0, 0.5, 0.9999].map(value => jitteredMs(50, { jitterMs: 200, random: () => value }))
    expect(drawn).toEqual([50, 150, 249])
  })
})
