import type { ConnectionGeneration } from '../../adapters/node-redis/generation.js'
import type { UnsentCommand } from '../../adapters/node-redis/internals.js'
import type { Effect, ServeAfter } from '../../core/decide/link-state.js'
import type { Generation, LeaveReason } from '../../core/decide/phase.js'
import type { Capability } from '../../core/events/maint-events.js'
import { Connections } from '../connect/connections.js'
import { Dialler } from '../connect/dialer.js'
import { askStrategy } from '../connect/reconnect-delay.js'
import { type CommandPath, createCommandPath } from './command-path.js'
import { Vigil } from './connection-monitors.js'
import { Serving } from './current-connection.js'
import { Membership } from './database-member.js'
import { passOn, receivePush } from './incoming-notifications.js'
import { hasStrategy, policyOf, relaxedTimeoutOf, type SlotParts } from './link-parts.js'
import { type ReconnectDecision, Shell, type SlotHost } from './shell.js'

/** How long the gate waits for answers while a blocking command or MONITOR keeps the connection to itself, in ms. */
const SILENT_FENCE_MS = 10

/** One logical connection over the host's clients: performs what the core decides. */
export class NodeRedisSlot implements SlotHost {
  readonly path: CommandPath
  readonly traffic: CommandPath['traffic']
  readonly session: CommandPath['session']
  readonly shell: Shell
  readonly connections: Connections
  readonly vigil: Vigil
  readonly serving: Serving
  capability: Capability = { support: 'unknown' }
  readonly #parts: SlotParts
  readonly #membership: Membership
  readonly #dialler: Dialler
  /** Whether an attempt has failed, or a connection broken, since the application connected: its first attempt is made at once. */
  #hasFailed = false

  constructor(parts: SlotParts) {
    const { settings, clock, random, hooks, database, lease } = parts
    const { maint, offReason } = settings
    this.#parts = parts
    if (offReason !== undefined) this.capability = { support: 'off', reason: offReason }
    const path = this.#createPath()
    this.path = path
    ;({ traffic: this.traffic, session: this.session } = path)
    this.serving = new Serving({ path, settings, clock, hooks, listener: parts.listener })
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
      recheckAddress: () => this.vigil.recheck(),
    })
    this.#membership = owner
    const ways = { host: parts.host, clock, database, owner, connections: this.connections, lease, keepsAlive }
    this.#dialler = new Dialler({ ...ways, isPaced: () => !hasStrategy(settings) && this.#hasFailed })
    this.vigil = new Vigil({ clock, random, maint, hooks, database, owner, path, shell })
  }

  /** The connection that serves, or served last. */
  get current(): ConnectionGeneration | undefined {
    return this.serving.current
  }

  /** The application wants to be connected. */
  open(): void {
    this.#hasFailed = false
    this.#membership.join()
    this.traffic.hold('offline')
    this.shell.send({ type: 'connect' })
  }

  /** Nothing is made or watched any more; connections that answer what they were sent may do so. */
  stop(error: unknown): void {
    // What waits for the fence of a hand-off goes to the connection that still serves.
    this.shell.send({ type: 'close' })
    this.traffic.close(error)
    this.#rest()
  }

  dial(effect: Extract<Effect, { type: 'dial' }>): void {
    const { generation } = effect
    this.#dialler.dial(effect, this.current).then(
      () => this.shell.send({ type: 'dialled', generation }),
      error => this.shell.send({ type: 'dial-failed', generation, error }),
    )
  }

  discard(id: Generation): void {
    this.#dialler.cancel(id)
    this.connections.end(id)
  }

  holdGate(): void {
    this.traffic.hold(this.current?.isReady === true ? 'held' : 'offline')
  }

  holdWrites(): void {
    if (this.current?.isReady === true) this.traffic.holdWrites(this.current)
    else this.traffic.hold('offline')
  }

  followAddress(id: Generation, withinMs: number): void {
    const generation = this.connections.get(id)
    if (generation !== undefined) this.vigil.follow(generation, withinMs)
  }

  unfollowAddress(): void {
    this.vigil.unfollow()
  }

  async fence(id: Generation, withinMs: number): Promise<boolean> {
    const generation = this.connections.get(id)
    if (generation === undefined) return false
    const isSilent = generation.blocked > 0 || this.session.monitor !== undefined
    return generation.fence(this.#parts.clock, isSilent ? SILENT_FENCE_MS : withinMs)
  }

  serve(id: Generation, after: ServeAfter): void {
    const generation = this.connections.get(id)
    if (generation === undefined) return
    if (after === 'unrecovered') this.path.recovery.failed()
    if (after === 'connect' || after === 'handoff') {
      this.serving.takeOver(generation, after)
      this.vigil.serve(generation)
      this.#relaxSocket()
    }
    this.traffic.serve(generation)
  }

  retire(id: Generation, withinMs: number, reason: LeaveReason): void {
    if (reason === 'demoted') this.path.recovery.succeeded()
    const generation = this.connections.get(id)
    if (generation === undefined) return
    const end = (): void => this.connections.end(id)
    generation.fence(this.#parts.clock, withinMs).then(end, end)
    void this.path.blocking.release(generation)
  }

  relax(relaxed: boolean): void {
    this.traffic.relaxedMs = relaxed ? relaxedTimeoutOf(this.#parts.settings, this.shell.slot) : undefined
    this.#relaxSocket()
  }

  decideReconnect(retries: number, cause: unknown): ReconnectDecision {
    this.#hasFailed = true
    const { host, settings, random } = this.#parts
    const answer = askStrategy(host, settings.connection.socket?.reconnectStrategy, { retries, cause, random })
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
    this.traffic.close(cause)
    this.#rest()
    this.connections.endAll()
    this.#parts.listener.settled({ error })
    this.#parts.listener.announce('terminated', error)
    this.announceError(cause)
  }

  #relaxSocket(): void {
    this.serving.relaxSocket(this.shell.slot.holds.size > 0)
  }

  #rest(): void {
    this.vigil.stop()
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
      leaveReplica: generation => this.#membership.foundReplica(generation),
      withSibling: (generation, run) => this.connections.withSibling(generation, run),
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
          receivePush(items, { notify: told => passOn(this, { generation: id, notification: told }), hooks, clock }),
        onLost: (generation, cause, unsent) => this.#lose(generation, cause, unsent),
        onError: (generation, error) => serving.forward(generation, 'error', error),
        onEvent: (generation, event, args) => serving.forward(generation, event, ...args),
      },
    })
  }

  #lose(generation: ConnectionGeneration, cause: unknown, unsent: readonly UnsentCommand[]): void {
    // Of a further connection to the same node nothing is the application's.
    if (generation.id < 0) return
    this.serving.lose(generation, unsent)
    // Decided once the host is through with its own clean-up, so that no listener runs inside it.
    queueMicrotask(() => {
      this.connections.end(generation.id)
      this.shell.send({ type: 'lost', generation: generation.id, cause })
    })
  }

  #learn(capability: Capability): void {
    const { support } = this.capability
    this.capability = capability
    if (capability.support !== support) this.#parts.hooks.emit({ name: 'capability:changed', payload: capability })
  }
}
