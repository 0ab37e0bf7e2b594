import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Latencies } from '../../../../src/cli/player/notes/latencies.js'

function of(...durations: readonly number[]): Latencies {
  const latencies = new Latencies()
  for (const durationMs of durations) latencies.add(durationMs)
  return latencies
}

it('has nothing to say when it is empty', () => {
  const empty = new Latencies()
  expect([empty.count, empty.longestMs, empty.quantile(0.99)]).toEqual([0, 0, 0])
})

it('keeps the longest duration exactly, in a sum of two as well', () => {
  const latencies = of(1, 1_234.5, 3)
  expect(latencies.longestMs).toBe(1_234.5)
  latencies.merge(of(5_000, 2))
  expect([latencies.longestMs, latencies.count]).toEqual([5_000, 5])
})

it('takes durations of nothing, and those that are longer than an hour', () => {
  const latencies = of(0, 0, 7_200_000)
  expect([latencies.quantile(0.5), latencies.longestMs]).toEqual([0.001, 7_200_000])
  expect(latencies.quantile(1)).toBeGreaterThan(3_599_000)
})

it('can be emptied and filled again', () => {
  const latencies = of(500, 600)
  latencies.clear()
  expect([latencies.count, latencies.longestMs, latencies.quantile(0.99)]).toEqual([0, 0, 0])
  latencies.add(2)
  expect([latencies.count, latencies.longestMs, latencies.quantile(0.99)]).toEqual([1, 2, 2])
})

it('gives quantiles that are at most 0.1 % or a microsecond too high, and never above the longest', () => {
  const positive = fc.double({ min: 0, max: 60_000, noNaN: true })
  fc.assert(
    fc.property(fc.array(positive, { minLength: 1 }), fc.double({ min: 0.01, max: 1, noNaN: true }), (all, share) => {
      const sorted = all.toSorted((a, b) => a - b)
      const exact = sorted[Math.ceil(all.length * share) - 1] ?? 0
      const found = of(...all).quantile(share)
      expect(found).toBeGreaterThanOrEqual(exact * 0.999_999)
      expect(found).toBeLessThanOrEqual(Math.min(exact * 1.001 + 0.001, sorted.at(-1) ?? 0))
    }),
  )
})
