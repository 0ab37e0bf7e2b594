import type { Clock, Timer } from '../../../base/clock.js'
import { DialLimits, type DialPermit, type DialRequest, type OpenDial } from '../../../core/limits/dial-limits.js'
import { onAbort } from './dial-queue.js'

/** How long to wait for a permit. */
export interface DialPatience {
  /** Ends the wait. */
  readonly signal: AbortSignal
  /** If the permit would come later than this, it does not wait. */
  readonly untilAt: number
}

interface Waiter {
  readonly request: Omit<DialRequest, 'now'>
  /** Equal for dials that have the same limits: where one of them is refused, so are the others. */
  readonly kind: string
  readonly settle: (permit: DialPermit) => void
}

/**
 * Permits to open connections. They are given in the order of the requests, as the limits of the process allow. A
 * request that waits gets its permit when a place becomes free; it need not ask again.
 */
export class DialPermits {
  readonly #clock: Clock
  readonly #limits: DialLimits
  readonly #waiters = new Set<Waiter>()
  /** The next time at which a limit ends by itself. */
  #retry: { readonly at: number; readonly timer: Timer } | undefined

  constructor(clock: Clock, limits: DialLimits = new DialLimits()) {
    this.#clock = clock
    this.#limits = limits
  }

  /** How many connections are being opened, and how often each limit kept one waiting. */
  get figures(): Pick<DialLimits, 'open' | 'tripped'> {
    const { open, tripped } = this.#limits
    return { open, tripped }
  }

  /**
   * Waits for a permit. Resolves with the refusal when the time is over, when the permit would come too late, or when the
   * signal aborts; never rejects. A permit that is given must be settled.
   */
  acquire(request: Omit<DialRequest, 'now'>, { signal, untilAt }: DialPatience): Promise<DialPermit> {
    const now = this.#clock.now()
    const first = this.#limits.tryOpen({ ...request, now })
    if (first.allowed || signal.aborted || now + first.retryAfterMs > untilAt) return Promise.resolve(first)
    return new Promise(resolve => {
      const deadline = this.#clock.after(untilAt - now, () => {
        this.#serve()
        waiter.settle(first)
      })
      const unwatch = onAbort(signal, () => waiter.settle(first))
      const settle = (permit: DialPermit): void => {
        if (!this.#waiters.delete(waiter)) return
        deadline.dispose()
        unwatch()
        if (this.#waiters.size === 0) this.#forgetRetry()
        resolve(permit)
      }
      const waiter: Waiter = { request, kind: kindOf(request), settle }
      this.#waiters.add(waiter)
      if (isTimed(first)) this.#retryAt(now + first.retryAfterMs)
    })
  }

  /** The connection is open, or failed: another one may be opened. Settling it twice does nothing. */
  settle(dial: OpenDial): void {
    this.#limits.settle(dial)
    this.#serve()
  }

  #serve(): void {
    const now = this.#clock.now()
    const refused = new Set<string>()
    for (const { request, kind, settle } of this.#waiters) {
      if (refused.has(kind)) continue
      const permit = this.#limits.tryOpen({ ...request, now, again: true })
      if (permit.allowed) settle(permit)
      else if (permit.limit === 'parallel') return
      else refused.add(kind)
      if (isTimed(permit)) this.#retryAt(now + permit.retryAfterMs)
    }
  }

  #retryAt(at: number): void {
    if (this.#retry !== undefined && this.#retry.at <= at) return
    this.#forgetRetry()
    const timer = this.#clock.after(at - this.#clock.now(), () => {
      this.#retry = undefined
      this.#serve()
    })
    this.#retry = { at, timer }
  }

  #forgetRetry(): void {
    this.#retry?.timer.dispose()
    this.#retry = undefined
  }
}

/** Whether a refusal ends by time alone. Others end when a connection is settled. */
function isTimed(permit: DialPermit): permit is Extract<DialPermit, { allowed: false }> {
  return !permit.allowed && (permit.limit === 'per-second' || permit.limit === 'per-event')
}

function kindOf({ endpoint, database, event, links }: Omit<DialRequest, 'now'>): string {
  return JSON.stringify([endpoint.host, endpoint.port, database, event, links])
}
