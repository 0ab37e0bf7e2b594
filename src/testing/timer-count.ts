import type { Clock } from '../base/clock.js'

/** A clock that counts the running timers that were started through it. */
export interface CountingClock extends Clock {
  readonly pending: number
}

/** Counts timers in front of a clock, so that leaks are not confused with the timers of others. */
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
