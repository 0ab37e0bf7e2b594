import type { Clock } from '../../base/clock.js'
import type { EventStreams } from '../../core/events/event-stream.js'
import type { Hooks } from '../../core/events/hooks.js'
import type { Tell } from '../../core/events/tell.js'
import type { Database } from '../database/database.js'
import type { QueueWeight } from '../database/handoffs/handoff-queue.js'
import { EventForwarder } from '../link/events/event-forwarder.js'

/** What opening and closing a pool needs. */
export interface PoolOpeningParts {
  readonly pool: { connect(): Promise<void>; close(): Promise<void>; destroy(): void }
  readonly database: Database
  /** How the pool counts in the queue of its database. */
  readonly weight: QueueWeight
  readonly clock: Clock
  readonly tell: Tell
  /** The hooks as the clients of the pool see them. */
  readonly hooks: Hooks
  /** The streams of the pool's events. */
  readonly streams: EventStreams
  readonly maint: { readonly dryRun: boolean }
  /** Is told when the pool has closed. */
  readonly onClosed: () => void
}

/** Opens and closes a pool. While it is open it is told about its database, and its clients count in the queue. */
export class PoolOpening {
  readonly #parts: PoolOpeningParts
  readonly #forwarder: EventForwarder

  constructor(parts: PoolOpeningParts) {
    this.#parts = parts
    this.#forwarder = new EventForwarder({ context: parts, hooks: parts.hooks })
  }

  async connect(): Promise<void> {
    const { database, weight, pool } = this.#parts
    database.join(this.#forwarder, weight)
    try {
      await pool.connect()
    } catch (error) {
      this.#end()
      throw error
    }
  }

  close(): Promise<void> {
    return this.#parts.pool.close().finally(() => this.#end())
  }

  destroy(): void {
    this.#parts.pool.destroy()
    this.#end()
  }

  #end(): void {
    const { database, streams, onClosed } = this.#parts
    database.leave(this.#forwarder)
    streams.endAll()
    onClosed()
  }
}
