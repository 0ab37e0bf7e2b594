import { expect, it } from 'vitest'
import type { Clock } from '../../../../src/base/clock.js'
import { type SharedTicker, type TickerMember, tickerOf } from '../../../../src/engine/link/monitors/shared-ticker.js'
import { createVirtualClock } from '../../../../src/testing/index.js'

/** Notes when a member is called, and how late. */
function note(
  ticker: SharedTicker,
  everyMs: number,
): { readonly ticks: [now: number, lateMs: number][]; leave(): void } {
  const ticks: [number, number][] = []
  const member: TickerMember = { everyMs, onTick: ({ now, lateMs }) => ticks.push([now, lateMs]) }
  ticker.join(member)
  return { ticks, leave: () => ticker.leave(member) }
}

it('a thousand members share one timer', () => {
  const clock = createVirtualClock()
  const members = Array.from({ length: 1_000 }, () => note(tickerOf(clock), 500))
  expect(clock.pending).toBe(1)
  clock.advanceBy(1_000)
  expect(members.every(({ ticks }) => ticks.length === 2)).toBe(true)
  for (const { leave } of members) leave()
  expect(clock.pending).toBe(0)
})

it('there is one ticker for each clock', () => {
  const clock = createVirtualClock()
  expect(tickerOf(clock)).toBe(tickerOf(clock))
  expect(tickerOf(clock)).not.toBe(tickerOf(createVirtualClock()))
})

it('it rests while there is nobody, and starts again', () => {
  const clock = createVirtualClock()
  const ticker = tickerOf(clock)
  const first = note(ticker, 500)
  clock.advanceBy(600)
  first.leave()
  first.leave()
  clock.advanceBy(10_000)
  const second = note(ticker, 500)
  clock.advanceBy(500)
  second.leave()
  expect(first.ticks).toEqual([[500, 0]])
  expect(second.ticks).toEqual([[11_100, 0]])
})

it('it ticks as often as the most impatient member wishes, as long as that one stays', () => {
  const clock = createVirtualClock()
  const ticker = tickerOf(clock)
  const calm = note(ticker, 500)
  clock.advanceBy(100)
  const hasty = note(ticker, 50)
  clock.advanceBy(100)
  hasty.leave()
  clock.advanceBy(550)
  calm.leave()
  expect(hasty.ticks.map(([now]) => now)).toEqual([150, 200])
  expect(calm.ticks.map(([now]) => now)).toEqual([150, 200, 250, 750])
})

it('a member that leaves inside a tick is called no more, and the others are', () => {
  const clock = createVirtualClock()
  const ticker = tickerOf(clock)
  const others: { leave(): void }[] = []
  const leaver: TickerMember = {
    everyMs: 500,
    onTick() {
      ticker.leave(leaver)
      others[0]?.leave()
    },
  }
  ticker.join(leaver)
  const second = note(ticker, 500)
  others.push(second)
  const third = note(ticker, 500)
  clock.advanceBy(500)
  third.leave()
  expect(second.ticks).toEqual([])
  expect(third.ticks).toEqual([[500, 0]])
  expect(clock.pending).toBe(0)
})

it('it tells how much later than planned it came', () => {
  const virtual = createVirtualClock()
  let stalledMs = 0
  const clock: Clock = { ...virtual, after: virtual.after.bind(virtual), now: () => virtual.now() + stalledMs }
  const { ticks, leave } = note(tickerOf(clock), 500)
  virtual.advanceBy(400)
  stalledMs = 4_000
  virtual.advanceBy(600)
  leave()
  expect(ticks).toEqual([
    [4_500, 4_000],
    [5_000, 0],
  ])
})
