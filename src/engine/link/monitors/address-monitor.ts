import type { Timer } from '../../../base/clock.js'
import type { Route } from '../../../core/decide/route.js'
import { type AbsenceState, beginAbsence, judgeWindow, nextAbsence } from '../../../core/health/address-check.js'
import type { Answer } from '../../database/address-book.js'
import type { Context } from '../../database/context.js'

/** How old an answer may be, in milliseconds: for the regular check, after an event, and within a window. */
const REGULAR_AGE_MS = 5_000
const EVENT_AGE_MS = 1_000
const WINDOW_AGE_MS = 250

/** When the name is checked after an event, in milliseconds from it. The name changes some time after the event. */
const RECHECK_AFTER_MS = [0, 5_000, 10_000, 20_000, 40_000, 60_000] as const

/** How often the resolver is asked within a window: this part of it, within these limits in milliseconds. */
const WINDOW_PART = 1 / 20
const LEAST_PERIOD_MS = 250
const LONGEST_PERIOD_MS = 1_000

/** The random deviation of a pause, in both directions, as a share of it. */
const JITTER = 0.1

/** A connection with an address to watch. */
export interface Watched {
  /** `null`: it was dialled by the configured name. */
  readonly route: Route
  readonly address: string | undefined
}

/** For whom the address of the connection that serves is watched. No member may throw. */
export interface AddressOwner<G extends Watched> {
  /** Within a window: the name leads elsewhere, or elsewhere as well. */
  onAddressMoved(connection: G): void
  /** The name no longer leads to the connection's address. */
  onAddressGone(connection: G): void
}

/** What a watch works with. */
export interface AddressContext extends Pick<Context, 'clock' | 'random'> {
  /** `book` is `undefined` where no name is configured: then nothing is watched. */
  readonly database: Pick<Context['database'], 'book'>
  readonly maint: {
    /** Between two regular checks, in milliseconds; `false` for none. */
    readonly addressCheckIntervalMs: number | false
  }
}

/** Checks whether the configured name still leads to the address of the connection that serves. */
export class AddressMonitor<G extends Watched> {
  readonly #context: AddressContext
  readonly #owner: AddressOwner<G>
  #served: G | undefined
  #absence: AbsenceState | undefined
  #regular: Timer | undefined
  #recheck: Timer | undefined
  #window: { timer?: Timer } | undefined

  constructor(context: AddressContext, owner: AddressOwner<G>) {
    this.#context = context
    this.#owner = owner
  }

  /** Watches a connection, in place of the one before. Ends a window. */
  watch(connection: G): void {
    const { address: peer, route } = connection
    this.unfollow()
    this.#served = connection
    if (peer === undefined || this.#context.database.book === undefined) return this.stop()
    this.#absence = beginAbsence(peer, route.type === 'configured', this.#absence)
    if (this.#regular === undefined) this.#scheduleRegular()
  }

  /** Asks again and again, until an instant of the clock, whether there is another address. */
  follow(connection: G, untilAt: number): void {
    this.unfollow()
    const windowMs = untilAt - this.#context.clock.now()
    if (connection.address === undefined || this.#context.database.book === undefined || windowMs <= 0) return
    const periodMs = Math.max(Math.min(windowMs * WINDOW_PART, LONGEST_PERIOD_MS), LEAST_PERIOD_MS)
    this.#window = {}
    void this.#lookWithin(this.#window, { connection, periodMs, untilAt })
  }

  /** Ends a window before its time. */
  unfollow(): void {
    this.#window?.timer?.dispose()
    this.#window = undefined
  }

  /** Checks now, and several times in the next minute: something happened after which names change. */
  recheck(): void {
    this.#recheck?.dispose()
    this.#recheck = undefined
    if (this.#served !== undefined) this.#recheckFrom(0)
  }

  /** Ends every watch. It may watch again later. */
  stop(): void {
    this.unfollow()
    this.#served = undefined
    this.#regular?.dispose()
    this.#regular = undefined
    this.#recheck?.dispose()
    this.#recheck = undefined
  }

  #scheduleRegular(): void {
    const { clock, random, maint } = this.#context
    const { addressCheckIntervalMs: intervalMs } = maint
    if (intervalMs === false) return
    const pauseMs = intervalMs * (1 + JITTER * (2 * random() - 1))
    this.#regular = clock.after(pauseMs, () => {
      this.#scheduleRegular()
      void this.#look(REGULAR_AGE_MS)
    })
  }

  #recheckFrom(step: number): void {
    void this.#look(EVENT_AGE_MS)
    const [doneMs = 0, nextMs] = RECHECK_AFTER_MS.slice(step, step + 2)
    if (nextMs === undefined) return
    // Never early: the proof needs its full time.
    const pauseMs = (nextMs - doneMs) * (1 + JITTER * this.#context.random())
    this.#recheck = this.#context.clock.after(pauseMs, () => this.#recheckFrom(step + 1))
  }

  async #look(maxAgeMs: number): Promise<void> {
    const connection = this.#served
    const answer = await this.#ask(maxAgeMs)
    // The answer may come when another connection serves.
    if (connection === undefined || connection !== this.#served) return
    if (answer === undefined || this.#absence === undefined) return
    const { state, gone } = nextAbsence(this.#absence, { answer: answer.addresses, at: answer.at })
    this.#absence = state
    if (!gone) return
    this.#context.database.book?.markGone(state.peer)
    this.#owner.onAddressGone(connection)
  }

  async #lookWithin(
    window: { timer?: Timer },
    { connection, periodMs, untilAt }: { connection: G; periodMs: number; untilAt: number },
  ): Promise<void> {
    const { clock, database } = this.#context
    const answer = await this.#ask(WINDOW_AGE_MS)
    const peer = connection.address
    if (window !== this.#window || peer === undefined) return
    if (answer !== undefined && judgeWindow({ peer, answer: answer.addresses }) !== 'same') {
      this.unfollow()
      database.book?.markGone(peer)
      return this.#owner.onAddressMoved(connection)
    }
    if (clock.now() + periodMs >= untilAt) return this.unfollow()
    window.timer = clock.after(periodMs, () => {
      void this.#lookWithin(window, { connection, periodMs, untilAt })
    })
  }

  /** A lookup that fails says nothing about an address. */
  async #ask(maxAgeMs: number): Promise<Answer | undefined> {
    return this.#context.database.book?.resolve({ maxAgeMs }).catch(() => undefined)
  }
}
