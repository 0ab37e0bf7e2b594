import type { Clock, Timer } from '../../base/clock.js'

/** One look at the time. */
export interface Tick {
  readonly now: number
  /** How much later it came than it should have, in milliseconds: for so long the process was held up. */
  readonly lateMs: number
}

interface Subscription {
  readonly everyMs: number
  readonly onTick: (tick: Tick) => void
}

const tickers = new WeakMap<Clock, SharedTicker>()

/** The ticker of a clock: one for all connections of a process. */
export function tickerOf(clock: Clock): SharedTicker {
  const ticker = tickers.get(clock) ?? new SharedTicker(clock)
  tickers.set(clock, ticker)
  return ticker
}

/**
 * One timer for many who want to look at something now and then. It ticks for all of them as often as the most impatient one
 * wishes, runs while there is any, and does not keep the process alive.
 */
export class SharedTicker {
  readonly #clock: Clock
  readonly #subscriptions = new Set<Subscription>()
  #timer: Timer | undefined
  #dueAt = Number.POSITIVE_INFINITY

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Calls `onTick` from now on, until the returned timer is disposed of. It must not throw.
   *
   * @param everyMs - How far apart two ticks may be, in milliseconds.
   */
  join(everyMs: number, onTick: (tick: Tick) => void): Timer {
    const subscription: Subscription = { everyMs, onTick }
    this.#subscriptions.add(subscription)
    if (this.#clock.now() + everyMs < this.#dueAt) this.#plan(everyMs)
    return {
      dispose: () => {
        this.#subscriptions.delete(subscription)
        if (this.#subscriptions.size === 0) this.#rest()
      },
    }
  }

  #plan(delayMs: number): void {
    this.#timer?.dispose()
    this.#dueAt = this.#clock.now() + delayMs
    this.#timer = this.#clock.after(delayMs, () => this.#tick())
  }

  #rest(): void {
    this.#timer?.dispose()
    this.#timer = undefined
    this.#dueAt = Number.POSITIVE_INFINITY
  }

  #tick(): void {
    const now = this.#clock.now()
    const tick: Tick = { now, lateMs: now - this.#dueAt }
    let everyMs = Number.POSITIVE_INFINITY
    for (const subscription of this.#subscriptions) everyMs = Math.min(everyMs, subscription.everyMs)
    this.#plan(everyMs)
    for (const { onTick } of this.#subscriptions) onTick(tick)
  }
}
