import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sizeHandoffs } from '../../src/core/limits/handoff-sizing.js'
import { startDelayMs } from '../../src/core/limits/pacing.js'

const count = fc.integer({ min: 1, max: 100_000 })
const facts = fc.record(
  { poolSize: count, maxConnections: count, workers: count, queueSize: count },
  { requiredKeys: ['poolSize'] },
)

describe('the sizes, for whatever pool', () => {
  test('are whole, positive and within their caps', () => {
    fc.assert(
      fc.property(facts, given => {
        const { workers, queueSize } = sizeHandoffs(given)
        expect(Number.isInteger(workers) && workers >= 1).toBe(true)
        expect(Number.isInteger(queueSize) && queueSize >= 2).toBe(true)
        const cap = given.maxConnections === undefined ? 5 * given.poolSize : given.maxConnections + 1
        expect(queueSize).toBeLessThanOrEqual(cap)
        if (given.workers === undefined) expect(workers).toBeLessThanOrEqual(Math.max(1, given.poolSize / 2))
      }),
    )
  })

  test('have room for every connection of the pool, where its connections are not limited', () => {
    fc.assert(
      fc.property(count, poolSize => {
        const { workers, queueSize } = sizeHandoffs({ poolSize })
        expect(workers + queueSize).toBeGreaterThanOrEqual(poolSize)
      }),
    )
  })

  test('leave a share of every window for the dial', () => {
    const windowMs = fc.double({ min: 0, max: 1e9, noNaN: true })
    fc.assert(
      fc.property(windowMs, fc.integer(), fc.double({ min: 0, max: 1, noNaN: true }), (window, seed, share) => {
        const delay = startDelayMs({ windowMs: window, seed, share })
        expect(Number.isInteger(delay) && delay >= 0).toBe(true)
        expect(delay === 0 || delay < window * share - Math.min(window / 10, 1_000)).toBe(true)
      }),
    )
  })
})
