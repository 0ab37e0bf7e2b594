import { toEpochMs } from '../../base/clock.js'
import type { BareEvent } from '../../core/events/maint-events.js'
import type { AboutByNumber } from '../../core/events/tell.js'
import type { Connections } from '../connect/connections.js'
import type { Context } from '../database/context.js'
import type { Delivery } from '../ports.js'
import type { Connection, ConnectionListener } from '../session/connection.js'
import { recorders } from '../session/recorders.js'
import type { CommandPath } from './command-path.js'
import { receivePush } from './incoming-notifications.js'
import type { LinkParts } from './link-parts.js'
import type { OpenWindow } from './open-window.js'
import type { Shell } from './shell.js'

/** The link whose connections take over from each other. */
export interface ServedLink {
  readonly path: CommandPath
  readonly context: Context
  readonly parts: Pick<LinkParts, 'client'>
  readonly connections: Pick<Connections, 'get' | 'end' | 'greet' | 'isFirst' | 'isMadeAgain' | 'askForNotifications'>
  readonly shell: Shell
  readonly window: Pick<OpenWindow, 'note' | 'onLost' | 'onServed'>
}

/** The connection that serves, what has to follow it when another one takes over, and what all connections of a link tell. */
export class CurrentConnection implements ConnectionListener {
  /** The connection that serves, or served last. */
  current: Connection | undefined
  /** How often a connection took over. */
  epoch = 0
  readonly #link: ServedLink
  #hasToldFailure = false
  /** When the connection that served broke, until another one takes over. */
  #lostAt: number | undefined
  /** Since when messages may be missing, until another connection is subscribed to everything again. */
  #missingSince: number | undefined

  constructor(link: ServedLink) {
    this.#link = link
  }

  /** Emits an event about one of the open connections, or about the one that served last. */
  tell(event: BareEvent, { connection: id, handoff }: AboutByNumber): void {
    const { connections, context } = this.#link
    const found = id === undefined ? undefined : connections.get(id)
    const connection = found ?? (this.current?.id === id ? this.current : undefined)
    context.tell(event, { connection, handoff })
  }

  /** Lets a prepared connection serve. */
  takeOver(connection: Connection, after: 'connect' | 'handoff'): void {
    const { parts, path } = this.#link
    this.#missingSince ??= after === 'connect' ? this.#lostAt : this.#unresponsiveSince()
    this.#lostAt = undefined
    this.#tellInterrupted(connection)
    this.#try(() => path.session.takeOver(connection, this.current), connection)
    // Cached answers may become wrong: the server tells the old connection of changes, and it is being left.
    this.#try(() => connection.physical.dropCachedReplies?.(), connection)
    if (this.current !== undefined) parts.client.cacheDropped()
    this.current = connection
    this.#link.window.onServed()
    this.epoch += 1
  }

  /** Raises the socket's idle timeout, or sets it back. */
  relaxSocket(relaxed: boolean): void {
    const { relaxedSocketTimeoutMs } = this.#link.context.maint
    this.current?.physical.relaxSocketTimeout(
      relaxed && relaxedSocketTimeoutMs !== false ? relaxedSocketTimeoutMs : undefined,
    )
  }

  onConnect(connection: Connection): void {
    const { connections, parts } = this.#link
    connections.greet(connection)
    if (connections.isFirst(connection)) parts.client.reached()
  }

  onPush(connection: Connection, items: readonly unknown[]): boolean {
    const { shell, context, connections, path } = this.#link
    // A server, or a proxy in front of several clients, may tell those who did not ask.
    return connections.askForNotifications && receivePush(items, { shell, connection, context, session: path.session })
  }

  onMessage(connection: Connection, delivery: Delivery): void {
    this.#link.path.session.subscriptions.take(connection, delivery)
  }

  onError(connection: Connection, error: unknown): void {
    this.onHostEvent(connection, 'error', [error])
  }

  /** Passes an event of the host on, if it comes from the connection that serves. */
  onHostEvent(connection: Connection, event: string, args: readonly unknown[]): void {
    if (connection === this.current) this.#link.parts.client.hostEvent(event, args)
  }

  /** A connection broke. */
  onLost(connection: Connection, cause: unknown): void {
    for (const recorder of recorders) recorder.ended(connection, 'server')
    const { context, path, connections, shell, window } = this.#link
    // Of a further connection to the same node nothing is the application's, and one that is made again never served.
    if (connection.isAuxiliary || connections.isMadeAgain(connection)) return
    if (connection === this.current) {
      this.#lostAt = context.clock.now()
      window.onLost()
    }
    window.note(cause)
    path.dispatcher.lose(connection)
    // Decided once the host is through with its own clean-up, so that no listener runs inside it.
    queueMicrotask(() => {
      connections.end(connection.id)
      shell.send({ type: 'lost', connection: connection.id, cause })
    })
  }

  /** What throws here, such as a cache of the application's own, would throw on the next connection too: it is told once. */
  #try(step: () => void, connection: Connection): void {
    try {
      step()
    } catch (error) {
      const event = { name: 'internal:failed', payload: { during: 'resume', error } } as const
      if (!this.#hasToldFailure) this.#link.context.tell(event, { connection })
      this.#hasToldFailure = true
    }
  }

  /** Tells since when messages were missing, once the server has confirmed the subscriptions or refused them. */
  #tellInterrupted(connection: Connection): void {
    const { path, context } = this.#link
    const { subscriptions } = path.session
    const fromAt = this.#missingSince
    if (fromAt === undefined) return
    const restoring = subscriptions.restoringOn(connection)
    if (restoring !== undefined) {
      void restoring.then(() => {
        if (connection === this.current && connection.isReady) this.#tellInterrupted(connection)
      })
      return
    }
    this.#missingSince = undefined
    if (!subscriptions.isActive) return
    const { clock, tell } = context
    const payload = { fromAt: toEpochMs(fromAt, clock), untilAt: toEpochMs(clock.now(), clock) }
    tell({ name: 'subscriptions:interrupted', payload }, { connection })
  }

  /** When an unresponsive connection last sent something. */
  #unresponsiveSince(): number | undefined {
    return this.current?.unresponsive === undefined ? undefined : this.current.lastHeardAt
  }
}
