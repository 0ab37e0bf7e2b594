import { toEpochMs } from '../../base/clock.js'
import type { BareEvent } from '../../core/events/maint-events.js'
import type { AboutByNumber } from '../../core/events/tell.js'
import type { Connections } from '../connect/connections.js'
import type { Context } from '../database/context.js'
import type { ClientEvents, UnsentCommand } from '../ports.js'
import type { Connection } from '../session/connection.js'
import type { CommandPath } from './command-path.js'

/** What a change of connections concerns. */
export interface CurrentConnectionParts {
  readonly path: CommandPath
  readonly context: Context
  readonly client: ClientEvents
}

/** The connection that serves, and what has to follow it when another one takes over. */
export class CurrentConnection {
  /** The connection that serves, or served last. */
  current: Connection | undefined
  /** How often a connection took over. */
  epoch = 0
  readonly #parts: CurrentConnectionParts
  /** When the connection that served broke, until another one takes over. */
  #lostAt: number | undefined

  constructor(parts: CurrentConnectionParts) {
    this.#parts = parts
  }

  /** Tells the application of an event on one of the connections that live, or on the one that served last. */
  tell(event: BareEvent, { connection: id, handoff }: AboutByNumber, alive: Pick<Connections, 'get'>): void {
    const found = id === undefined ? undefined : alive.get(id)
    const connection = found ?? (this.current?.id === id ? this.current : undefined)
    this.#parts.context.tell(event, { connection, handoff })
  }

  /** Lets a prepared connection serve. */
  takeOver(connection: Connection, after: 'connect' | 'handoff'): void {
    const { client, context, path } = this.#parts
    const { tell, clock } = context
    const fromAt = after === 'connect' ? this.#lostAt : this.#unresponsiveSince()
    if (fromAt !== undefined && path.session.subscriptions.isActive) {
      const payload = { fromAt: toEpochMs(fromAt, clock), untilAt: toEpochMs(clock.now(), clock) }
      tell({ name: 'subscriptions:interrupted', payload }, { connection })
    }
    this.#lostAt = undefined
    path.session.takeOver(connection, this.current)
    // What was cached is no longer kept true: the connection that was told of changes is being left.
    connection.physical.dropCachedReplies()
    if (this.current !== undefined) client.cacheDropped()
    this.current = connection
    this.epoch += 1
  }

  /** When a connection was last heard that is left because it says nothing any more. */
  #unresponsiveSince(): number | undefined {
    return this.current?.unresponsive === undefined ? undefined : this.current.lastHeardAt
  }

  /** A connection broke: what it never wrote goes before all else on the next one. */
  lose(connection: Connection, unsent: readonly UnsentCommand[]): void {
    const { context, path } = this.#parts
    if (connection === this.current) {
      this.#lostAt = context.clock.now()
      path.dispatcher.lose()
    }
    path.dispatcher.rescue(unsent)
  }

  /** Raises the socket's idle timeout, or sets it back. */
  relaxSocket(relaxed: boolean): void {
    const { relaxedSocketTimeoutMs } = this.#parts.context.maint
    this.current?.physical.relaxSocketTimeout(
      relaxed && relaxedSocketTimeoutMs !== false ? relaxedSocketTimeoutMs : undefined,
    )
  }

  /** Passes an event of the host on, if it comes from the connection that serves. */
  forward(connection: Connection, event: string, args: readonly unknown[]): void {
    if (connection === this.current) this.#parts.client.hostEvent(event, args)
  }
}
