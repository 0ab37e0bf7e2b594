import { assertNever } from '../../base/assert-never.js'
import { FailureTrail } from './failure-trail.js'

/** When a breaker opens and closes. */
export interface BreakerOptions {
  /** Failures in a row that open it, in the order in which permits were given. Default 5. */
  readonly failuresToOpen?: number
  /** How long it stays open before it is probed, in milliseconds. Default 60,000. */
  readonly resetMs?: number
  /** Probes at a time. Default 3. */
  readonly parallelProbes?: number
  /** Good probes that close it. Default 3. */
  readonly successesToClose?: number
  /** Is told of each change of state; must not throw. */
  readonly onChange?: (to: BreakerStatus) => void
}

/**
 * Where a breaker stands: `failures` are those in a row; `retryAt` is when it may be probed, in milliseconds of the clock; `probes`
 * are under way, and `successes` of them were good.
 */
export type BreakerStatus =
  | { readonly state: 'closed'; readonly failures: number }
  | { readonly state: 'open'; readonly retryAt: number }
  | { readonly state: 'half-open'; readonly probes: number; readonly successes: number }

/** The permission to try an endpoint. One of its methods must be called, once. Further calls do nothing. */
export interface Permit {
  /** It worked. */
  succeed(): void
  /**
   * It did not.
   *
   * @param now - The clock's time, in milliseconds.
   */
  fail(now: number): void
  /** It was not tried to the end. That says nothing about the endpoint. */
  release(): void
}

/** The answer of a breaker. */
export type Acquisition =
  | { readonly granted: true; readonly permit: Permit }
  /** `retryAt`: when to ask again, on the clock. */
  | { readonly granted: false; readonly retryAt: number }

interface Closed {
  readonly state: 'closed'
  readonly trail: FailureTrail
}

interface Open {
  readonly state: 'open'
  readonly retryAt: number
}

interface HalfOpen {
  readonly state: 'half-open'
  probes: number
  successes: number
  grantedAt: number
}

/** How soon to ask again while probes are out, in milliseconds. */
const PROBE_RETRY_MS = 100

/**
 * Keeps an endpoint that fails from being tried again and again.
 *
 * ```
 *             5 failures in a row             asked after 60 s
 *   closed ────────────────────────▶ open ────────────────────────▶ half-open
 *      ▲                              ▲                              │     │
 *      │                              └──────── a probe failed ──────┘     │
 *      └───────────────────────── 3 probes succeeded ──────────────────────┘
 * ```
 *
 * Every attempt must ask here first, and asking makes an open breaker half-open. So an endpoint that is still wanted is
 * always probed.
 */
export class Breaker {
  readonly #options: Required<Omit<BreakerOptions, 'onChange'>>
  readonly #onChange: ((to: BreakerStatus) => void) | undefined
  #state: Closed | Open | HalfOpen = closed()

  constructor(options: BreakerOptions = {}) {
    this.#options = {
      failuresToOpen: options.failuresToOpen ?? 5,
      resetMs: options.resetMs ?? 60_000,
      parallelProbes: options.parallelProbes ?? 3,
      successesToClose: options.successesToClose ?? 3,
    }
    this.#onChange = options.onChange
  }

  /** A snapshot. To try the endpoint, ask `tryAcquire` alone. */
  get status(): BreakerStatus {
    const state = this.#state
    switch (state.state) {
      case 'closed':
        return { state: 'closed', failures: state.trail.failures }
      case 'open':
        return { state: 'open', retryAt: state.retryAt }
      case 'half-open':
        return { state: 'half-open', probes: state.probes, successes: state.successes }
      default:
        return assertNever(state)
    }
  }

  /**
   * Asks for a permit to try the endpoint.
   *
   * @param now - The clock's time, in milliseconds.
   */
  tryAcquire(now: number): Acquisition {
    const state = this.#state
    switch (state.state) {
      case 'closed':
        return { granted: true, permit: this.#permitWhileClosed(state) }
      case 'open':
        if (now < state.retryAt) return { granted: false, retryAt: state.retryAt }
        return this.#probe(this.#halfOpen(now, 0), now)
      case 'half-open':
        return this.#probe(state, now)
      default:
        return assertNever(state)
    }
  }

  #probe(state: HalfOpen, now: number): Acquisition {
    const { parallelProbes, resetMs } = this.#options
    let current = state
    if (state.probes >= parallelProbes) {
      if (now < state.grantedAt + resetMs) return { granted: false, retryAt: now + PROBE_RETRY_MS }
      // Without this, probes that were never settled would block the endpoint for ever.
      current = this.#halfOpen(now, state.successes)
    }
    current.probes += 1
    current.grantedAt = now
    return { granted: true, permit: this.#permitToProbe(current) }
  }

  #permitWhileClosed(state: Closed): Permit {
    const { trail } = state
    const attempt = trail.begin()
    return this.#permitUnder(state, {
      succeed: () => trail.succeed(attempt),
      fail: now => {
        trail.fail(attempt)
        if (trail.failures >= this.#options.failuresToOpen) this.#open(now)
      },
      release: () => trail.withdraw(attempt),
    })
  }

  #permitToProbe(state: HalfOpen): Permit {
    return this.#permitUnder(state, {
      succeed: () => {
        state.probes -= 1
        state.successes += 1
        if (state.successes >= this.#options.successesToClose) this.#enter(closed())
      },
      fail: now => this.#open(now),
      release: () => {
        state.probes -= 1
      },
    })
  }

  /** A permit of an earlier state says nothing about the present one. */
  #permitUnder(state: Closed | HalfOpen, { succeed, fail, release }: Permit): Permit {
    let isSettled = false
    const once = (act: () => void): void => {
      const counts = !isSettled && this.#state === state
      isSettled = true
      if (counts) act()
    }
    return {
      succeed: () => once(succeed),
      fail: now => once(() => fail(now)),
      release: () => once(release),
    }
  }

  #open(now: number): void {
    this.#enter({ state: 'open', retryAt: now + this.#options.resetMs })
  }

  #halfOpen(now: number, successes: number): HalfOpen {
    const state: HalfOpen = { state: 'half-open', probes: 0, successes, grantedAt: now }
    this.#enter(state)
    return state
  }

  #enter(state: Closed | Open | HalfOpen): void {
    const changes = state.state !== this.#state.state
    this.#state = state
    if (changes) this.#onChange?.(this.status)
  }
}

function closed(): Closed {
  return { state: 'closed', trail: new FailureTrail() }
}
