import { expect, it } from 'vitest'
import type { Clock } from '../../../../src/base/clock.js'
import { type Pulse, pulseOf } from '../../../../src/engine/monitors/shared-ticker.js'
import { createVirtualClock } from '../../../../src/testing/index.js'

/** Notes when a member is called, and how late. */
function note(pulse: Pulse, everyMs: number): { readonly beats: [now: number, lateMs: number][]; leave(): void } {
  const beats: [number, number][] = []
  const timer = pulse.join(everyMs, ({ now, lateMs }) => beats.push([now, lateMs]))
  return { beats, leave: () => timer.dispose() }
}

it('a thousand members share one timer', () => {
  const clock = createVirtualClock()
  const members = Array.from({ length: 1_000 }, () => note(pulseOf(clock), 500))
  expect(clock.pending).toBe(1)
  clock.advanceBy(1_000)
  expect(members.every(({ beats }) => beats.length === 2)).toBe(true)
  for (const { leave } of members) leave()
  expect(clock.pending).toBe(0)
})

it('there is one pulse for each clock', () => {
  const clock = createVirtualClock()
  expect(pulseOf(clock)).toBe(pulseOf(clock))
  expect(pulseOf(clock)).not.toBe(pulseOf(createVirtualClock()))
})

it('it rests while there is nobody, and starts again', () => {
  const clock = createVirtualClock()
  const pulse = pulseOf(clock)
  const first = note(pulse, 500)
  clock.advanceBy(600)
  first.leave()
  first.leave()
  clock.advanceBy(10_000)
  const second = note(pulse, 500)
  clock.advanceBy(500)
  second.leave()
  expect(first.beats).toEqual([[500, 0]])
  expect(second.beats).toEqual([[11_100, 0]])
})

it('it beats as often as the most impatient member wishes, as long as that one stays', () => {
  const clock = createVirtualClock()
  const pulse = pulseOf(clock)
  const calm = note(pulse, 500)
  clock.advanceBy(100)
  const hasty = note(pulse, 50)
  clock.advanceBy(100)
  hasty.leave()
  clock.advanceBy(550)
  calm.leave()
  expect(hasty.beats.map(([now]) => now)).toEqual([150, 200])
  expect(calm.beats.map(([now]) => now)).toEqual([150, 200, 250, 750])
})

it('a member that leaves inside a beat is called no more, and the others are', () => {
  const clock = createVirtualClock()
  const pulse = pulseOf(clock)
  const others: { leave(): void }[] = []
  const leaver = pulse.join(500, () => {
    leaver.dispose()
    others[0]?.leave()
  })
  const second = note(pulse, 500)
  others.push(second)
  const third = note(pulse, 500)
  clock.advanceBy(500)
  third.leave()
  expect(second.beats).toEqual([])
  expect(third.beats).toEqual([[500, 0]])
  expect(clock.pending).toBe(0)
})

it('it tells how much later than planned it came', () => {
  const virtual = createVirtualClock()
  let stalledMs = 0
  const clock: Clock = { ...virtual, after: virtual.after.bind(virtual), now: () => virtual.now() + stalledMs }
  const { beats, leave } = note(pulseOf(clock), 500)
  virtual.advanceBy(400)
  stalledMs = 4_000
  virtual.advanceBy(600)
  leave()
  expect(beats).toEqual([
    [4_500, 4_000],
    [5_000, 0],
  ])
})
