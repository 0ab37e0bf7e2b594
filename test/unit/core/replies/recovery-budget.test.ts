import { describe, expect, test } from 'vitest'
import {
  afterFailure,
  afterRecovery,
  FULL_BUDGET,
  linkBlockedUntil,
  mayRecover,
  type RecoveryBudget,
} from '../../../../src/core/replies/recovery-budget.js'

const recovered = (...instants: readonly number[]): RecoveryBudget => instants.reduce(afterRecovery, FULL_BUDGET)
const failed = (...instants: readonly number[]): RecoveryBudget => instants.reduce(afterFailure, FULL_BUDGET)

/** When a primary may be looked for again. */
const pausesOf = (times: number): readonly number[] => {
  const pauses: number[] = []
  let budget = FULL_BUDGET
  for (let now = 0; pauses.length < times; now = budget.blockedUntil) {
    budget = afterFailure(budget, now)
    pauses.push(budget.blockedUntil - now)
  }
  return pauses
}

describe('a search for a primary', () => {
  test('is allowed at first', () => {
    expect(mayRecover(FULL_BUDGET, 0)).toBe(true)
  })

  test('is allowed ten times in a minute, and again when the first of them is a minute ago', () => {
    const instants = Array.from({ length: 10 }, (_, index) => index * 1_000)
    expect(mayRecover(recovered(...instants.slice(1)), 9_000)).toBe(true)
    const spent = recovered(...instants)
    expect(mayRecover(spent, 9_000)).toBe(false)
    expect(mayRecover(spent, 59_999)).toBe(false)
    expect(mayRecover(spent, 60_000)).toBe(true)
  })

  test('forgets what is longer ago than a minute', () => {
    expect(recovered(0, 1_000, 60_500).recoveredAt).toEqual([1_000, 60_500])
  })

  test('is blocked after one that found none for 5 s, then for twice as long each time, up to 5 min', () => {
    expect(pausesOf(9)).toEqual([5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000, 300_000])
    expect(mayRecover(failed(1_000), 5_999)).toBe(false)
    expect(mayRecover(failed(1_000), 6_000)).toBe(true)
  })

  test('begins again with the shortest pause once one succeeded', () => {
    const budget = afterRecovery(failed(0, 5_000, 15_000), 35_000)
    expect(budget).toMatchObject({ failures: 0, blockedUntil: 0 })
    expect(afterFailure(budget, 40_000).blockedUntil).toBe(45_000)
  })

  test('without success leaves what was found before in the account', () => {
    expect(afterFailure(recovered(1, 2_000), 2_010).recoveredAt).toEqual([1, 2_000])
  })
})

describe('one link that finds a primary, and is refused by it again', () => {
  test('looks six times at once, and then after pauses that double, up to 30 s', () => {
    const foundAt: number[] = []
    for (let now = 60_000; foundAt.length < 12; now = Math.max(now, linkBlockedUntil(foundAt, now))) foundAt.push(now)
    const pauses = foundAt.map((at, index) => at - (foundAt[index - 1] ?? 60_000))
    expect(pauses).toEqual([0, 0, 0, 0, 0, 0, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000])
  })

  test('looks at once where it has found none for a minute', () => {
    const foundAt = [0, 10, 20, 30, 40, 50, 60]
    expect(linkBlockedUntil(foundAt, 70)).toBe(2_060)
    expect(linkBlockedUntil(foundAt, 60_015)).toBe(0)
  })
})
