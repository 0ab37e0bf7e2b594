import type { Clock } from '../base/clock.js'

/** A clock that knows how many timers were started through it and run. */
export interface CountingClock extends Clock {
  readonly pending: number
}

/** Puts a count of its own in front of a clock, so that leaks can be told from the timers of others. */
export function countTimers(clock: Clock): CountingClock {
  const running = new Set<object>()
  return {
    get pending() {
      return running.size
    },
    now: () => clock.now(),
    epochMs: () => clock.epochMs(),
    after(delayMs, task, hold) {
      const entry = {}
      running.add(entry)
      const due = (): void => {
        running.delete(entry)
        task()
      }
      const timer = clock.after(delayMs, due, hold)
      return {
        dispose() {
          running.delete(entry)
          timer.dispose()
        },
      }
    },
  }
}
