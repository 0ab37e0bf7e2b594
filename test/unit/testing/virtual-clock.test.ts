import { describe, expect, test } from 'vitest'
import type { Timer } from '../../../src/base/clock.js'
import { createSeededRandom } from '../../../src/base/random.js'
import { createVirtualClock } from '../../../src/testing/index.js'

describe('a virtual clock', () => {
  test('stands until it is moved', () => {
    const clock = createVirtualClock({ startAt: 5 })
    expect(clock.now()).toBe(5)
    clock.advanceBy(10)
    expect(clock.now()).toBe(15)
    clock.advanceTo(15)
    expect(clock.now()).toBe(15)
  })

  test('fires what is due on the way, in order of time and then of beginning, and shows the right time meanwhile', () => {
    const clock = createVirtualClock()
    const log: string[] = []
    const note = (name: string) => () => void log.push(`${name} at ${clock.now()}`)
    clock.after(20, note('late'))
    clock.after(10, note('early'))
    clock.after(10, note('early too'))
    clock.after(21, note('never'))
    clock.advanceTo(20)
    expect(log).toEqual(['early at 10', 'early too at 10', 'late at 20'])
    expect(clock.pending).toBe(1)
  })

  test('fires timers that others start, as far as it goes', () => {
    const clock = createVirtualClock()
    const log: number[] = []
    const again = (): void => {
      log.push(clock.now())
      clock.after(10, again)
    }
    clock.after(10, again)
    clock.advanceTo(35)
    expect(log).toEqual([10, 20, 30])
  })

  test('fires nothing that was disposed of', () => {
    const clock = createVirtualClock()
    const timer = clock.after(10, () => expect.unreachable())
    timer.dispose()
    timer.dispose()
    expect(clock.pending).toBe(0)
    clock.advanceTo(20)
  })

  test('fires a timer of no or negative delay only when it is moved', () => {
    const clock = createVirtualClock()
    let fired = 0
    clock.after(0, () => void fired++)
    clock.after(-5, () => void fired++)
    expect(fired).toBe(0)
    clock.advanceBy(0)
    expect(fired).toBe(2)
  })

  test.each([4, Number.NaN])('does not move back, to %d', async instantMs => {
    const clock = createVirtualClock({ startAt: 5 })
    expect(() => clock.advanceTo(instantMs)).toThrow(RangeError)
    await expect(clock.settleTo(instantMs)).rejects.toThrow(RangeError)
  })

  test('fires thousands of timers in order, but for those that were disposed of, whenever that was', async () => {
    const clock = createVirtualClock()
    const random = createSeededRandom(1)
    const fired: (readonly [dueAt: number, order: number])[] = []
    const expected: (readonly [dueAt: number, order: number])[] = []
    const spare: Timer[] = []
    for (let order = 0; order < 2_000; order += 1) {
      const dueAt = Math.ceil(random() * 50)
      const timer = clock.after(dueAt, () => void fired.push([clock.now(), order]))
      if (order % 3 === 0) spare.push(timer)
      else expected.push([dueAt, order])
      if (random() < 0.2) spare.shift()?.dispose()
    }
    for (const timer of spare) timer.dispose()
    expect(clock.pending).toBe(expected.length)
    await clock.settleBy(50)
    expect(fired).toEqual(expected.toSorted(([a, first], [b, second]) => a - b || first - second))
    expect(clock.pending).toBe(0)
  })

  test('takes timers at one instant for an endless circle only from the number on that it is told', () => {
    const fire = (count: number, mostAtOnce?: number): void => {
      const clock = createVirtualClock(mostAtOnce === undefined ? {} : { mostAtOnce })
      for (let index = 0; index < count; index += 1) clock.after(5, () => {})
      clock.advanceBy(5)
    }
    expect(() => fire(10_000)).not.toThrow()
    expect(() => fire(10_001)).toThrow('Timers start each other without end at 5 ms')
    expect(() => fire(10_001, Number.POSITIVE_INFINITY)).not.toThrow()
    expect(() => fire(3, 2)).toThrow(RangeError)
  })

  test('ends timers that start each other without time going on', () => {
    const clock = createVirtualClock()
    const again = (): void => void clock.after(0, again)
    again()
    expect(() => clock.advanceBy(1)).toThrow('Timers start each other without end at 0 ms')
  })

  test('lets promise jobs run between timers when it settles', async () => {
    const clock = createVirtualClock()
    const log: string[] = []
    clock.after(10, () => {
      void Promise.resolve().then(async () => {
        await Promise.resolve()
        log.push(`job at ${clock.now()}`)
        clock.after(5, () => void log.push(`timer at ${clock.now()}`))
      })
    })
    clock.after(20, () => void log.push('last'))
    await clock.settleBy(20)
    expect(log).toEqual(['job at 10', 'timer at 15', 'last'])
    expect(clock.now()).toBe(20)
  })

  test('lets no promise job run when it is only advanced', () => {
    const clock = createVirtualClock()
    let ran = false
    clock.after(1, () => {
      void Promise.resolve().then(() => {
        ran = true
      })
    })
    clock.advanceTo(10)
    expect(ran).toBe(false)
  })
})

describe('a coarse virtual clock', () => {
  test('counts whole milliseconds, so that timers fire early, but never at once', () => {
    const clock = createVirtualClock({ startAt: 100.7, coarse: true })
    const log: number[] = []
    clock.after(10.9, () => void log.push(clock.now()))
    clock.after(0.1, () => void log.push(clock.now()))
    clock.advanceTo(200)
    expect(log).toEqual([101, 110])
  })
})
