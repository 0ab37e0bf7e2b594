import { describe, expect, it } from 'vitest'
import { deriveSeed, instanceSeed, startDelayMs } from '../../../../src/core/limits/pacing.js'

const SEEDS = Array.from({ length: 2_000 }, (_, n) => deriveSeed(instanceSeed({ host: 'web', process: 1 }), `e/${n}`))

function latest(windowMs: number, share?: number): number {
  return Math.max(...SEEDS.map(seed => startDelayMs({ windowMs, seed, ...(share !== undefined && { share }) })))
}

describe('the start of a hand-off', () => {
  it('is the same for the same seed and differs between seeds', () => {
    const delays = SEEDS.map(seed => startDelayMs({ windowMs: 15_000, seed }))
    expect(SEEDS.map(seed => startDelayMs({ windowMs: 15_000, seed }))).toEqual(delays)
    expect(new Set(delays).size).toBeGreaterThan(1_500)
  })

  it('lies in the first half of the window, one second before its end at the latest, in whole milliseconds', () => {
    const delays = SEEDS.map(seed => startDelayMs({ windowMs: 15_000, seed }))
    expect(delays.every(delay => Number.isInteger(delay) && delay >= 0 && delay < 6_500)).toBe(true)
    expect(Math.max(...delays)).toBeGreaterThan(6_400)
    expect(Math.min(...delays)).toBeLessThan(100)
  })

  it('is spread evenly', () => {
    const tenths = Array.from({ length: 10 }, () => 0)
    for (const seed of SEEDS) {
      const tenth = Math.floor(startDelayMs({ windowMs: 15_000, seed }) / 650)
      tenths[tenth] = (tenths[tenth] ?? 0) + 1
    }
    expect(Math.min(...tenths)).toBeGreaterThan(150)
    expect(Math.max(...tenths)).toBeLessThan(250)
  })

  it.each([0, 1, 1_999, Number.NaN, -5])('is at once in a window of %d ms', windowMs => {
    expect(latest(windowMs)).toBe(0)
  })

  it('keeps a tenth of a shorter window for the dial', () => {
    expect([latest(2_000), latest(3_000)].map(delay => Math.ceil(delay / 10) * 10)).toEqual([800, 1_200])
  })

  it('is never later than a minute, however long the window', () => {
    expect(latest(86_400_000)).toBeLessThan(60_000)
    expect(latest(86_400_000)).toBeGreaterThan(59_000)
  })

  it('share: 0 starts all at once, 1 leaves one second for the last, and what lies outside counts as the nearest', () => {
    expect([latest(15_000, 0), latest(15_000, -1)]).toEqual([0, 0])
    expect(latest(15_000, 1)).toBeLessThan(14_000)
    expect(latest(15_000, 1)).toBeGreaterThan(13_900)
    expect(latest(15_000, 7)).toBe(latest(15_000, 1))
  })
})

describe('the seed of an instance', () => {
  it('is a whole number of 32 bits that host and process decide', () => {
    const seeds = [
      instanceSeed({ host: 'a', process: 1 }),
      instanceSeed({ host: 'a', process: 2 }),
      instanceSeed({ host: 'b', process: 1 }),
      instanceSeed({ host: 'ä', process: 1 }),
    ]
    expect(new Set(seeds).size).toBe(4)
    expect(seeds.every(seed => seed >>> 0 === seed)).toBe(true)
    expect(instanceSeed({ host: 'a', process: 1 })).toBe(seeds[0])
  })

  it('gives each event and link its own', () => {
    expect(deriveSeed(1, 'e/1')).not.toBe(deriveSeed(1, 'e/2'))
    expect(deriveSeed(1, 'e/1')).not.toBe(deriveSeed(2, 'e/1'))
    expect(deriveSeed(-1, 'e/1')).toBe(deriveSeed(0xffff_ffff, 'e/1'))
  })
})
