import { clearTimeout, setTimeout } from 'node:timers'

/** A running timer. Disposing of it twice, or after it fired, does nothing. */
export interface Timer {
  dispose(): void
}

/** Time as the library sees it. Injected everywhere, so that scenarios run on a virtual clock. */
export interface Clock {
  /** Milliseconds on a monotonic scale; only differences mean anything. */
  now(): number
  /** Milliseconds since 1970 by the machine's calendar; only for times that come from outside or become public. */
  epochMs(): number
  /**
   * Runs `task` once after `delayMs`.
   *
   * @param hold - Keeps the process alive until the timer fires; off by default.
   */
  after(delayMs: number, task: () => void, hold?: boolean): Timer
}

/** An instant of the monotonic scale as milliseconds since 1970. Monotonic times are not public. */
export function toEpochMs(instant: number, clock: Pick<Clock, 'now' | 'epochMs'>): number {
  return Math.round(clock.epochMs() + instant - clock.now())
}

/** The longest delay that Node's timers accept, in milliseconds; longer ones would fire at once. */
const MAX_DELAY_MS = 2_147_483_647

/**
 * Node's own timers, as they are when the library loads, so that fake timers in a user's tests do not fire its
 * deadlines.
 */
const monotonicNow = performance.now.bind(performance)
const epochNow = Date.now

/** The process's own clock. By default its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: monotonicNow,
  epochMs: epochNow,
  after(delayMs, task, hold = false) {
    const timer = setTimeout(task, Math.min(Math.max(delayMs, 0), MAX_DELAY_MS))
    if (!hold) timer.unref()
    return new SystemTimer(timer)
  },
}

/** One of Node's timers. There is one for each step of each connection: a function of its own would weigh more. */
class SystemTimer implements Timer {
  readonly #timer: NodeJS.Timeout

  constructor(timer: NodeJS.Timeout) {
    this.#timer = timer
  }

  dispose(): void {
    clearTimeout(this.#timer)
  }
}
