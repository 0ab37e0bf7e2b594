import type { Timer } from '../../../base/clock.js'
import type { Context } from '../../database/context.js'

/** Why a connection that works is left. */
export type AgeReason = 'age' | 'idle'

/** How old connections may become, and how long they may be unused, in milliseconds; `false` sets no limit. */
export interface AgeLimits {
  readonly maxConnectionAgeMs: number | false
  readonly maxConnectionIdleMs: number | false
}

/** The part of a connection that its age needs. */
export interface AgingConnection {
  /** Whether commands wait for an answer: then it is in use. */
  readonly owesAnswers: boolean
}

/** For whom the age of the connection that serves is watched. */
export interface AgeOwner<C extends AgingConnection> {
  /** Replaces a connection. Resolves, or rejects, once that has ended, also where it failed. */
  turnOver(connection: C, reason: AgeReason): Promise<void>
  /** When the application last sent something on it. */
  lastUsedAt(connection: C): number
}

/** What a watch works with. */
export interface AgeContext extends Pick<Context, 'clock' | 'random'> {
  readonly maint: AgeLimits
}

/**
 * How much earlier than its limit a connection may be left, as a share of it, so that a fleet does not leave together.
 */
const EARLIER = 0.2

/** After which share of the limit a hand-off that failed is tried again. */
const AGAIN_AFTER = 0.1

/** One connection's own limits. */
interface Life {
  readonly bornAt: number
  /** Infinite where there is no limit. */
  readonly maxAgeMs: number
  readonly maxIdleMs: number
  /** Not before this time. */
  notBefore: number
}

/** Replaces the connection that serves a link when it is old, or was not used for long. */
export class AgeMonitor<C extends AgingConnection> {
  readonly #context: AgeContext
  readonly #owner: AgeOwner<C>
  readonly #lives = new WeakMap<C, Life>()
  #watched: C | undefined
  #timer: Timer | undefined

  constructor(context: AgeContext, owner: AgeOwner<C>) {
    this.#context = context
    this.#owner = owner
  }

  /** Watches a connection in place of the one before. A second call for the same one does nothing. */
  watch(connection: C | undefined): void {
    if (connection === this.#watched) return
    this.#timer?.dispose()
    this.#timer = undefined
    this.#watched = connection
    if (connection !== undefined) this.#plan(connection, this.#lifeOf(connection))
  }

  /** Ends the watch. */
  stop(): void {
    this.watch(undefined)
  }

  #lifeOf(connection: C): Life {
    const known = this.#lives.get(connection)
    if (known !== undefined) return known
    const { clock, maint } = this.#context
    const bornAt = clock.now()
    const maxAgeMs = this.#own(maint.maxConnectionAgeMs)
    const life: Life = { bornAt, maxAgeMs, maxIdleMs: this.#own(maint.maxConnectionIdleMs), notBefore: bornAt }
    this.#lives.set(connection, life)
    return life
  }

  #own(limitMs: number | false): number {
    return limitMs === false ? Number.POSITIVE_INFINITY : limitMs * (1 - EARLIER * this.#context.random())
  }

  #plan(connection: C, life: Life): void {
    const { clock } = this.#context
    this.#timer?.dispose()
    const dueAt = Math.max(Math.min(life.bornAt + life.maxAgeMs, this.#idleAt(connection, life)), life.notBefore)
    // With a delay that is too long for timers, this one fires early and plans again.
    if (dueAt < Number.POSITIVE_INFINITY) {
      this.#timer = clock.after(dueAt - clock.now(), () => this.#look(connection, life))
    }
  }

  #idleAt(connection: C, { maxIdleMs }: Life): number {
    if (maxIdleMs === Number.POSITIVE_INFINITY) return maxIdleMs
    const usedAt = connection.owesAnswers ? this.#context.clock.now() : this.#owner.lastUsedAt(connection)
    return usedAt + maxIdleMs
  }

  #look(connection: C, life: Life): void {
    const now = this.#context.clock.now()
    if (now >= life.bornAt + life.maxAgeMs) return this.#leave(connection, life, 'age')
    if (now >= this.#idleAt(connection, life)) return this.#leave(connection, life, 'idle')
    this.#plan(connection, life)
  }

  #leave(connection: C, life: Life, reason: AgeReason): void {
    const { clock } = this.#context
    const limitMs = reason === 'age' ? life.maxAgeMs : life.maxIdleMs
    const planAgain = (): void => {
      life.notBefore = clock.now() + limitMs * AGAIN_AFTER
      if (this.#watched === connection) this.#plan(connection, life)
    }
    this.#owner.turnOver(connection, reason).then(planAgain, planAgain)
  }
}
