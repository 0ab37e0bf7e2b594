import { describe, expect, test } from 'vitest'
import { createSeededRandom, systemRandom } from '../../../src/base/random.js'

const take = (count: number, random: () => number): readonly number[] => Array.from({ length: count }, () => random())

describe('a seeded source of random numbers', () => {
  test('gives the same numbers for the same seed', () => {
    expect(take(100, createSeededRandom(7))).toEqual(take(100, createSeededRandom(7)))
  })

  test('gives these numbers for the seed 1, on every platform', () => {
    expect(take(3, createSeededRandom(1))).toEqual([0.6270739405881613, 0.002735721180215478, 0.5274470399599522])
  })

  test('gives other numbers for another seed', () => {
    expect(take(5, createSeededRandom(1))).not.toEqual(take(5, createSeededRandom(2)))
  })

  test('counts only the low 32 bits of its seed', () => {
    expect(take(5, createSeededRandom(-1))).toEqual(take(5, createSeededRandom(0xffff_ffff)))
  })

  test.each([0, 1, -5, 123_456_789])('stays within [0, 1) for the seed %d, and spreads', seed => {
    const numbers = take(1_000, createSeededRandom(seed))
    expect(numbers.every(number => number >= 0 && number < 1)).toBe(true)
    const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.05)
  })
})

test('the source of the process stays within [0, 1)', () => {
  expect(take(100, systemRandom).every(number => number >= 0 && number < 1)).toBe(true)
})
