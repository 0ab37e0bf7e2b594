import type { Connection } from '../../adapters/node-redis/connection.js'
import type { UnsentCommand } from '../../adapters/node-redis/internals.js'
import type { ClientSettings } from '../../adapters/node-redis/options.js'
import type { Clock } from '../../base/clock.js'
import type { Hooks } from '../../core/events/hooks.js'
import type { CommandPath } from './command-path.js'

/** What the client that the application holds is told. */
export interface LinkListener {
  /** An event of the host's own, to be emitted under its name. */
  announce(event: string, ...args: readonly unknown[]): void
  /** The wait for a connection is over; `failure` is set where the strategy forbade further attempts. */
  settled(failure?: { readonly error: unknown }): void
}

/** What a change of connections concerns. */
export interface CurrentConnectionParts {
  readonly path: CommandPath
  readonly settings: ClientSettings
  readonly clock: Clock
  readonly hooks: Hooks
  readonly listener: LinkListener
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
    const { listener, settings, hooks, clock, path } = this.#parts
    const fromAt = after === 'connect' ? this.#lostAt : this.#unresponsiveSince()
    if (fromAt !== undefined && path.session.subscriptions.isActive) {
      hooks.emit({ name: 'subscriptions:interrupted', payload: { fromAt, untilAt: clock.now() } })
    }
    this.#lostAt = undefined
    path.session.takeOver(connection, this.current)
    // What was cached is no longer kept true: the connection that was told of changes is being left.
    connection.client.clientSideCache?.clear?.()
    const { emitInvalidate } = settings.hostOptions
    if (this.current !== undefined && emitInvalidate === true) listener.announce('invalidate', null)
    this.current = connection
    this.epoch += 1
  }

  /** When a connection was last heard that is left because it says nothing any more. */
  #unresponsiveSince(): number | undefined {
    return this.current?.unresponsive === undefined ? undefined : this.current.lastHeardAt
  }

  /** A connection broke: what it never wrote goes before all else on the next one. */
  lose(connection: Connection, unsent: readonly UnsentCommand[]): void {
    const { clock, path } = this.#parts
    if (connection === this.current) {
      this.#lostAt = clock.now()
      path.dispatcher.lose()
    }
    path.dispatcher.rescue(unsent)
  }

  /** Raises the socket's idle timeout, or sets it back. */
  relaxSocket(relaxed: boolean): void {
    const { relaxedSocketTimeoutMs } = this.#parts.settings.maint
    this.current?.relax(relaxed && relaxedSocketTimeoutMs !== false ? relaxedSocketTimeoutMs : undefined)
  }

  /** Passes an event of the host on, if it comes from the connection that serves. */
  forward(connection: Connection, event: string, ...args: readonly unknown[]): void {
    if (connection !== this.current) return
    const { listener, path } = this.#parts
    if (event !== 'sharded-channel-moved') return listener.announce(event, ...args)
    // The host knows one listener per channel, which leads here; the application is told its own.
    const channel = String(args[0])
    listener.announce(event, channel, path.session.subscriptions.take('SHARDED', channel))
  }
}
