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

  /** Lets a prepared connection serve. */
  takeOver(connection: Connection, after: 'connect' | 'handoff'): void {
    const { client, context, path } = this.#parts
    const { hooks, clock } = context
    const fromAt = after === 'connect' ? this.#lostAt : this.#unresponsiveSince()
    if (fromAt !== undefined && path.session.subscriptions.isActive) {
      hooks.emit({ name: 'subscriptions:interrupted', payload: { fromAt, untilAt: clock.now() } })
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
