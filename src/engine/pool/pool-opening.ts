import type { Clock } from '../../base/clock.js'
import type { ResolvedMaintOptions } from '../../core/options/maint-options.js'
import type { Database } from '../database/database.js'
import { weightOf } from '../database/handoffs/queue-weights.js'
import { EventForwarder } from '../link/events/event-forwarder.js'
import type { SharedEvents } from '../link/events/shared-events.js'

/** What opening and closing a pool needs. */
export interface PoolOpeningParts {
  readonly pool: { connect(): Promise<void>; close(): Promise<void>; destroy(): void }
  readonly database: Database
  /** How many clients it has at most. */
  readonly size: number
  readonly maint: ResolvedMaintOptions
  readonly clock: Clock
  readonly events: Pick<SharedEvents, 'hooksOfEach' | 'streams' | 'tell'>
  /** Is told when the pool has closed. */
  readonly onClosed?: () => void
}

/** Opens and closes a pool. While it is open it is told about its database, and its clients count in the queue. */
export class PoolOpening {
  readonly #parts: PoolOpeningParts
  readonly #forwarder: EventForwarder

  constructor(parts: PoolOpeningParts) {
    this.#parts = parts
    const { clock, maint, events } = parts
    const { tell, hooksOfEach: hooks } = events
    this.#forwarder = new EventForwarder({ context: { clock, tell, maint }, hooks })
  }

  async connect(): Promise<void> {
    const { database, pool, maint, size } = this.#parts
    database.join(this.#forwarder, weightOf(maint, size))
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
    const { database, events, onClosed } = this.#parts
    database.leave(this.#forwarder)
    events.streams.endAll()
    onClosed?.()
  }
}
