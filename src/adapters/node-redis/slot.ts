import type { Clock } from '../../base/clock.js'
import type { Random } from '../../base/random.js'
import type { Capability } from '../../core/events.js'
import { deriveSeed } from '../../core/handoff/pacing.js'
import type { Hooks } from '../../core/hooks.js'
import { type ReconnectDecision, Shell, type SlotHost } from '../../core/shell.js'
import type { Effect, ServeAfter } from '../../core/slot.js'
import type { Generation, LeaveReason } from '../../core/slot-state.js'
import { type CommandPath, createCommandPath } from './command-path.js'
import { Connections } from './connections.js'
import type { Database, Neighbour } from './database.js'
import { Dialler } from './dialler.js'
import type { ConnectionGeneration } from './generation.js'
import type { LaneShare } from './handoff-lane.js'
import type { HostClientFactory, HostModule } from './host.js'
import { instanceSeedOf } from './instance.js'
import type { UnsentCommand } from './internals.js'
import type { Lease } from './lease.js'
import type { ClientSettings } from './options.js'
import { receivePush } from './pushes.js'
import { askStrategy } from './reconnect-strategy.js'
import { Serving, type SlotListener } from './serving.js'
import { Vigil } from './vigil.js'

/** How long the gate waits for answers while a blocking command or MONITOR keeps the connection to itself, in ms. */
const SILENT_FENCE_MS = 10

/** What a slot is made of. */
export interface SlotParts {
  readonly host: HostModule
  readonly createClient: HostClientFactory
  readonly settings: ClientSettings
  readonly clock: Clock
  readonly random: Random
  readonly hooks: Hooks
  /** Shared by all clients and pools of the database. */
  readonly database: Database
  /** How it counts for the sizes of what it shares; `undefined` where its pool counts for it. */
  readonly share: LaneShare | undefined
  /** Whether its pool has lent it out. */
  readonly lease: Lease | undefined
  readonly listener: SlotListener
}

/** One logical connection over the host's clients: performs what the core decides. */
export class NodeRedisSlot implements SlotHost, Neighbour {
  readonly traffic: CommandPath['traffic']
  readonly session: CommandPath['session']
  readonly blocks: CommandPath['blocks']
  readonly shell: Shell
  readonly connections: Connections
  readonly vigil: Vigil
  readonly serving: Serving
  capability: Capability = { support: 'unknown' }
  readonly #parts: SlotParts
  readonly #path: CommandPath
  readonly #dialler: Dialler

  constructor(parts: SlotParts) {
    const { host, settings, clock, random, hooks, database, lease } = parts
    const { maint, offReason } = settings
    this.#parts = parts
    if (offReason !== undefined) this.capability = { support: 'off', reason: offReason }
    const path = createCommandPath({
      host,
      settings,
      clock,
      hooks,
      onListenerError: error => this.announceError(error),
      leaveReplica: generation => this.#leaveReplica(generation),
      withSibling: (generation, run) => this.connections.withSibling(generation, run),
      unavailable: () => undefined,
    })
    this.#path = path
    ;({ traffic: this.traffic, session: this.session, blocks: this.blocks } = path)
    this.serving = new Serving({ path, settings, clock, hooks, listener: parts.listener })
    const seed = deriveSeed(instanceSeedOf(maint), `${database.countSlot()}`)
    const policy = { ...maint.policy, seed, followsAddress: database.book !== undefined }
    this.shell = new Shell({ host: this, clock, policy, hooks, keepsAlive: () => path.session.refed })
    this.connections = new Connections({
      host,
      createClient: parts.createClient,
      settings,
      clock,
      session: path.session,
      book: database.book,
      onCapability: capability => this.#learn(capability),
      listener: {
        onPush: ({ id }, items) => receivePush(items, { generation: id, shell: this.shell, hooks, clock }),
        onLost: (generation, cause, unsent) => this.#lose(generation, cause, unsent),
        onError: (generation, error) => this.serving.forward(generation, 'error', error),
        onEvent: (generation, event, args) => this.serving.forward(generation, event, ...args),
      },
    })
    this.#dialler = new Dialler({ host, clock, database, owner: this, connections: this.connections, lease })
    this.vigil = new Vigil({ clock, random, maint, database, shell: this.shell })
  }

  /** The connection that serves, or served last. */
  get current(): ConnectionGeneration | undefined {
    return this.serving.current
  }

  get peerAddress(): string | undefined {
    return this.current?.peerAddress
  }

  /** The application wants to be connected. */
  open(): void {
    this.#parts.database.join(this, this.#parts.share)
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
    if (after === 'unrecovered') this.#path.recovery.failed()
    if (after === 'connect' || after === 'handoff') {
      this.serving.takeOver(generation, after)
      this.vigil.serve(generation)
      this.#relaxSocket()
    }
    this.traffic.serve(generation)
  }

  retire(id: Generation, withinMs: number, reason: LeaveReason): void {
    if (reason === 'demoted') this.#path.recovery.succeeded()
    const generation = this.connections.get(id)
    if (generation === undefined) return
    const end = (): void => this.connections.end(id)
    generation.fence(this.#parts.clock, withinMs).then(end, end)
    void this.#path.blocking.release(generation)
  }

  relax(relaxed: boolean): void {
    const { relaxedTimeoutMs } = this.#parts.settings.maint
    this.traffic.relaxedMs = relaxed && relaxedTimeoutMs !== false ? relaxedTimeoutMs : undefined
    this.#relaxSocket()
  }

  decideReconnect(retries: number, cause: unknown): ReconnectDecision {
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

  leaveReplica(): void {
    if (this.current !== undefined && this.#path.recovery.mayLeave)
      this.shell.send({ type: 'leave', generation: this.current.id, reason: 'demoted' })
  }

  #leaveReplica(generation: ConnectionGeneration): void {
    const wasMoving = 'move' in this.shell.slot.phase
    this.shell.send({ type: 'leave', generation: generation.id, reason: 'demoted' })
    // Its neighbours are told once, by whoever notices first.
    if (!wasMoving && 'move' in this.shell.slot.phase) this.#parts.database.spreadDemotion(this)
  }

  #relaxSocket(): void {
    this.serving.relaxSocket(this.shell.slot.holds.size > 0)
  }

  #rest(): void {
    this.vigil.stop()
    this.#parts.database.leave(this)
  }

  #lose(generation: ConnectionGeneration, cause: unknown, unsent: readonly UnsentCommand[]): void {
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
