import { describe, expect, it } from 'vitest'
import { benchWire } from '../../../../src/cli/bench/wire/wire.js'

describe('benchWire', () => {
  it('measures the tap and the decoder on the four workloads, on both sides the same frames', () => {
    const rows = benchWire({ sizeBytes: 150_000, pairs: 2, runMs: 1 })
    const kinds = ['strings of 100 bytes', 'arrays of ten strings of 20 bytes', 'strings of 16 KB', 'pushes only']
    expect(rows.map(({ name }) => name)).toStrictEqual(kinds.flatMap(kind => [`tap: ${kind}`, `decoder: ${kind}`]))
    expect(rows.map(({ target }) => target)).toStrictEqual([8, 1, 8, 1, 30, 1, 2, 1])
    for (const { ratio, pass, target } of rows) {
      expect(ratio.min).toBeLessThanOrEqual(ratio.median)
      expect(ratio.median).toBeLessThanOrEqual(ratio.max)
      expect(pass).toBe(ratio.median >= target)
    }
  })
})
