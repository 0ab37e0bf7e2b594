import { type Clock, toEpochMs } from '../../../base/clock.js'
import { withDeadline } from '../../../base/deadline.js'
import type { Endpoint } from '../../../base/endpoint.js'
import { HitlessError } from '../../../base/errors.js'
import { endpointOf, type Route } from '../../../core/decide/route.js'
import type { Breaker, BreakerStatus, Permit } from '../../../core/limits/breaker.js'
import { Breakers, type BreakersOptions } from '../../../core/limits/breakers.js'
import type { DialLimit, OpenDial } from '../../../core/limits/dial-limits.js'
import { DialPermits } from './dial-permits.js'
import { HandoffScheduler, type HandoffTask } from './handoff-scheduler.js'
import { type QueueWeight, QueueWeights } from './queue-weights.js'

/** A dial of a hand-off. */
export interface DialRequest {
  /** Who dials. Each has one dial at a time; a later one replaces an earlier one. */
  readonly key: object
  /** Where it leads; the configured route has no breaker: the reconnect strategy governs it. */
  readonly route: Route
  /**
   * The identity of the event that asked for it. The number of connections for one event is limited. Default: not
   * counted.
   */
  readonly event?: string | undefined
  /** From now on, in milliseconds. The wait for a turn, and for a permit to dial, counts. */
  readonly withinMs: number
  readonly dial: (withinMs: number) => Promise<void>
}

/** What a queue shares with others. All fields are optional. */
export interface HandoffQueueOptions {
  /** A name that no other queue over the same permits has. */
  readonly name?: string
  /** Where `null` leads. Default `localhost`, port 6379. */
  readonly home?: Endpoint
  /** Of the whole process. Default: permits of its own. */
  readonly permits?: DialPermits
  readonly breakers?: BreakersOptions
  /** Is told when the first member joins, and when the last one leaves. */
  readonly onUsed?: (isUsed: boolean) => void
}

/** The figures of a queue. */
export interface HandoffQueueStatus {
  /** How many hand-offs may dial at once. */
  readonly workers: number
  /** Hand-offs that wait for a worker. */
  readonly queued: number
  /** Hand-offs that dial now. */
  readonly running: number
  /** The most that ever ran at once. */
  readonly peakRunning: number
  /** The endpoints whose breaker is open or half-open; `retryAt` in milliseconds since 1970. */
  readonly breakers: readonly ({ readonly endpoint: string } & BreakerStatus)[]
  /** Of the whole process: connections that hand-offs are opening, and how often a limit kept one waiting. */
  readonly dials: { readonly open: number; readonly tripped: Readonly<Record<DialLimit, number>> }
}

/** The longest time for one turnover, in milliseconds. Others wait for it. */
const TURNOVER_MS = 60_000

const DEFAULT_HOME: Endpoint = { host: 'localhost', port: 6379 }

/**
 * The hand-offs of all clients and pools of one database go through it: a limited number at once, and not to endpoints
 * that fail.
 */
export class HandoffQueue {
  readonly #clock: Clock
  readonly #options: HandoffQueueOptions
  readonly #permits: DialPermits
  readonly #breakers: Breakers
  readonly #dials: HandoffScheduler<object>
  readonly #turnovers: HandoffScheduler<object>
  readonly #weights: QueueWeights

