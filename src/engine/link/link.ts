import type { Effect, ResumeAfter } from '../../core/decide/link-state.js'
import type { ConnectionId, Release } from '../../core/decide/phase.js'
import type { Capability } from '../../core/events/maint-events.js'
import type { TellByNumber } from '../../core/events/tell.js'
import { Connections } from '../connect/connections.js'
import { Dialer } from '../connect/dialer.js'
import { optInOf } from '../connect/notification-opt-in.js'
import type { ReconnectDecision, UnsentCommand } from '../ports.js'
import type { Connection } from '../session/connection.js'
import { type CommandPath, createCommandPath } from './command-path.js'
import { ConnectionMonitors } from './connection-monitors.js'
import { CurrentConnection } from './current-connection.js'
import { Membership } from './database-member.js'
import { receivePush } from './incoming-notifications.js'
import type { LinkHost } from './link-host.js'
import type { LinkParts } from './link-parts.js'
import { policyOf, relaxedTimeoutOf } from './link-policy.js'
import { Shell } from './shell.js'

/** How long the gate waits for answers while a blocking command or MONITOR keeps the connection to itself, in ms. */
const OCCUPIED_FENCE_MS = 10

/** One logical connection over the host's physical ones: performs what the core decides. */
export class Link implements LinkHost {
  readonly path: CommandPath
  readonly dispatcher: CommandPath['dispatcher']
  readonly session: CommandPath['session']
  readonly shell: Shell
  readonly connections: Connections
  readonly monitors: ConnectionMonitors
  readonly serving: CurrentConnection
  capability: Capability = { state: 'unknown' }
  readonly #parts: LinkParts
  readonly #membership: Membership
  readonly #dialer: Dialer
  /** Whether an attempt has failed, or a connection broken, since the application connected: its first attempt is made at once. */
  #hasFailed = false

  constructor(parts: LinkParts) {
    const { context, client, weight, openAzure, onEffect } = parts
    const { host, clock, hooks, offReason } = context
    this.#parts = parts
    if (offReason !== undefined) this.capability = { state: 'off', reason: offReason }
    const path = this.#createPath()
    this.path = path
    ;({ dispatcher: this.dispatcher, session: this.session } = path)
    const serving = new CurrentConnection({ path, context, client })
    const keepsAlive = (): boolean => path.session.refed
    const tell: TellByNumber = (event, about) => serving.tell(event, about, this.connections)
    const shell = new Shell({ host: this, clock, policy: policyOf(context), hooks, tell, keepsAlive, onEffect })
    this.serving = serving
    this.shell = shell
    this.connections = this.#createConnections()
    const recheckAddress = (): void => this.monitors.recheck()
    const owner = new Membership({ context, share: weight, openAzure, shell, serving, path, recheckAddress })
    this.#membership = owner
    const isPaced = (): boolean => !host.pacesReconnects && this.#hasFailed
    this.#dialer = new Dialer({ context, owner, connections: this.connections, keepsAlive, isPaced })
    this.monitors = new ConnectionMonitors({ context, owner, path, shell })
  }

  /** The connection that serves, or served last. */
  get current(): Connection | undefined {
    return this.serving.current
  }

  /** The application wants to be connected. */
  open(): void {
    this.#hasFailed = false
    this.#membership.join()
    this.dispatcher.pause('offline')
    this.shell.send({ type: 'connect' })
  }

  /** Nothing is made or watched any more; connections that answer what they were sent may do so. */
  stop(error: unknown): void {
    // What waits for the fence of a hand-off goes to the connection that still serves.
    this.shell.send({ type: 'close' })
    this.dispatcher.close(error)
    this.#rest()
  }

