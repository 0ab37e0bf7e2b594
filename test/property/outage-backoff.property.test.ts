import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createSeededRandom } from '../../src/base/random.js'
import { retryDelayMs } from '../../src/core/limits/outage-backoff.js'

const outageMs = fc.double({ min: 0, max: 1e9, noNaN: true })
const maxBackoffMs = fc.double({ min: 1, max: 600_000, noNaN: true })
const drawn = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

it('a pause is at least 20 ms, at most 1 s or a fortieth part of the outage, and within its bound', () => {
  fc.assert(
    fc.property(outageMs, maxBackoffMs, drawn, (outage, max, value) => {
      const delay = retryDelayMs({ outageMs: outage, maxBackoffMs: max, random: () => value })
      expect(delay).toBeGreaterThanOrEqual(Math.min(20, max))
      expect(delay).toBeLessThanOrEqual(Math.max(Math.min(Math.max(100, outage / 4), 1_000), outage / 40))
      expect(delay).toBeLessThanOrEqual(max)
    }),
  )
})

it('a longer outage never shortens the pause that the same draw gives', () => {
  fc.assert(
    fc.property(outageMs, outageMs, maxBackoffMs, drawn, (a, b, max, value) => {
      const delayAfter = (ms: number): number => retryDelayMs({ outageMs: ms, maxBackoffMs: max, random: () => value })
      expect(delayAfter(Math.min(a, b))).toBeLessThanOrEqual(delayAfter(Math.max(a, b)))
    }),
  )
})

it('a server that returns after a minute is found within 1.5 s, one that returns after an hour within 30 s', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 3_600_000 }), (seed, returnsAt) => {
      const random = createSeededRandom(seed)
      let now = 0
      let attempts = 1
      while (now < returnsAt) {
        now += retryDelayMs({ outageMs: now, maxBackoffMs: 30_000, random })
        attempts += 1
      }
      const lateMs = now - returnsAt
      expect(lateMs).toBeLessThanOrEqual(Math.min(Math.max(returnsAt / 40, 1_000), 30_000))
      if (returnsAt <= 60_000) {
        expect(lateMs).toBeLessThanOrEqual(1_500)
        // About as often as the outage allows, and not more: the floor bounds the first seconds.
        expect(attempts).toBeLessThan(300)
      }
    }),
  )
})

it('pauses are spread over all that is allowed', () => {
  const random = createSeededRandom(7)
  const delays = Array.from({ length: 1_000 }, () => retryDelayMs({ outageMs: 400_000, maxBackoffMs: 30_000, random }))
  const inQuarter = (n: number): number => delays.filter(delay => Math.floor(delay / 2_500) === n).length
  for (const quarter of [0, 1, 2, 3]) expect(inQuarter(quarter)).toBeGreaterThan(200)
})
