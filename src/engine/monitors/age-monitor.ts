import type { Clock, Timer } from '../../base/clock.js'
import type { Random } from '../../base/random.js'

/** Why a connection that works is left. */
export type AgeReason = 'age' | 'idle'

/** How old connections may grow, and how long they may go unused, in milliseconds; `false` sets no limit. */
export interface AgeLimits {
  readonly maxAgeMs: number | false
  readonly maxIdleMs: number | false
}

/** A connection, as far as its age goes. */
export interface AgingConnection {
  /** Whether commands wait for an answer: then it is in use. */
  readonly owesAnswers: boolean
}

/** What the watch over the age of the connections of one link needs. */
export interface AgeMonitorParts<C extends AgingConnection> extends AgeLimits {
  readonly clock: Clock
  readonly random: Random
  /** Replaces a connection. Resolves, or rejects, once that ended, be it in vain. */
  readonly leave: (connection: C, reason: AgeReason) => Promise<void>
  /** When the application last sent something on it. */
  readonly lastUsedAt: (connection: C) => number
}

/** How much earlier than its limit a connection may be left, as a share of it: so that a fleet does not leave together. */
const EARLIER = 0.2

/** After which share of the limit a connection that could not be left is to be left again. */
const AGAIN_AFTER = 0.1

/** One connection's own limits. */
interface Life {
  readonly bornAt: number
  /** Infinite where there is no limit. */
  readonly maxAgeMs: number
  readonly maxIdleMs: number
  /** No attempt to leave it before that. */
  notBefore: number
}

/** Sees to it that the connection that serves a link is replaced when it is old, or was not used for long. */
export class AgeMonitor<C extends AgingConnection> {
  readonly #parts: AgeMonitorParts<C>
  readonly #lives = new WeakMap<C, Life>()
  #watched: C | undefined
  #timer: Timer | undefined

  constructor(parts: AgeMonitorParts<C>) {
    this.#parts = parts
  }

  /** Watches a connection in place of the one before; one that is watched already goes on being so. */
  watch(connection: C | undefined): void {
    if (connection === this.#watched) return
    this.#timer?.dispose()
    this.#timer = undefined
    this.#watched = connection
    if (connection !== undefined) this.#plan(connection, this.#lifeOf(connection))
  }

  /** Watches nothing any more. */
  stop(): void {
    this.watch(undefined)
  }

  #lifeOf(connection: C): Life {
    const known = this.#lives.get(connection)
    if (known !== undefined) return known
    const { clock, maxAgeMs, maxIdleMs } = this.#parts
    const bornAt = clock.now()
    const life: Life = { bornAt, maxAgeMs: this.#own(maxAgeMs), maxIdleMs: this.#own(maxIdleMs), notBefore: bornAt }
    this.#lives.set(connection, life)
    return life
  }

  #own(limitMs: number | false): number {
    return limitMs === false ? Number.POSITIVE_INFINITY : limitMs * (1 - EARLIER * this.#parts.random())
  }

  #plan(connection: C, life: Life): void {
    const { clock } = this.#parts
    this.#timer?.dispose()
    const dueAt = Math.max(Math.min(life.bornAt + life.maxAgeMs, this.#idleAt(connection, life)), life.notBefore)
    // A delay beyond what timers take makes this one fire early, and plan again.
    if (dueAt < Number.POSITIVE_INFINITY) {
      this.#timer = clock.after(dueAt - clock.now(), () => this.#look(connection, life))
    }
  }

  #idleAt(connection: C, { maxIdleMs }: Life): number {
    const { clock, lastUsedAt } = this.#parts
    if (maxIdleMs === Number.POSITIVE_INFINITY) return maxIdleMs
    return (connection.owesAnswers ? clock.now() : lastUsedAt(connection)) + maxIdleMs
  }

  #look(connection: C, life: Life): void {
    const now = this.#parts.clock.now()
    if (now >= life.bornAt + life.maxAgeMs) return this.#leave(connection, life, 'age')
    if (now >= this.#idleAt(connection, life)) return this.#leave(connection, life, 'idle')
    this.#plan(connection, life)
  }

  #leave(connection: C, life: Life, reason: AgeReason): void {
    const { clock, leave } = this.#parts
    const limitMs = reason === 'age' ? life.maxAgeMs : life.maxIdleMs
    const planAgain = (): void => {
      life.notBefore = clock.now() + limitMs * AGAIN_AFTER
      if (this.#watched === connection) this.#plan(connection, life)
    }
    leave(connection, reason).then(planAgain, planAgain)
  }
}
