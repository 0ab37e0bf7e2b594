import type { Clock } from '../../../base/clock.js'
import type { Endpoint } from '../../../base/endpoint.js'
import { DialPermits } from './dial-permits.js'
import { HandoffQueue } from './handoff-queue.js'

/** The queues of one process: one for each database, which its clients and pools share. */
export class HandoffQueues {
  readonly #clock: Clock
  readonly #permits: DialPermits
  readonly #queues = new Map<string, WeakRef<HandoffQueue>>()
  /** A queue without members is forgotten with the last client that had it. */
  readonly #forgotten = new FinalizationRegistry<string>(key => {
    if (this.#queues.get(key)?.deref() === undefined) this.#queues.delete(key)
  })

  constructor(clock: Clock, permits: DialPermits = new DialPermits(clock)) {
    this.#clock = clock
    this.#permits = permits
  }

  /** How many databases are in use. */
  get size(): number {
    return this.#queues.size
  }

  /**
   * The queue of a database: the same for the same key. It is forgotten when its last member leaves.
   *
   * @param home - Where the configured route leads.
   */
  queueFor(key: string, home: Endpoint): HandoffQueue {
    return this.#queues.get(key)?.deref() ?? this.#create(key, home)
  }

  #create(key: string, home: Endpoint): HandoffQueue {
    const onUsed = (isUsed: boolean): void => {
      const registered = this.#queues.get(key)?.deref()
      if (isUsed && registered === undefined) this.#queues.set(key, reference)
      if (!isUsed && registered === queue) this.#queues.delete(key)
    }
    const queue = new HandoffQueue(this.#clock, 1, { name: key, home, permits: this.#permits, onUsed })
    const reference = new WeakRef(queue)
    this.#queues.set(key, reference)
    this.#forgotten.register(queue, key)
    return queue
  }
}
