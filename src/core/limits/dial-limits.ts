import { type Endpoint, placeOf } from '../../base/endpoint.js'
import { type Expiring, ExpiringMap } from '../../base/expiring-map.js'

/** Which limit keeps a connection from being opened. */
export type DialLimit = 'per-event' | 'per-second' | 'parallel-endpoint' | 'parallel'

/**
 * The limits on connections that are opened.
 *
 * The defaults let a pool of 500 move within 15 s. Where pacing keeps half of that window for the dials, 7.5 s, the
 * pool needs 67 dials a second, and 500 are allowed. 50 at once to one endpoint are enough while a handshake takes up
 * to 750 ms. With every third dial refused there are 750 dials, and 1,010 are allowed for the event.
 */
export interface DialLimitOptions {
  /** Connections being opened at once, to all endpoints together. Default 100. */
  readonly parallel?: number
  /** The same to one endpoint, so that a slow one does not keep others waiting. Default 50. */
  readonly parallelPerEndpoint?: number
  /**
   * Connections begun to one database within any second. Default 200, or one for each link that the event concerns where
   * these are more.
   */
  readonly perSecond?: number
  /** Connections begun for one event, by the number of links that it concerns. Default `2 × links + 10`. */
  readonly perEvent?: (links: number) => number
}

/** A connection that is to be opened. */
export interface DialRequest {
  readonly endpoint: Endpoint
  /** Connections with the same name count together within a second. Default: all without a name. */
  readonly database?: string | undefined
  /**
   * The event it is opened for, by a name that no other database in the process uses. Default: none, and it is not
   * counted.
   */
  readonly event?: string | undefined
  /** How many links the event concerns. Default 1. */
  readonly links?: number | undefined
  /** Whether it was refused before, and counted then. Default `false`. */
  readonly again?: boolean
  /** The clock's time, in milliseconds. */
  readonly now: number
}

/** A connection that is being opened. It counts until it is settled. */
export interface OpenDial {
  readonly endpoint: string
  readonly openedAt: number
}

/** Whether a connection may be opened now. */
export type DialPermit =
  | { readonly allowed: true; readonly dial: OpenDial }
  /** `retryAfterMs`: when to ask again, in milliseconds from now. */
  | { readonly allowed: false; readonly limit: DialLimit; readonly retryAfterMs: number }

const SECOND_MS = 1_000

/** How many may be begun within a second, however few links there are. */
const LEAST_PER_SECOND = 200

/** How soon to ask again, in milliseconds, where it is not known when a place becomes free. */
const RETRY_MS = 25

/** How long an event is counted after its first connection, in milliseconds. */
const EVENT_MS = 120_000

const EVENT_CAPACITY = 256

/** A connection that was not settled by then no longer counts as being opened, in milliseconds. */
const OPEN_AT_MOST_MS = 60_000

/** Limits how many connections one process opens: at once, to one database within a second, and for one event. */
export class DialLimits {
  readonly #limits: Required<Omit<DialLimitOptions, 'perSecond'>>
  readonly #perSecond: (links: number) => number
  readonly #open = new Set<OpenDial>()
  readonly #openTo = new Map<string, number>()
  /** For each database that opened any within the last second. */
  readonly #openedAt = new Map<string, number[]>()
  readonly #events = new ExpiringMap<string, Expiring & { opened: number }>(EVENT_CAPACITY)
  readonly #tripped: Record<DialLimit, number> = {
    'per-event': 0,
    'per-second': 0,
    'parallel-endpoint': 0,
    parallel: 0,
  }

  constructor(options: DialLimitOptions = {}) {
    const { perSecond } = options
    this.#perSecond = links => perSecond ?? Math.max(LEAST_PER_SECOND, links)
    this.#limits = {
      parallel: options.parallel ?? 100,
      parallelPerEndpoint: options.parallelPerEndpoint ?? 50,
      perEvent: options.perEvent ?? (links => 2 * links + 10),
    }
  }

  /** How many connections each limit kept waiting. */
  get tripped(): Readonly<Record<DialLimit, number>> {
    return { ...this.#tripped }
  }

  /** How many connections are being opened. */
  get open(): number {
    return this.#open.size
  }

  /** Asks to open a connection. Where that is allowed, `settle` must follow, whether or not it succeeded. */
  tryOpen({ endpoint, database = '', event, links = 1, again = false, now }: DialRequest): DialPermit {
    this.#forget(now)
    const target = placeOf(endpoint)
    const openedAt = this.#openedAt.get(database) ?? []
    const refusal = this.#refuse({ target, openedAt, event, links, now })
    if (refusal !== undefined) {
      if (!again) this.#tripped[refusal.limit] += 1
      return { allowed: false, ...refusal }
    }
    const dial: OpenDial = { endpoint: target, openedAt: now }
    this.#open.add(dial)
    this.#openTo.set(target, (this.#openTo.get(target) ?? 0) + 1)
    openedAt.push(now)
    this.#openedAt.set(database, openedAt)
    if (event !== undefined) this.#count(event, now)
    return { allowed: true, dial }
  }

  /** The connection is open, or failed. Settling it twice does nothing. */
  settle(dial: OpenDial): void {
    if (!this.#open.delete(dial)) return
    const left = (this.#openTo.get(dial.endpoint) ?? 1) - 1
    if (left > 0) this.#openTo.set(dial.endpoint, left)
    else this.#openTo.delete(dial.endpoint)
  }

  #refuse({ target, openedAt, event, links, now }: Wish): Refusal | undefined {
    const { parallel, parallelPerEndpoint, perEvent } = this.#limits
    const counted = event === undefined ? undefined : this.#events.get(event, now)
    if (counted !== undefined && counted.opened >= perEvent(links)) return refusal('per-event', counted.expiresAt - now)
    const [oldest] = openedAt
    if (oldest !== undefined && openedAt.length >= this.#perSecond(links))
      return refusal('per-second', Math.max(oldest + SECOND_MS - now, RETRY_MS))
    if ((this.#openTo.get(target) ?? 0) >= parallelPerEndpoint) return refusal('parallel-endpoint', RETRY_MS)
    return this.#open.size >= parallel ? refusal('parallel', RETRY_MS) : undefined
  }

  #count(event: string, now: number): void {
    const known = this.#events.get(event, now)
    if (known === undefined) this.#events.set(event, { opened: 1, expiresAt: now + EVENT_MS }, now)
    else known.opened += 1
  }

  /** Both are in the order of time, so the expired ones come first. */
  #forget(now: number): void {
    for (const [database, openedAt] of this.#openedAt) {
      while (openedAt[0] !== undefined && openedAt[0] + SECOND_MS <= now) openedAt.shift()
      if (openedAt.length === 0) this.#openedAt.delete(database)
    }
    for (const dial of this.#open) {
      if (dial.openedAt + OPEN_AT_MOST_MS > now) break
      this.settle(dial)
    }
  }
}

interface Wish {
  readonly target: string
  readonly openedAt: readonly number[]
  readonly event: string | undefined
  readonly links: number
  readonly now: number
}

interface Refusal {
  readonly limit: DialLimit
  readonly retryAfterMs: number
}

function refusal(limit: DialLimit, retryAfterMs: number): Refusal {
  return { limit, retryAfterMs }
}