  /** @param links - How many connections may have to move at once, at least; more by {@link HandoffQueue.join}. */
  constructor(clock: Clock, links: number, options: HandoffQueueOptions = {}) {
    this.#clock = clock
    this.#options = options
    this.#permits = options.permits ?? new DialPermits(clock)
    this.#breakers = new Breakers(options.breakers)
    this.#weights = new QueueWeights(links)
    // Tasks tell their callers how they ended, and never reject.
    const onError = (): void => {}
    this.#dials = new HandoffScheduler({ clock, onError, sizes: () => this.#weights.sizes })
    const oneAtATime = () => ({ workers: 1, queueSize: this.#weights.sizes.queueSize })
    this.#turnovers = new HandoffScheduler({ clock, onError, sizes: oneAtATime })
  }

  get status(): HandoffQueueStatus {
    const { queued, running, peakRunning } = this.#dials.stats
    return {
      workers: this.#weights.sizes.workers,
      queued,
      running,
      peakRunning,
      breakers: [...this.#breakers.tripped].map(([endpoint, status]) => ({
        endpoint,
        ...inEpochMs(status, this.#clock),
      })),
      dials: this.#permits.figures,
    }
  }

  /** Adds a member, whose connections count for the sizes. Joining again changes its weight. */
  join(link: object, weight: QueueWeight = {}): void {
    this.#weights.set(link, weight)
    this.#resize()
    if (this.#weights.size === 1) this.#options.onUsed?.(true)
  }

  /** Removes what is queued or under way under a key, and its weight, if it has one. A second call does nothing. */
  leave(link: object): void {
    this.cancel(link)
    this.cancelTurnover(link)
    if (!this.#weights.delete(link)) return
    this.#resize()
    if (this.#weights.size === 0) this.#options.onUsed?.(false)
  }

  /**
   * Dials when it is this key's turn.
   *
   * Rejects with what the dial rejects with, or `CIRCUIT_OPEN`, `HANDOFF_QUEUE_FULL` or `HANDOFF_FAILED`.
   */
  dial(request: DialRequest): Promise<void> {
    const endsAt = this.#clock.now() + request.withinMs
    return offer(this.#dials, request.key, signal => this.#dialGuarded(request, signal, endsAt))
  }

  /** Gives up a dial, waiting or under way; the key is free for another one at once. */
  cancel(key: object): void {
    this.#dials.cancel(key)
  }

  /**
   * Runs a task that replaces a healthy connection: one at a time, in the order of calls, each within a minute. A later
   * task of the same key replaces an earlier one.
   *
   * Rejects with what the task rejects with, or `HANDOFF_QUEUE_FULL` or `HANDOFF_FAILED`.
   *
   * @param task - Ends soon after its signal aborts.
   */
  turnover(key: object, task: HandoffTask): Promise<void> {
    return offer(this.#turnovers, key, signal => this.#runBounded(task, signal))
  }

  /** Gives up a turnover, waiting or under way. */
  cancelTurnover(key: object): void {
    this.#turnovers.cancel(key)
  }

  #resize(): void {
    this.#dials.resize()
    this.#turnovers.resize()
  }

  async #dialGuarded(request: DialRequest, signal: AbortSignal, endsAt: number): Promise<void> {
    const { route, dial } = request
    const breaker = route.type === 'configured' ? undefined : this.#breakers.for(route.endpoint, this.#clock.now())
    // Before the permit of the limits: a dial that the breaker forbids must not count for the event.
    const permit = breaker === undefined ? undefined : acquire(breaker, request, this.#clock)
    try {
      const opened = await this.#awaitPermit(request, signal, endsAt)
      try {
        // The endpoint may have failed for others while this dial waited.
        const status = breaker?.status
        if (status?.state === 'open') throw circuitOpen(request, status.retryAt, this.#clock)
        await dial(Math.max(endsAt - this.#clock.now(), 0))
      } catch (error) {
        // A dial that was given up says nothing about the endpoint.
        if (!signal.aborted) permit?.fail(this.#clock.now())
        throw error
      } finally {
        this.#permits.settle(opened)
      }
      permit?.succeed()
    } finally {
      permit?.release()
    }
  }

  async #awaitPermit({ route, event }: DialRequest, signal: AbortSignal, untilAt: number): Promise<OpenDial> {
    const { name = '', home = DEFAULT_HOME } = this.#options
    const counted = event === undefined ? undefined : `${name} ${event}`
    const asked = { endpoint: endpointOf(route) ?? home, database: name, event: counted, links: this.#weights.links }
    const permit = await this.#permits.acquire(asked, { signal, untilAt })
    if (permit.allowed) return permit.dial
    if (signal.aborted) throw givenUp()
    const { limit, retryAfterMs } = permit
    const message = `The hand-off may not dial in time: the limit "${limit}" is reached`
    throw new HitlessError('HANDOFF_FAILED', message, {
      retryable: true,
      facts: { kind: 'limited', limit, retryAfterMs },
    })
  }

  async #runBounded(task: HandoffTask, signal: AbortSignal): Promise<void> {
    const abort = new AbortController()
    const forward = (): void => abort.abort(signal.reason)
    signal.addEventListener('abort', forward, { once: true })
    const onLate = (): never => {
      const error = new HitlessError('HANDOFF_FAILED', 'The turnover of a connection took too long', {
        facts: { kind: 'turnover', withinMs: TURNOVER_MS },
      })
      abort.abort(error)
      throw error
    }
    try {
      await withDeadline(task(abort.signal), { clock: this.#clock, withinMs: TURNOVER_MS, onLate })
    } finally {
      signal.removeEventListener('abort', forward)
    }
  }
}

function offer(scheduler: HandoffScheduler<object>, key: object, task: HandoffTask): Promise<void> {
  return new Promise((resolve, reject) => {
    scheduler.cancel(key)
    const run: HandoffTask = signal => task(signal).then(resolve, reject)
    const result = scheduler.offer(key, run, { onDropped: () => reject(givenUp()) })
    if (result === 'accepted') return
    const message = `Too many hand-offs wait for their turn (${result})`
    reject(new HitlessError('HANDOFF_QUEUE_FULL', message, { retryable: true, facts: { result } }))
  })
}

function acquire(breaker: Breaker, request: DialRequest, clock: Clock): Permit {
  const admission = breaker.tryAcquire(clock.now())
  if (admission.granted) return admission.permit
  throw circuitOpen(request, admission.retryAt, clock)
}

function inEpochMs(status: BreakerStatus, clock: Clock): BreakerStatus {
  return status.state === 'open' ? { state: 'open', retryAt: toEpochMs(status.retryAt, clock) } : status
}

/** @param retryAt - On the clock. */
function circuitOpen({ route }: DialRequest, retryAt: number, clock: Clock): HitlessError {
  const facts = { endpoint: endpointOf(route), retryAt: toEpochMs(retryAt, clock) }
  return new HitlessError('CIRCUIT_OPEN', 'The endpoint failed too often to be tried now', { retryable: true, facts })
}

function givenUp(): HitlessError {
  return new HitlessError('HANDOFF_FAILED', 'The hand-off was given up before its turn', {
    facts: { kind: 'cancelled' },
  })
}
