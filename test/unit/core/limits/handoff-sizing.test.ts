import { describe, expect, it } from 'vitest'
import { sizeHandoffs } from '../../../../src/core/limits/handoff-sizing.js'

describe('the sizes of the hand-off machinery', () => {
  it.each([
    [{ poolSize: 100 }, { workers: 33, queueSize: 500 }],
    [
      { poolSize: 100, maxConnections: 150 },
      { workers: 33, queueSize: 151 },
    ],
    [{ poolSize: 50 }, { workers: 16, queueSize: 250 }],
    [{ poolSize: 1 }, { workers: 1, queueSize: 5 }],
    [{ poolSize: 2 }, { workers: 1, queueSize: 10 }],
    [{ poolSize: 3 }, { workers: 1, queueSize: 15 }],
    [{ poolSize: 10 }, { workers: 5, queueSize: 50 }],
    [{ poolSize: 1_000 }, { workers: 333, queueSize: 5_000 }],
    [
      { poolSize: 1_000, maxConnections: 2_000 },
      { workers: 333, queueSize: 2_001 },
    ],
    [
      { poolSize: 1, maxConnections: 1 },
      { workers: 1, queueSize: 2 },
    ],
  ])('of %j are %j', (facts, sizes) => {
    expect(sizeHandoffs(facts)).toEqual(sizes)
  })

  it.each([
    ['are taken', { poolSize: 100, workers: 60 }, { workers: 60, queueSize: 500 }],
    ['are raised to half the pool', { poolSize: 100, workers: 15 }, { workers: 50, queueSize: 500 }],
    ['are at least one', { poolSize: 1, workers: 1 }, { workers: 1, queueSize: 5 }],
    ['may exceed the pool', { poolSize: 3, workers: 8 }, { workers: 8, queueSize: 15 }],
  ])('workers that are given %s: %j', (_, facts, sizes) => {
    expect(sizeHandoffs(facts)).toEqual(sizes)
  })

  it.each([
    ['is raised to 200', { poolSize: 100, queueSize: 10 }, 200],
    ['is taken', { poolSize: 100, queueSize: 300 }, 300],
    ['is capped by five pools', { poolSize: 20, queueSize: 1_000 }, 100],
    ['is capped by the connections and one', { poolSize: 100, maxConnections: 120, queueSize: 300 }, 121],
  ])('a queue that is given %s: %j', (_, facts, queueSize) => {
    expect(sizeHandoffs(facts).queueSize).toBe(queueSize)
  })

  it.each([
    ['poolSize', { poolSize: 0 }],
    ['poolSize', { poolSize: Number.NaN }],
    ['workers', { poolSize: 10, workers: 0 }],
    ['workers', { poolSize: 10, workers: 1.5 }],
    ['queueSize', { poolSize: 10, queueSize: -1 }],
    ['maxConnections', { poolSize: 10, maxConnections: Number.POSITIVE_INFINITY }],
  ])('%s out of range is refused by name: %j', (option, facts) => {
    expect(() => sizeHandoffs(facts)).toThrow(
      expect.objectContaining({
        code: 'OPTIONS_INVALID',
        message: expect.stringContaining(option),
        facts: { problems: [expect.stringContaining(option)] },
      }),
    )
  })
})
