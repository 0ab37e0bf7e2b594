import type { Clock } from '../../base/clock.js'
import type { Random } from '../../base/random.js'
import type { Capability } from '../../core/events.js'
import type { Hooks } from '../../core/hooks.js'
import { type ReconnectDecision, Shell, type SlotHost } from '../../core/shell.js'
import type { Effect } from '../../core/slot.js'
import type { Generation } from '../../core/slot-state.js'
import { BlockingCommands } from './blocking.js'
import { Connections } from './connections.js'
import type { ConnectionGeneration } from './generation.js'
import type { HandoffLane } from './handoff-lane.js'
import type { HostClientFactory, HostModule } from './host.js'
import type { UnsentCommand } from './internals.js'
import type { ClientSettings } from './options.js'
import { receivePush } from './pushes.js'
import { askStrategy } from './reconnect-strategy.js'
import { Session } from './session.js'
import { createSpecialCommands } from './special-commands.js'
import { Traffic } from './traffic.js'

/** How long a first connection, or a reconnect, may take to shake hands, in milliseconds. */
const CONNECT_WITHIN_MS = 30_000

/** How long the gate waits for answers while a blocking command or MONITOR keeps the connection to itself, in ms. */
const SILENT_FENCE_MS = 10

/** How long a hand-off waits for the end of a transaction, in milliseconds, and how often it looks. */
const TIED_MS = 500
const LOOK_AGAIN_MS = 5

/** What the slot tells the client that the application holds. */
export interface SlotListener {
  /** An event of the host's own, to be emitted under its name. */
  announce(event: string, ...args: readonly unknown[]): void
  /** The wait for a connection is over; `failure` is set where the strategy forbade further attempts. */
  settled(failure?: { readonly error: unknown }): void
}

/** What a slot is made of. */
export interface SlotParts {
  readonly host: HostModule
  readonly createClient: HostClientFactory
  readonly settings: ClientSettings
  readonly clock: Clock
  readonly random: Random
  readonly hooks: Hooks
  /** Shared by the clients of a pool. */
  readonly lane: HandoffLane
  readonly listener: SlotListener
}

/** One logical connection over the host's clients: performs what the core decides. */
export class NodeRedisSlot implements SlotHost {
  readonly traffic: Traffic
  readonly session: Session
  readonly shell: Shell
  readonly connections: Connections
  capability: Capability = { support: 'unknown' }
  /** How often a connection took over. */
  epoch = 0
  /** The connection that serves, or served last. */
  current: ConnectionGeneration | undefined
  readonly #parts: SlotParts
  /** The connection that was dialled last. */
  #dialling: Generation | undefined
  readonly #blocking: BlockingCommands
  /** When the connection that served broke, until another one takes over. */
  #lostAt: number | undefined

