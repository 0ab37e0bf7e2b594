import type { Clock } from '../../base/clock.js'
import type { Endpoint } from '../../base/endpoint.js'
import { HitlessError } from '../../base/errors.js'
import { HandoffScheduler } from '../../core/handoff/scheduler.js'
import { sizeHandoffs } from '../../core/handoff/sizing.js'
import { Breakers } from '../../core/resilience/breakers.js'

/** A dial of a hand-off. */
export interface LaneRequest {
  /** Whose it is: each has one at a time, a later one in place of an earlier. */
  readonly key: object
  /** Where it leads; `null`, the configured endpoint, has no breaker: the reconnect strategy governs it. */
  readonly endpoint: Endpoint | null
  /** From now on, in milliseconds; waiting for a turn counts. */
  readonly withinMs: number
  readonly dial: (withinMs: number) => Promise<void>
}

/** Through which the hand-offs of one client, or of all clients of a pool, go: so many at once, past endpoints that fail. */
export class HandoffLane {
  readonly #clock: Clock
  readonly #breakers = new Breakers()
  readonly #scheduler: HandoffScheduler<object>

  /** @param slots - How many connections may have to move at once. */
  constructor(clock: Clock, slots: number) {
    this.#clock = clock
    // Tasks tell their callers what became of them, and never reject.
    this.#scheduler = new HandoffScheduler({ clock, ...sizeHandoffs({ poolSize: slots }), onError: () => {} })
  }

  /** The most dials that ever ran at once. */
  get peakRunning(): number {
    return this.#scheduler.stats.peakRunning
  }

  /**
   * Dials when it is this one's turn.
   *
   * Rejects with what the dial rejects with, or `CIRCUIT_OPEN`, `HANDOFF_QUEUE_FULL` or `HANDOFF_FAILED`.
   */
  dial({ key, endpoint, withinMs, dial }: LaneRequest): Promise<void> {
    const endsAt = this.#clock.now() + withinMs
    return new Promise((resolve, reject) => {
      const dialInTime = (): Promise<void> => dial(Math.max(endsAt - this.#clock.now(), 0))
      const task = (signal: AbortSignal): Promise<void> =>
        this.#dialGuarded(endpoint, signal, dialInTime).then(resolve, reject)
      const onDropped = (): void =>
        reject(new HitlessError('HANDOFF_FAILED', 'The hand-off was given up before its turn'))
      this.cancel(key)
      const result = this.#scheduler.offer(key, task, { onDropped })
      if (result === 'accepted') return
      const message = `Too many hand-offs wait for their turn (${result})`
      reject(new HitlessError('HANDOFF_QUEUE_FULL', message, { retryable: true, facts: { result } }))
    })
  }

  /** Gives up a dial, waiting or under way; the key is free for another one at once. */
  cancel(key: object): void {
    this.#scheduler.cancel(key)
  }

  async #dialGuarded(endpoint: Endpoint | null, signal: AbortSignal, dial: () => Promise<void>): Promise<void> {
    if (endpoint === null) return dial()
    const leave = this.#breakers.for(endpoint, this.#clock.now()).tryAcquire(this.#clock.now())
    if (!leave.granted) {
      const facts = { endpoint, retryAt: leave.retryAt }
      throw new HitlessError('CIRCUIT_OPEN', 'The endpoint failed too often to be tried now', {
        retryable: true,
        facts,
      })
    }
    try {
      await dial()
      leave.permit.succeed()
    } catch (error) {
      // One that was given up says nothing about the endpoint.
      if (signal.aborted) leave.permit.release()
      else leave.permit.fail(this.#clock.now())
      throw error
    }
  }
}