  dial(effect: Extract<Effect, { type: 'dial' }>): void {
    const { connection } = effect
    this.#dialer.dial(effect, this.current).then(
      () => this.shell.send({ type: 'dialled', connection }),
      error => this.shell.send({ type: 'dial-failed', connection, error }),
    )
  }

  discard(id: ConnectionId): void {
    this.#dialer.cancel(id)
    this.connections.end(id)
  }

  pauseCommands(): void {
    this.dispatcher.pause(this.current?.isReady === true ? 'paused' : 'offline')
  }

  pauseWrites(): void {
    if (this.current?.isReady === true) this.dispatcher.pauseWrites(this.current)
    else this.dispatcher.pause('offline')
  }

  followAddress(id: ConnectionId, withinMs: number): void {
    const connection = this.connections.get(id)
    if (connection !== undefined) this.monitors.follow(connection, withinMs)
  }

  unfollowAddress(): void {
    this.monitors.unfollow()
  }

  recheckAddress(): void {
    this.monitors.recheck()
  }

  awaitRelease(id: ConnectionId, until: Release, then: () => void): void {
    const awaited = until === 'returned' ? this.#parts.checkout : this.connections.get(id)
    if (awaited === undefined) then()
    else awaited.whenReleased(then)
  }

  async fence(id: ConnectionId, withinMs: number): Promise<boolean> {
    const connection = this.connections.get(id)
    if (connection === undefined) return false
    const isOccupied = connection.blocked > 0 || this.session.monitor !== undefined
    return connection.fence(isOccupied ? OCCUPIED_FENCE_MS : withinMs)
  }

  resume(id: ConnectionId, after: ResumeAfter): void {
    const connection = this.connections.get(id)
    if (connection === undefined) return
    if (after === 'connect' || after === 'handoff') {
      this.serving.takeOver(connection, after)
      this.monitors.watch(connection)
      this.#relaxSocket()
    }
    this.dispatcher.resume(connection)
  }

  drain(id: ConnectionId, withinMs: number): void {
    const connection = this.connections.get(id)
    if (connection === undefined) return
    const end = (): void => this.connections.end(id)
    connection.fence(withinMs).then(end, end)
    void this.path.blocking.release(connection)
  }

  giveUp(): void {
    this.#parts.onGivenUp()
  }

  searchSettled(found: boolean): void {
    this.path.recovery.settled(found)
  }

  relax(relaxed: boolean): void {
    this.dispatcher.relaxedMs = relaxed ? relaxedTimeoutOf(this.#parts.context, this.shell.link) : undefined
    this.#relaxSocket()
  }

  decideReconnect(retries: number, cause: unknown): ReconnectDecision {
    this.#hasFailed = true
    return this.#parts.context.host.reconnectDelay(retries, cause)
  }

  announce(event: 'connected' | 'reconnecting'): void {
    const { client, onSettled } = this.#parts
    if (event === 'reconnecting') return client.reconnecting()
    client.connected()
    onSettled()
  }

  announceError(error: unknown): void {
    this.#parts.client.failed(error)
  }

  terminate(error: unknown, cause: unknown): void {
    this.dispatcher.close(cause)
    this.#rest()
    this.connections.endAll()
    this.#parts.onSettled({ error })
    this.#parts.client.terminated(error)
    this.announceError(cause)
  }

  #relaxSocket(): void {
    this.serving.relaxSocket(this.shell.link.relaxations.size > 0)
  }

  #rest(): void {
    this.monitors.stop()
    this.path.blocking.close()
    this.#membership.leave()
  }

  #createPath(): CommandPath {
    return createCommandPath({
      context: this.#parts.context,
      onListenerError: error => this.announceError(error),
      leaveReplica: connection => this.#membership.foundReplica(connection),
      withAuxiliary: (connection, run) => this.connections.withAuxiliary(connection, run),
      unavailable: () => this.#membership.unavailable(),
    })
  }

  #createConnections(): Connections {
    const { context } = this.#parts
    const { session, serving } = this
    // A server, or a proxy in front of several clients, may tell those who did not ask.
    const isAsked = optInOf(context) !== undefined
    return new Connections({
      context,
      session,
      onCapability: (capability, connection) => this.#learn(capability, connection),
      listener: {
        onPush: (connection, items) => isAsked && receivePush(items, { shell: this.shell, connection, context }),
        onLost: (connection, cause, unsent) => this.#lose(connection, cause, unsent),
        onMessage: (connection, delivery) => session.subscriptions.take(connection, delivery),
        onError: (connection, error) => serving.forward(connection, 'error', [error]),
        onHostEvent: (connection, event, args) => serving.forward(connection, event, args),
      },
    })
  }

  #lose(connection: Connection, cause: unknown, unsent: readonly UnsentCommand[]): void {
    // Of a further connection to the same node nothing is the application's.
    if (connection.id < 0) return
    this.serving.lose(connection, unsent)
    // Decided once the host is through with its own clean-up, so that no listener runs inside it.
    queueMicrotask(() => {
      this.connections.end(connection.id)
      this.shell.send({ type: 'lost', connection: connection.id, cause })
    })
  }

  #learn(capability: Capability, connection: Connection): void {
    const isNew = capability.state !== this.capability.state
    this.capability = capability
    if (isNew) this.#parts.context.tell({ name: 'capability:changed', payload: capability }, { connection })
  }
}
