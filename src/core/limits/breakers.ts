import { type Endpoint, placeOf } from '../../base/endpoint.js'
import { type Expiring, ExpiringMap } from '../../base/expiring-map.js'
import { Breaker, type BreakerOptions, type BreakerStatus } from './breaker.js'

/** How many endpoints are watched, and how. */
export interface BreakersOptions extends Omit<BreakerOptions, 'onChange'> {
  /** The most endpoints. Beyond that the one is forgotten whose last request is oldest. Default 256. */
  readonly capacity?: number
  /**
   * How long an endpoint without requests is remembered, in milliseconds; at least twice `resetMs`. Default 600,000.
   */
  readonly idleMs?: number
  /** Is told of each change of state; must not throw. */
  readonly onChange?: (endpoint: Endpoint, to: BreakerStatus) => void
}

interface Watched extends Expiring {
  readonly breaker: Breaker
}

/** The circuit breakers of one process, one for each endpoint. Spellings of the same place share theirs. */
export class Breakers {
  readonly #options: BreakersOptions
  readonly #capacity: number
  readonly #idleMs: number
  /** In the order in which they were asked for, the latest one last. */
  readonly #watched: ExpiringMap<string, Watched>

  constructor(options: BreakersOptions = {}) {
    const { capacity = 256, idleMs = 600_000, resetMs = 60_000 } = options
    this.#options = options
    this.#capacity = Math.max(capacity, 1)
    this.#watched = new ExpiringMap(this.#capacity)
    // An open breaker that is forgotten would let the next wave of dials through.
    this.#idleMs = Math.max(idleMs, 2 * resetMs)
  }

  /** How many endpoints are watched. */
  get size(): number {
    return this.#watched.size
  }

  /**
   * The breaker of an endpoint.
   *
   * @param now - The clock's time, in milliseconds. Idle endpoints are found by it.
   */
  for(endpoint: Endpoint, now: number): Breaker {
    const key = placeOf(endpoint)
    const known = this.#watched.get(key, now)
    if (known === undefined) this.#makeRoom(now)
    const breaker = known?.breaker ?? this.#create(endpoint)
    this.#watched.set(key, { breaker, expiresAt: now + this.#idleMs }, now)
    return breaker
  }

  /** The states of the breakers that are not closed, by endpoint. */
  get tripped(): ReadonlyMap<string, BreakerStatus> {
    const all = [...this.#watched].map(([key, { breaker }]) => [key, breaker.status] as const)
    return new Map(all.filter(([, { state }]) => state !== 'closed'))
  }

  #create(endpoint: Endpoint): Breaker {
    const { onChange, ...options } = this.#options
    return new Breaker(onChange === undefined ? options : { ...options, onChange: to => onChange(endpoint, to) })
  }

  /** A breaker without any failure goes before the oldest: a new one would be the same. */
  #makeRoom(now: number): void {
    this.#watched.forgetExpired(now)
    if (this.#watched.size < this.#capacity) return
    const pristine = [...this.#watched].find(([, { breaker }]) => isPristine(breaker.status))
    if (pristine !== undefined) this.#watched.delete(pristine[0])
  }
}

function isPristine(status: BreakerStatus): boolean {
  return status.state === 'closed' && status.failures === 0
}
