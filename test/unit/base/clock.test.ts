import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { systemClock } from '../../../src/base/clock.js'

describe('the system clock', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  test('runs a task once, after its delay', () => {
    let runs = 0
    systemClock.after(1_000, () => {
      runs += 1
    })
    vi.advanceTimersByTime(999)
    expect(runs).toBe(0)
    vi.advanceTimersByTime(10_000)
    expect(runs).toBe(1)
  })

  test('runs nothing that was disposed of, and takes a second disposal', () => {
    const timer = systemClock.after(1_000, () => expect.unreachable())
    timer.dispose()
    timer.dispose()
    vi.advanceTimersByTime(2_000)
  })

  test('takes a disposal after it fired', () => {
    const timer = systemClock.after(1, () => {})
    vi.advanceTimersByTime(2)
    expect(() => timer.dispose()).not.toThrow()
  })

  test('waits as long as it can where a delay is beyond what Node accepts', () => {
    let ran = false
    systemClock.after(Number.MAX_SAFE_INTEGER, () => {
      ran = true
    })
    vi.advanceTimersByTime(2_147_483_646)
    expect(ran).toBe(false)
  })

  test('runs a task whose time is over at once', () => {
    let ran = false
    systemClock.after(-5, () => {
      ran = true
    })
    vi.advanceTimersByTime(1)
    expect(ran).toBe(true)
  })

  test('goes forward', () => {
    const before = systemClock.now()
    vi.advanceTimersByTime(5)
    expect(systemClock.now() - before).toBeGreaterThanOrEqual(5)
  })
})

describe('a timer of the system clock', () => {
  const timers = (): number => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length

  test('keeps the process alive only if asked to', () => {
    const before = timers()
    const idle = systemClock.after(60_000, () => {})
    expect(timers()).toBe(before)
    const holding = systemClock.after(60_000, () => {}, true)
    expect(timers()).toBe(before + 1)
    idle.dispose()
    holding.dispose()
  })
})
