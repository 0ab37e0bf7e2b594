import type { Clock, Timer } from '../base/clock.js'
import { Agenda } from './agenda.js'

/** How a virtual clock behaves. */
export interface VirtualClockOptions {
  /** What it shows at first, in milliseconds. Default 0. */
  readonly startAt?: number
  /**
   * Counts whole milliseconds for timers, as Node does: a timer may fire up to two of them before its time. Default
   * `false`: exactly on time.
   */
  readonly coarse?: boolean
  /**
   * How many timers may fire at one instant. More than that count as timers that start each other without end. Default
   * 10,000; `Infinity` where many more are needed.
   */
  readonly mostAtOnce?: number
}

/** A clock that moves only when it is told to. Nothing on it waits for real time. */
export interface VirtualClock extends Clock {
  /** How many timers run. */
  readonly pending: number
  /** Moves to an instant and runs what is due on the way, in order. Promise jobs do not run in between. */
  advanceTo(instantMs: number): void
  /** The same, by a span. */
  advanceBy(spanMs: number): void
  /** Moves to an instant, one timer at a time, and lets promise jobs run after each, as in a real process. */
  settleTo(instantMs: number): Promise<void>
  /** The same, by a span. */
  settleBy(spanMs: number): Promise<void>
  /** Lets promise jobs run. The time does not move. */
  settle(): Promise<void>
}

/** What the virtual calendar shows at 0: the first second of 2020, in milliseconds since 1970. */
const EPOCH_MS = 1_577_836_800_000

const MOST_AT_ONCE = 10_000

/**
 * Creates a virtual clock.
 *
 * Moving it backwards throws a `RangeError`; so do timers that start each other without end.
 */
export function createVirtualClock(options: VirtualClockOptions = {}): VirtualClock {
  return new SteppedClock(options)
}

class SteppedClock implements VirtualClock {
  #now: number
  readonly #coarse: boolean
  readonly #mostAtOnce: number
  readonly #agenda = new Agenda()
  #firedAtOnce = 0

  constructor({ startAt = 0, coarse = false, mostAtOnce = MOST_AT_ONCE }: VirtualClockOptions) {
    this.#now = startAt
    this.#coarse = coarse
    this.#mostAtOnce = mostAtOnce
  }

  get pending(): number {
    return this.#agenda.size
  }

  now(): number {
    return this.#now
  }

  epochMs(): number {
    return EPOCH_MS + this.#now
  }

  after(delayMs: number, task: () => void): Timer {
    const dueAt = this.#coarse
      ? Math.floor(this.#now) + Math.max(1, Math.floor(delayMs))
      : this.#now + Math.max(0, delayMs)
    return { dispose: this.#agenda.add(dueAt, task) }
  }

  advanceTo(instantMs: number): void {
    this.#assertAhead(instantMs)
    while (this.#fireNext(instantMs));
    this.#moveTo(instantMs)
  }

  advanceBy(spanMs: number): void {
    this.advanceTo(this.#now + spanMs)
  }

  async settleTo(instantMs: number): Promise<void> {
    this.#assertAhead(instantMs)
    await this.settle()
    while (this.#fireNext(instantMs)) await this.settle()
    this.#moveTo(instantMs)
  }

  settleBy(spanMs: number): Promise<void> {
    return this.settleTo(this.#now + spanMs)
  }

  settle(): Promise<void> {
    // All promise jobs, and those that they start, run before the next turn of the event loop.
    return new Promise(resolve => setImmediate(resolve))
  }

  #fireNext(untilMs: number): boolean {
    const { first } = this.#agenda
    if (first === undefined || first.dueAt > untilMs) return false
    this.#agenda.takeFirst()
    this.#moveTo(first.dueAt)
    this.#firedAtOnce += 1
    if (this.#firedAtOnce > this.#mostAtOnce)
      throw new RangeError(`Timers start each other without end at ${this.#now} ms`)
    first.task()
    return true
  }

  #moveTo(instantMs: number): void {
    if (instantMs <= this.#now) return
    this.#now = instantMs
    this.#firedAtOnce = 0
  }

  #assertAhead(instantMs: number): void {
    // The negation also refuses what is not a number.
    if (!(instantMs >= this.#now)) throw new RangeError(`Cannot move from ${this.#now} ms back to ${instantMs} ms`)
  }
}
