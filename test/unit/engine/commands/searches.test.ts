import { expect, it } from 'vitest'
import { FULL_BUDGET, mayRecover } from '../../../../src/core/replies/recovery-budget.js'
import { Searches } from '../../../../src/engine/commands/recovery/searches.js'
import { createVirtualClock } from '../../../../src/testing/index.js'

/** Two links of one database. */
function start() {
  const clock = createVirtualClock()
  const context = { clock, database: { searches: { budget: FULL_BUDGET } } }
  return { clock, one: new Searches(context), other: new Searches(context) }
}

it('a link that finds a primary again and again pauses for up to 30 s, and the others of its database do not', async () => {
  const { clock, one, other } = start()
  const pauses: number[] = []
  for (let times = 0; times < 12; times += 1) {
    one.settled(true)
    const pauseMs = Math.max(one.budget.blockedUntil - clock.now(), 0)
    pauses.push(pauseMs)
    expect(other.budget.blockedUntil).toBe(0)
    await clock.settleBy(pauseMs)
  }
  expect(pauses).toEqual([0, 0, 0, 0, 0, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 0])
})

it('a link looks at once where it is known that there is a primary', () => {
  const { clock, one } = start()
  for (let times = 0; times < 7; times += 1) one.settled(true)
  expect(mayRecover(one.budget, clock.now())).toBe(false)
  one.refill()
  expect(mayRecover(one.budget, clock.now())).toBe(true)
})
