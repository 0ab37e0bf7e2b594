import { describe, expect, test } from 'vitest'
import {
  addRelaxation,
  endRelaxations,
  expireRelaxations,
  NO_RELAXATIONS,
  nextExpiry,
  type Relaxation,
  type Relaxations,
} from '../../../../src/core/decide/windows/relaxations.js'

const hold = (key: string, expiresAt: number): Relaxation => ({ key, cause: 'migrating', expiresAt })
const holdsOf = (...all: readonly Relaxation[]): Relaxations => all.reduce(addRelaxation, NO_RELAXATIONS)
const keysOf = (relaxations: Relaxations): readonly string[] => [...relaxations.keys()]

describe('adding a relaxation', () => {
  test('leaves the set that it is added to as it was', () => {
    const before = holdsOf(hold('one', 10))
    addRelaxation(before, hold('two', 20))
    expect(keysOf(before)).toEqual(['one'])
    expect(keysOf(NO_RELAXATIONS)).toEqual([])
  })

  test('with a key that is there makes that one longer', () => {
    expect(holdsOf(hold('one', 10), hold('one', 30)).get('one')?.expiresAt).toBe(30)
  })

  test('with a key that is there never makes that one shorter', () => {
    expect(holdsOf(hold('one', 30), hold('one', 10)).get('one')?.expiresAt).toBe(30)
  })

  test('works before the zero of the clock', () => {
    expect(holdsOf(hold('one', -5)).get('one')?.expiresAt).toBe(-5)
  })

  test('beyond all reason drops the one that expires first, and keeps the rest', () => {
    const many = holdsOf(...Array.from({ length: 257 }, (_, at) => hold(`${at}`, 1_000 + ((at * 7) % 257))))
    expect(many.size).toBe(256)
    expect(many.has('0')).toBe(false)
    expect(nextExpiry(many)).toBe(1_001)
  })

  test('beyond all reason drops the new one where that expires first', () => {
    const many = holdsOf(...Array.from({ length: 256 }, (_, at) => hold(`${at}`, 1_000)))
    expect(addRelaxation(many, hold('short', 1)).has('short')).toBe(false)
  })
})

describe('ending relaxations', () => {
  test('takes them away and leaves a tail', () => {
    const left = endRelaxations(holdsOf(hold('one', 10), hold('two', 20), hold('three', 30)), ['one', 'two'], 15)
    expect(keysOf(left)).toEqual(['three', 'tail'])
    expect(left.get('tail')).toEqual({ key: 'tail', cause: 'tail', expiresAt: 15 })
  })

  test('that are not there changes nothing', () => {
    const before = holdsOf(hold('one', 10))
    expect(endRelaxations(before, ['two'], 15)).toBe(before)
    expect(endRelaxations(before, [], 15)).toBe(before)
  })

  test('never makes a tail shorter', () => {
    const first = endRelaxations(holdsOf(hold('one', 10), hold('two', 20)), ['one'], 50)
    expect(endRelaxations(first, ['two'], 40).get('tail')?.expiresAt).toBe(50)
  })
})

describe('expiring relaxations', () => {
  test('takes away those whose time is over, to the millisecond', () => {
    const left = expireRelaxations(holdsOf(hold('one', 10), hold('two', 11)), 10)
    expect(keysOf(left)).toEqual(['two'])
  })

  test('changes nothing where none is over', () => {
    const before = holdsOf(hold('one', 10))
    expect(expireRelaxations(before, 9.5)).toBe(before)
  })
})

describe('the next expiry', () => {
  test('is the earliest', () => {
    expect(nextExpiry(holdsOf(hold('one', 30), hold('two', 10), hold('three', 20)))).toBe(10)
  })

  test('is none without relaxations', () => {
    expect(nextExpiry(NO_RELAXATIONS)).toBeUndefined()
  })
})
