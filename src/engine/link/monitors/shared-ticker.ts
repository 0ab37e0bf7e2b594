import type { Clock, Timer } from '../../../base/clock.js'

/** One tick. */
export interface Tick {
  readonly now: number
  /** How late it came, in milliseconds: for this time the process stood still. */
  readonly lateMs: number
}

/** Something that must be called from time to time. */
export interface TickerMember {
  /** How far apart two ticks may be, in milliseconds. It never changes. */
  readonly everyMs: number
  /** Must not throw. */
  onTick(tick: Tick): void
}

const tickers = new WeakMap<Clock, SharedTicker>()

/** The ticker of a clock: one for all connections of a process. */
export function tickerOf(clock: Clock): SharedTicker {
  const ticker = tickers.get(clock) ?? new SharedTicker(clock)
  tickers.set(clock, ticker)
  return ticker
}

/**
 * One timer for many members. It ticks for all of them at the shortest interval that one of them asks for. It runs
 * while there is any member, and does not keep the process alive.
 */
export class SharedTicker {
  readonly #clock: Clock
  readonly #members = new Set<TickerMember>()
  #timer: Timer | undefined
  #dueAt = Number.POSITIVE_INFINITY
  /** The shortest interval that a member asks for; `undefined` after one left, until the next tick. */
  #everyMs: number | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Calls a member from now on, until it leaves. Joining twice does nothing. */
  join(member: TickerMember): void {
    const { everyMs } = member
    this.#members.add(member)
    if (this.#everyMs !== undefined) this.#everyMs = Math.min(this.#everyMs, everyMs)
    if (this.#clock.now() + everyMs < this.#dueAt) this.#plan(everyMs)
  }

  /** A second call does nothing. */
  leave(member: TickerMember): void {
    if (!this.#members.delete(member)) return
    this.#everyMs = undefined
    if (this.#members.size === 0) this.#rest()
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
    // Thousands may have joined. Their intervals are compared only where these may have changed.
    this.#everyMs ??= this.#mostImpatient()
    this.#plan(this.#everyMs)
    for (const member of this.#members) member.onTick(tick)
  }

  #mostImpatient(): number {
    let everyMs = Number.POSITIVE_INFINITY
    for (const member of this.#members) everyMs = Math.min(everyMs, member.everyMs)
    return everyMs
  }
}
