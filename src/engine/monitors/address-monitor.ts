import type { Clock, Timer } from '../../base/clock.js'
import type { Random } from '../../base/random.js'
import type { Route } from '../../core/decide/route.js'
import { type AbsenceState, beginAbsence, judgeWindow, nextAbsence } from '../../core/health/address-check.js'
import type { AddressBook, Answer } from '../database/address-book.js'

/** How old an answer may be, in milliseconds: for the regular check, after an event, and within a window. */
const REGULAR_AGE_MS = 5_000
const EVENT_AGE_MS = 1_000
const WINDOW_AGE_MS = 250

/** When it is looked again after an event, in milliseconds from it: the name is changed at some time after. */
const RECHECK_AFTER_MS = [0, 5_000, 10_000, 20_000, 40_000, 60_000] as const

/** How often the resolver is asked within a window: this part of it, within these limits in milliseconds. */
const WINDOW_PART = 1 / 20
const LEAST_PERIOD_MS = 250
const LONGEST_PERIOD_MS = 1_000

/** How far a pause may be off its length, either way. */
const JITTER = 0.1

/** A connection whose address is watched. */
export interface Watched {
  /** `null`: it was dialled by the configured name. */
  readonly route: Route
  readonly address: string | undefined
}

/** What a watch is made of. The listeners must not throw. */
export interface AddressMonitorParts<G extends Watched> {
  readonly clock: Clock
  readonly random: Random
  /** `undefined` where no name is configured: then nothing is watched. */
  readonly book: AddressBook | undefined
  /** Between two regular checks, in milliseconds; `false` for none. */
  readonly intervalMs: number | false
  /** Within a window: the name leads elsewhere, or elsewhere as well. */
  readonly onMoved: (connection: G) => void
  /** The name has ceased to lead to the connection's address. */
  readonly onGone: (connection: G) => void
}

/** Looks whether the configured name still leads to the address of the connection that serves. */
export class AddressMonitor<G extends Watched> {
  readonly #parts: AddressMonitorParts<G>
  #served: G | undefined
  #absence: AbsenceState | undefined
  #regular: Timer | undefined
  #recheck: Timer | undefined
  #window: { timer?: Timer } | undefined

  constructor(parts: AddressMonitorParts<G>) {
    this.#parts = parts
  }

  /** Watches a connection, in place of the one before. Ends a window. */
  watch(connection: G): void {
    const { address: peer, route } = connection
    this.unfollow()
    this.#served = connection
    if (peer === undefined || this.#parts.book === undefined) return this.stop()
    this.#absence = beginAbsence(peer, route.type === 'configured', this.#absence)
    if (this.#regular === undefined) this.#scheduleRegular()
  }

  /** Asks again and again, until an instant of the clock, whether there is another place to go to. */
  follow(connection: G, untilAt: number): void {
    this.unfollow()
    const windowMs = untilAt - this.#parts.clock.now()
    if (connection.address === undefined || this.#parts.book === undefined || windowMs <= 0) return
    const periodMs = Math.max(Math.min(windowMs * WINDOW_PART, LONGEST_PERIOD_MS), LEAST_PERIOD_MS)
    this.#window = {}
    void this.#lookWithin(this.#window, { connection, periodMs, untilAt })
  }

  /** Ends a window before its time. */
  unfollow(): void {
    this.#window?.timer?.dispose()
    this.#window = undefined
  }

  /** Looks now, and some times more in the next minute: something happened after which names are changed. */
  recheck(): void {
    this.#recheck?.dispose()
    this.#recheck = undefined
    if (this.#served !== undefined) this.#recheckFrom(0)
  }

  /** Ends everything; may be served again. */
  stop(): void {
    this.unfollow()
    this.#served = undefined
    this.#regular?.dispose()
    this.#regular = undefined
    this.#recheck?.dispose()
    this.#recheck = undefined
  }

  #scheduleRegular(): void {
    const { clock, random, intervalMs } = this.#parts
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
    // Never early: a proof takes its full time.
    const pauseMs = (nextMs - doneMs) * (1 + JITTER * this.#parts.random())
    this.#recheck = this.#parts.clock.after(pauseMs, () => this.#recheckFrom(step + 1))
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
    this.#parts.book?.markGone(state.peer)
    this.#parts.onGone(connection)
  }

  async #lookWithin(
    window: { timer?: Timer },
    { connection, periodMs, untilAt }: { connection: G; periodMs: number; untilAt: number },
  ): Promise<void> {
    const { clock, book, onMoved } = this.#parts
    const answer = await this.#ask(WINDOW_AGE_MS)
    const peer = connection.address
    if (window !== this.#window || peer === undefined) return
    if (answer !== undefined && judgeWindow({ peer, answer: answer.addresses }) !== 'same') {
      this.unfollow()
      book?.markGone(peer)
      return onMoved(connection)
    }
    if (clock.now() + periodMs >= untilAt) return this.unfollow()
    window.timer = clock.after(periodMs, () => {
      void this.#lookWithin(window, { connection, periodMs, untilAt })
    })
  }

  /** A lookup that fails says nothing about an address. */
  async #ask(maxAgeMs: number): Promise<Answer | undefined> {
    return this.#parts.book?.resolve({ maxAgeMs }).catch(() => undefined)
  }
}