  constructor(parts: SlotParts) {
    const { host, settings, clock, hooks } = parts
    const { connection, maint, offReason } = settings
    this.#parts = parts
    if (offReason !== undefined) this.capability = { support: 'off', reason: offReason }
    const capacity = connection.commandsQueueMaxLength ?? maint.maxHeldCommands
    this.session = new Session({
      onListenerError: error => this.announceError(error),
      onRefused: (args, error) =>
        hooks.emit({ name: 'session:incomplete', payload: { command: args.map(String), error } }),
    })
    this.#blocking = new BlockingCommands({
      clock,
      run: (ask, options) => this.traffic.run(ask, options),
      withSibling: (generation, run) => this.connections.withSibling(generation, run),
    })
    this.traffic = new Traffic({
      host,
      clock,
      capacity,
      failOffline: connection.disableOfflineQueue === true,
      sendSpecial: createSpecialCommands({ host, blocking: this.#blocking, session: this.session }),
    })
    this.shell = new Shell({ host: this, clock, policy: maint.policy, hooks, keepsAlive: () => this.session.refed })
    this.connections = new Connections({
      host,
      createClient: parts.createClient,
      settings,
      clock,
      session: this.session,
      onCapability: capability => this.#learn(capability),
      listener: {
        onPush: ({ id }, items) => receivePush(items, { generation: id, shell: this.shell, hooks, clock }),
        onLost: (generation, cause, unsent) => this.#lose(generation, cause, unsent),
        onError: (generation, error) => this.#forward(generation, 'error', error),
        onEvent: (generation, event, args) => this.#forward(generation, event, ...args),
      },
    })
  }

  dial({ generation: id, endpoint, purpose, withinMs = CONNECT_WITHIN_MS }: Extract<Effect, { type: 'dial' }>): void {
    const replaces = purpose === 'handoff' ? this.current : undefined
    const make = (leftMs: number): Promise<void> => this.connections.make({ id, endpoint, replaces, withinMs: leftMs })
    this.#dialling = id
    const made =
      purpose === 'connect' ? make(withinMs) : this.#parts.lane.dial({ key: this, endpoint, withinMs, dial: make })
    made
      .then(() => this.#untied(replaces))
      .then(
        () => this.shell.send({ type: 'dialled', generation: id }),
        error => this.shell.send({ type: 'dial-failed', generation: id, error }),
      )
  }

  discard(id: Generation): void {
    if (id === this.#dialling) this.#parts.lane.cancel(this)
    this.connections.end(id)
  }

  holdGate(): void {
    this.traffic.hold(this.current?.isReady === true ? 'held' : 'offline')
  }

  async fence(id: Generation, withinMs: number): Promise<boolean> {
    const generation = this.connections.get(id)
    if (generation === undefined) return false
    const isSilent = generation.blocked > 0 || this.session.monitor !== undefined
    return generation.fence(this.#parts.clock, isSilent ? SILENT_FENCE_MS : withinMs)
  }

  serve(id: Generation, after: 'connect' | 'handoff' | 'abandoned'): void {
    const generation = this.connections.get(id)
    if (generation === undefined) return
    if (after !== 'abandoned') this.#takeOver(generation, after)
    this.traffic.serve(generation)
  }

  retire(id: Generation, withinMs: number): void {
    const generation = this.connections.get(id)
    if (generation === undefined) return
    const end = (): void => this.connections.end(id)
    generation.fence(this.#parts.clock, withinMs).then(end, end)
    void this.#blocking.release(generation)
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
    this.connections.endAll()
    this.#parts.listener.settled({ error })
    this.#parts.listener.announce('terminated', error)
    this.announceError(cause)
  }

  /** Waits, for a while, until the application has ended what ties it to a connection: WATCH, or MULTI sent by itself. */
  async #untied(generation: ConnectionGeneration | undefined): Promise<void> {
    const { clock } = this.#parts
    const waitUntil = clock.now() + TIED_MS
    while (generation?.isReady === true && generation.isTied && clock.now() < waitUntil) {
      await new Promise<void>(resolve => {
        clock.after(LOOK_AGAIN_MS, resolve)
      })
    }
  }

  #takeOver(generation: ConnectionGeneration, after: 'connect' | 'handoff'): void {
    const { listener, settings, hooks, clock } = this.#parts
    const { connection } = settings
    if (after === 'connect' && this.#lostAt !== undefined && this.session.subscriptions.isActive) {
      const payload = { fromAt: this.#lostAt, untilAt: clock.now() }
      hooks.emit({ name: 'subscriptions:interrupted', payload })
    }
    this.#lostAt = undefined
    this.session.takeOver(generation, this.current)
    // What was cached is no longer kept true: the connection that was told of changes is being left.
    generation.client.clientSideCache?.clear?.()
    if (this.current !== undefined && connection.emitInvalidate === true) listener.announce('invalidate', null)
    this.current = generation
    this.epoch += 1
    this.#relaxSocket()
  }

  #relaxSocket(): void {
    const { relaxedSocketTimeoutMs } = this.#parts.settings.maint
    const relaxed = this.shell.slot.holds.size > 0 && relaxedSocketTimeoutMs !== false
    this.current?.relax(relaxed ? relaxedSocketTimeoutMs : undefined)
  }

  #lose(generation: ConnectionGeneration, cause: unknown, unsent: readonly UnsentCommand[]): void {
    if (generation === this.current) this.#lostAt = this.#parts.clock.now()
    if (generation === this.traffic.open) this.traffic.hold('offline')
    this.traffic.rescue(unsent)
    // Decided once the host is through with its own clean-up, so that no listener runs inside it.
    queueMicrotask(() => {
      this.connections.end(generation.id)
      this.shell.send({ type: 'lost', generation: generation.id, cause })
    })
  }

  #forward(generation: ConnectionGeneration, event: string, ...args: readonly unknown[]): void {
    if (generation !== this.current) return
    const { listener } = this.#parts
    if (event !== 'sharded-channel-moved') return listener.announce(event, ...args)
    // The host knows one listener per channel, which leads here; the application is told its own.
    const channel = String(args[0])
    listener.announce(event, channel, this.session.subscriptions.take('SHARDED', channel))
  }

  #learn(capability: Capability): void {
    const changed = capability.support !== this.capability.support
    this.capability = capability
    if (changed) this.#parts.hooks.emit({ name: 'capability:changed', payload: capability })
  }
}
