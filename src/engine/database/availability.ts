import { assertNever } from '../../base/assert-never.js'
import { type Clock, type Timer, toEpochMs } from '../../base/clock.js'
import { HitlessError } from '../../base/errors.js'
import type { Random } from '../../base/random.js'
import { retryDelayMs } from '../../core/limits/outage-backoff.js'
import { type Attempt, type Outage, type State, sharesFailure } from './availability-state.js'
import { type Away, type Caller, DialQueue, type DialTerms, onAbort } from './handoffs/dial-queue.js'

/** What the availability of a database depends on. */
export interface AvailabilityOptions {
  readonly clock: Clock
  readonly random: Random
  /** The longest pause between two attempts, in milliseconds. */
  readonly maxBackoffMs: number
  /** Whether one caller dials first, and the others wait for it, also while nothing has failed. Default `false`. */
  readonly asksFirst?: boolean
  /** Is told of the beginning and the end of each outage; must not throw. */
  readonly onChange?: (status: AvailabilityStatus) => void
}

/** Whether a database can be reached. Instants are those of the clock. */
export type AvailabilityStatus =
  | { readonly state: 'available' }
  | {
      readonly state: 'unavailable'
      /** When the first attempt began that failed. */
      readonly since: number
      /** How many failed; those that were under way together count as one. */
      readonly attempts: number
      /** When the next may begin. It is in the past while one is under way, or while no caller wants to connect. */
      readonly retryAt: number
      /** What the last one failed with. */
      readonly cause: unknown
    }

interface Alarm {
  readonly at: number
  readonly keepsAlive: boolean
  readonly timer: Timer
}

/**
 * Whether one database can be reached from this process, and the order of the callers that want to connect.
 *
 * ```
 *                  a dial fails                 due, and somebody waits
 *   available ───────────────────────▶ paused ─────────────────────────▶ probing
 *       ▲                                ▲                                │    │
 *       │                                └────────── the probe fails ─────┘    │
 *       └──────────────────────────── any dial succeeds ───────────────────────┘
 * ```
 *
 * While it is available all callers dial at once, unless one must ask first. During an outage one caller at a time
 * dials, the probe, and the others await its outcome. No timer runs while no caller waits.
 */
export class Availability {
  readonly #options: AvailabilityOptions
  readonly #queue: DialQueue = new DialQueue(() => this.#schedule())
  #state: State = { state: 'available' }
  #era = 0
  #alarm: Alarm | undefined

  constructor(options: AvailabilityOptions) {
    this.#options = options
  }

  /** A snapshot. */
  get status(): AvailabilityStatus {
    const state = this.#state
    return state.state === 'available' ? state : { state: 'unavailable', ...state.outage }
  }

  /** How many callers wait for their turn, or for the outcome of a probe. */
  get waiting(): number {
    return this.#queue.size
  }

  /**
   * Connects: at once while the database is available, otherwise when it is this caller's turn.
   *
   * Rejects with the failure of its own dial; with that of another's probe that
   * began before or took long, where it is not paced; with the reason of its
   * signal; with `UNAVAILABLE` after {@link dispose}. A connection that was made is handed over in any case.
   */
  connect<T>(dial: (away: Away) => Promise<T>, terms: DialTerms): Promise<T> {
    return new Promise((resolve, reject) => {
      const handOver = (away: Away): Promise<() => void> => dial(away).then(connection => () => resolve(connection))
      this.#admit({ terms, cameAt: this.#options.clock.now(), dial: handOver, reject })
    })
  }

