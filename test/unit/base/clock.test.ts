import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { systemClock } from '../../../src/base/clock.js'

/** Resolves when a task of the system clock has run. */
const fired = (delayMs: number): Promise<void> => new Promise(resolve => void systemClock.after(delayMs, resolve, true))

describe('the system clock', () => {
  test('runs tasks in the order in which they are due, each once', async () => {
    const ran: string[] = []
    // Node reads the time for each timer again: a busy machine may lie between the two.
    const second = new Promise<void>(resolve => {
      systemClock.after(300, () => resolve(void ran.push('second')), true)
    })
    systemClock.after(1, () => ran.push('first'))
    await second
    await fired(20)
    expect(ran).toEqual(['first', 'second'])
  })

  test('runs nothing that was disposed of, and takes a second disposal', async () => {
    const timer = systemClock.after(1, () => expect.unreachable())
    timer.dispose()
    timer.dispose()
    await fired(5)
  })

  test('takes a disposal after it fired', async () => {
    const timer = systemClock.after(1, () => {})
    await fired(5)
    expect(() => timer.dispose()).not.toThrow()
  })

  test('waits as long as it can where a delay is beyond what Node accepts, which would fire at once', async () => {
    const timer = systemClock.after(Number.MAX_SAFE_INTEGER, () => expect.unreachable())
    await fired(5)
    timer.dispose()
  })

  test('runs a task whose time is over', async () => {
    await fired(-5)
  })

  test('goes forward', async () => {
    const before = systemClock.now()
    await fired(5)
    expect(systemClock.now()).toBeGreaterThan(before)
  })
})

describe("the fake timers of a user's test", () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  test('do not fire the timers of the system clock', () => {
    const timer = systemClock.after(30_000, () => expect.unreachable())
    vi.advanceTimersByTime(86_400_000)
    timer.dispose()
  })

  test('do not move its time', () => {
    const [now, epochMs] = [systemClock.now(), systemClock.epochMs()]
    vi.advanceTimersByTime(86_400_000)
    expect(systemClock.now() - now).toBeLessThan(86_400_000)
    expect(systemClock.epochMs() - epochMs).toBeLessThan(86_400_000)
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
