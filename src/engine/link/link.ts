import type { Connection } from '../../adapters/node-redis/connection.js'
import type { UnsentCommand } from '../../adapters/node-redis/internals.js'
import type { Effect, ResumeAfter } from '../../core/decide/link-state.js'
import type { ConnectionId, HandoffReason } from '../../core/decide/phase.js'
import type { Capability } from '../../core/events/maint-events.js'
import { Connections } from '../connect/connections.js'
import { Dialer } from '../connect/dialer.js'
import { askStrategy } from '../connect/reconnect-delay.js'
import { type CommandPath, createCommandPath } from './command-path.js'
import { ConnectionMonitors } from './connection-monitors.js'
import { CurrentConnection } from './current-connection.js'
import { Membership } from './database-member.js'
import { passOn, receivePush } from './incoming-notifications.js'
import { hasStrategy, type LinkParts, policyOf, relaxedTimeoutOf } from './link-parts.js'
import { type LinkHost, type ReconnectDecision, Shell } from './shell.js'

/** How long the gate waits for answers while a blocking command or MONITOR keeps the connection to itself, in ms. */
const UNRESPONSIVE_FENCE_MS = 10

/** One logical connection over the host's clients: performs what the core decides. */
export class Link implements LinkHost {
  readonly path: CommandPath
  readonly dispatcher: CommandPath['dispatcher']
  readonly session: CommandPath['session']
  readonly shell: Shell
  readonly connections: Connections
  readonly monitors: ConnectionMonitors
  readonly serving: CurrentConnection
  capability: Capability = { support: 'unknown' }
  readonly #parts: LinkParts
  readonly #membership: Membership
  readonly #dialer: Dialer
  /** Whether an attempt has failed, or a connection broken, since the application connected: its first attempt is made at once. */
  #hasFailed = false

  constructor(parts: LinkParts) {
    const { settings, clock, random, hooks, database, checkout } = parts
    const { maint, offReason } = settings
    this.#parts = parts
    if (offReason !== undefined) this.capability = { support: 'off', reason: offReason }
    const path = this.#createPath()
    this.path = path
    ;({ dispatcher: this.dispatcher, session: this.session } = path)
    this.serving = new CurrentConnection({ path, settings, clock, hooks, listener: parts.listener })
    const keepsAlive = (): boolean => path.session.refed
    const shell = new Shell({ host: this, clock, policy: policyOf(parts), hooks, keepsAlive })
    this.shell = shell
    this.connections = this.#createConnections()
    const { serving } = this
    const owner = new Membership({
      database,
      clock,
      hooks,
      share: parts.share,
      maint,
      openAzure: parts.openAzure,
      shell,
      serving,
      path,
      recheckAddress: () => this.monitors.recheck(),
    })
    this.#membership = owner
    const ways = { host: parts.host, clock, database, owner, connections: this.connections, checkout, keepsAlive }
    this.#dialer = new Dialer({ ...ways, isPaced: () => !hasStrategy(settings) && this.#hasFailed })
    this.monitors = new ConnectionMonitors({ clock, random, maint, hooks, database, owner, path, shell })
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

  async fence(id: ConnectionId, withinMs: number): Promise<boolean> {
    const connection = this.connections.get(id)
    if (connection === undefined) return false
    const isSilent = connection.blocked > 0 || this.session.monitor !== undefined
    return connection.fence(this.#parts.clock, isSilent ? UNRESPONSIVE_FENCE_MS : withinMs)
  }

  resume(id: ConnectionId, after: ResumeAfter): void {
    const connection = this.connections.get(id)
    if (connection === undefined) return
    if (after === 'unrecovered') this.path.recovery.failed()
    if (after === 'connect' || after === 'handoff') {
      this.serving.takeOver(connection, after)
      this.monitors.watch(connection)
      this.#relaxSocket()
    }
    this.dispatcher.resume(connection)
  }

  drain(id: ConnectionId, withinMs: number, reason: HandoffReason): void {
    if (reason === 'not-writable') this.path.recovery.succeeded()
    const connection = this.connections.get(id)
    if (connection === undefined) return
    const end = (): void => this.connections.end(id)
    connection.fence(this.#parts.clock, withinMs).then(end, end)
    void this.path.blocking.release(connection)
  }

  relax(relaxed: boolean): void {
    this.dispatcher.relaxedMs = relaxed ? relaxedTimeoutOf(this.#parts.settings, this.shell.link) : undefined
    this.#relaxSocket()
  }

  decideReconnect(retries: number, cause: unknown): ReconnectDecision {
    this.#hasFailed = true
    const { host, settings, random } = this.#parts
    const answer = askStrategy(host, settings.hostOptions.socket?.reconnectStrategy, { retries, cause, random })
    if ('thrown' in answer) this.announceError(answer.thrown)
    return answer
  }

  announce(event: 'connected' | 'reconnecting'): void {
    const { listener } = this.#parts
    if (event === 'reconnecting') return listener.announce(event)
    listener.announce('connect')
    listener.announce('ready')
    listener.settled()
  }

  announceError(error: unknown): void {
    this.#parts.listener.announce('error', error)
  }

  terminate(error: unknown, cause: unknown): void {
    this.dispatcher.close(cause)
    this.#rest()
    this.connections.endAll()
    this.#parts.listener.settled({ error })
    this.#parts.listener.announce('terminated', error)
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
    const { host, settings, clock, hooks, database } = this.#parts
    return createCommandPath({
      host,
      settings,
      clock,
      hooks,
      onListenerError: error => this.announceError(error),
      searches: database.searches,
      leaveReplica: connection => this.#membership.foundReplica(connection),
      withAuxiliary: (connection, run) => this.connections.withAuxiliary(connection, run),
      unavailable: () => this.#membership.unavailable(),
    })
  }

  #createConnections(): Connections {
    const { host, createClient, settings, clock, hooks, database } = this.#parts
    const { session, serving } = this
    return new Connections({
      host,
      createClient,
      settings,
      clock,
      session,
      book: database.book,
      onCapability: capability => this.#learn(capability),
      listener: {
        onPush: ({ id }, items) =>
          receivePush(items, { notify: told => passOn(this, { connection: id, notification: told }), hooks, clock }),
        onLost: (connection, cause, unsent) => this.#lose(connection, cause, unsent),
        onError: (connection, error) => serving.forward(connection, 'error', error),
        onEvent: (connection, event, args) => serving.forward(connection, event, ...args),
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

  #learn(capability: Capability): void {
    const { support } = this.capability
    this.capability = capability
    if (capability.support !== support) this.#parts.hooks.emit({ name: 'capability:changed', payload: capability })
  }
}