  /** A connection was made in another way. */
  reached(): void {
    this.#era += 1
    if (this.#state.state === 'available') return
    this.#enter({ state: 'available' })
    for (const caller of this.#queue.callers) {
      if (this.#queue.take(caller)) this.#start(caller)
    }
    this.#schedule()
  }

  /** Something says that the outage may be over: the next attempt is due now. */
  retryNow(): void {
    const state = this.#state
    if (state.state !== 'paused') return
    this.#state = { ...state, outage: { ...state.outage, retryAt: this.#options.clock.now() } }
    this.#advance()
  }

  /** Rejects all callers that wait, and leaves no timer. Dials under way continue. */
  dispose(): void {
    const { clock } = this.#options
    const { status } = this
    const retryAt = status.state === 'available' ? clock.now() : status.retryAt
    const facts = { retryAt: toEpochMs(retryAt, clock), retryAfterMs: Math.max(Math.round(retryAt - clock.now()), 0) }
    const error = new HitlessError('UNAVAILABLE', 'The wait for the server was given up', { retryable: true, facts })
    this.#queue.dismiss(this.#queue.callers, error)
    this.#schedule()
  }

  #admit(caller: Caller): void {
    const { signal } = caller.terms
    if (signal.aborted) return caller.reject(signal.reason)
    if (this.#state.state === 'available' && this.#options.asksFirst === true) this.#suspect()
    if (this.#state.state === 'available') this.#start(caller)
    else {
      this.#queue.add(caller)
      this.#advance()
    }
  }

  /** The first caller finds out for all. */
  #suspect(): void {
    const now = this.#options.clock.now()
    this.#state = { state: 'paused', outage: { since: now, attempts: 0, retryAt: now, cause: undefined } }
  }

  #start(caller: Caller): void {
    const attempt = { era: this.#era, startedAt: this.#options.clock.now() }
    if (this.#state.state !== 'available')
      this.#state = { state: 'probing', outage: this.#state.outage, probe: attempt }
    void this.#carryOut(caller, attempt)
  }

  async #carryOut(caller: Caller, attempt: Attempt): Promise<void> {
    let unwatch: (() => void) | undefined
    try {
      const dialled = caller.dial(cause => this.#wait(attempt, cause))
      // A probe that was given up must not keep the others waiting. Its dial is aborted first, and ends.
      unwatch = onAbort(caller.terms.signal, () => this.#judge(attempt, undefined))
      const handOver = await dialled
      this.reached()
      handOver()
    } catch (error) {
      this.#judge(attempt, caller.terms.isOutage(error) ? { error } : undefined)
      caller.reject(error)
    } finally {
      unwatch?.()
    }
  }

  /** A dial goes on, though the database does not serve yet: it is the probe, and the others await its outcome. */
  #wait(attempt: Attempt, error: unknown): void {
    const state = this.#state
    if (state.state === 'probing' && state.probe === attempt)
      this.#state = { ...state, outage: { ...state.outage, cause: error } }
    if (state.state !== 'available' || attempt.era !== this.#era) return
    const outage = this.#prolong({ since: attempt.startedAt, attempts: 0 }, { error })
    this.#enter({ state: 'probing', outage, probe: attempt })
  }

  /** A dial ended without a connection. `failure` is given where that says something about the database. */
  #judge(attempt: Attempt, failure: { readonly error: unknown } | undefined): void {
    const state = this.#state
    switch (state.state) {
      case 'available':
        // A dial that began before the last success says nothing about now.
        if (failure !== undefined && attempt.era === this.#era) {
          this.#enter({ state: 'paused', outage: this.#prolong({ since: attempt.startedAt, attempts: 0 }, failure) })
        }
        return
      case 'paused':
        return
      case 'probing':
        if (state.probe !== attempt) return
        this.#state = {
          state: 'paused',
          outage: failure === undefined ? state.outage : this.#prolong(state.outage, failure),
        }
        if (failure !== undefined) {
          const { unpaced } = this.#queue
          const now = this.#options.clock.now()
          this.#queue.dismiss(
            unpaced.filter(caller => sharesFailure(caller, attempt, now)),
            failure.error,
          )
        }
        this.#advance()
        return
      default:
        assertNever(state)
    }
  }

  #prolong({ since, attempts }: Pick<Outage, 'since' | 'attempts'>, { error }: { readonly error: unknown }): Outage {
    const { clock, random, maxBackoffMs } = this.#options
    const now = clock.now()
    const retryAt = now + retryDelayMs({ outageMs: now - since, maxBackoffMs, random })
    return { since, attempts: attempts + 1, retryAt, cause: error }
  }

  /** Lets the next caller dial, if one may. */
  #advance(): void {
    const next = this.#next()
    if (next !== undefined && this.#queue.take(next)) this.#start(next)
    this.#schedule()
  }

  #next(): Caller | undefined {
    if (this.#state.state !== 'paused') return undefined
    const isDue = this.#options.clock.now() >= this.#state.outage.retryAt
    const [first] = isDue ? this.#queue.callers : this.#queue.unpaced
    return first
  }

  #enter(state: State): void {
    this.#state = state
    this.#options.onChange?.(this.status)
  }

  /** Sets the one timer for the callers that wait. */
  #schedule(): void {
    const state = this.#state
    const isAwaited = state.state === 'paused' && this.#queue.size > 0
    const at = isAwaited ? state.outage.retryAt : undefined
    const keepsAlive = isAwaited && this.#queue.keepsAlive
    if (this.#alarm?.at === at && this.#alarm?.keepsAlive === keepsAlive) return
    this.#alarm?.timer.dispose()
    this.#alarm = undefined
    if (at === undefined) return
    const { clock } = this.#options
    const ring = (): void => {
      this.#alarm = undefined
      this.#advance()
    }
    this.#alarm = { at, keepsAlive, timer: clock.after(at - clock.now(), ring, keepsAlive) }
  }
}
