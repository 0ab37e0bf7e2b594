import type { Clock } from '../base/clock.js'
import { createDeferred, type Deferred } from '../base/deferred.js'
import { HitlessError } from '../base/errors.js'
import type { SessionEvent } from './sessions/accepted.js'

/** One thing that happened on a connection. */
export interface SimEvent {
  /** When, in milliseconds of the simulator's clock. */
  readonly at: number
  /** The number of the node, from 0, in the order of creation. */
  readonly node: number
  /** The id of the connection. */
  readonly connection: number
  readonly type: SessionEvent
  /** The words of a command, for `command`; empty otherwise. */
  readonly words: readonly string[]
}

/** An event before it has a time. */
export type UndatedEvent = Omit<SimEvent, 'at'>

interface Waiter {
  readonly matches: (event: SimEvent) => boolean
  readonly found: Deferred<SimEvent>
}

/**
 * Keeps the latest events in order, and resolves the promises that wait for one. It costs nothing while it is not used.
 */
export class EventLog {
  readonly #clock: Clock
  readonly #limit: number
  readonly #waiters = new Set<Waiter>()
  readonly #listeners = new Set<(event: SimEvent) => void>()
  #events: SimEvent[] = []

  /** @param limit - How many events to keep; 0 keeps none. */
  constructor(clock: Clock, limit: number) {
    this.#clock = clock
    this.#limit = limit
  }

  /** Whether an event would be kept or awaited. If not, the caller need not build one. */
  get active(): boolean {
    return this.#limit > 0 || this.#waiters.size > 0 || this.#listeners.size > 0
  }

  /** The kept events, oldest first. */
  get events(): readonly SimEvent[] {
    return this.#events.length > this.#limit ? this.#events.slice(-this.#limit) : this.#events
  }

  add(undated: UndatedEvent): void {
    const event: SimEvent = { at: this.#clock.now(), ...undated }
    if (this.#limit > 0) this.#keep(event)
    for (const listener of this.#listeners) listener(event)
    for (const waiter of this.#waiters) {
      if (!waiter.matches(event)) continue
      this.#waiters.delete(waiter)
      waiter.found.resolve(event)
    }
  }

  /** The first kept event that matches, or else the next one to come. */
  when(matches: (event: SimEvent) => boolean): Promise<SimEvent> {
    const known = this.events.find(matches)
    return known === undefined ? this.next(matches) : Promise.resolve(known)
  }

  /** The next new event that matches. */
  next(matches: (event: SimEvent) => boolean): Promise<SimEvent> {
    const found = createDeferred<SimEvent>()
    // A caller that awaits it sees the rejection. Without one, the rejection must not end the process.
    found.promise.catch(() => {})
    this.#waiters.add({ matches, found })
    return found.promise
  }

  /** Calls back with each new event, until the returned function is called. */
  listen(listener: (event: SimEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  clear(): void {
    this.#events = []
  }

  /** Rejects the promises that still wait. */
  dispose(): void {
    for (const { found } of this.#waiters) {
      const message = 'The simulator was disposed of before the event came'
      found.reject(new HitlessError('SIMULATOR_UNAVAILABLE', message, { facts: { kind: 'disposed' } }))
    }
    this.#waiters.clear()
    this.#listeners.clear()
  }

  #keep(event: SimEvent): void {
    this.#events.push(event)
    // Many are removed at once: to remove single events from the front would cost a copy each.
    if (this.#events.length >= this.#limit * 2) this.#events = this.#events.slice(-this.#limit)
  }
}
