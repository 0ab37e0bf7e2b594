import type { HitlessError } from '../../base/errors.js'
import type { Random } from '../../base/random.js'
import type {
  ChannelKind,
  ConnectionEvents,
  ConnectionPlan,
  HostConnection,
  HostErrors,
  Monitoring,
  Send,
} from '../../engine/ports.js'
import { writeJoined } from '../../engine/session/joined-writes.js'
import { OwnSocket } from '../../engine/session/own-socket.js'
import { tapQueue } from '../../engine/session/queue-tap.js'
import { guardListener, guardReplies, type ReplyListener } from '../../engine/session/reply-guard.js'
import { SUBSCRIBE, UNSUBSCRIBE } from '../../engine/session/subscriptions/channel-words.js'
import { CHANNEL_KINDS } from '../../engine/session/subscriptions/listeners.js'
import type { Untap, WireTap } from '../../wire/stream-tap.js'
import { forwardedBy, type HostModule, type HostOptions, mergeOptions, socketFor } from './host-module.js'
import {
  type BufferListener,
  giveUnsentBack,
  type HostClient,
  type HostClientFactory,
  type HostQueue,
  listenForPushes,
} from './internals.js'
import { counted, countFor, ownIdOf, type Shown } from './telemetry.js'

/** How many commands of the library's own may be in flight beside those of the application. */
const OWN_COMMANDS = 8

/** The application's client knows its fieldsets of HIMPORT. The host would make more for each connection. */
const NO_FIELDSETS = {}

/** What one client of `@redis/client` is set up with. */
export interface HostParts {
  readonly module: HostModule
  readonly errors: HostErrors
  readonly createClient: HostClientFactory
  /** The user's options with the URL resolved. */
  readonly options: HostOptions
  /** Whether a host name as endpoint is the name that its certificate must have. */
  readonly tlsNameFromTarget: boolean
  /** Whether the options name no host: the certificate must have the name of each endpoint. */
  readonly namesNoHost?: boolean
  /** The timeout of commands that the host has of its own; `undefined` where the user has set one. */
  readonly impliedTimeoutMs?: number | undefined
  /** Whether a cluster sends again what the server refuses while keys of one slot are at two nodes. Default: it does not. */
  readonly isClusterNode?: boolean
  readonly random: Random
  /** The application's client, as the host's traces and metrics show it. */
  readonly shown?: Shown
}

/**
 * One client of the host library, used for one connection.
 *
 * When the host asks its reconnect strategy, the adapter takes out what was not written yet. The host's own clean-up
 * runs as usual.
 */
export class NodeRedisConnection implements HostConnection, ReplyListener {
  readonly client: HostClient
  readonly #shared: HostParts
  readonly #events: ConnectionEvents
  readonly #socket: OwnSocket
  readonly #queue: HostQueue
  readonly #hostSocket: ReturnType<typeof countFor>
  /** One for all channels, one for all shard channels, and one for each pattern. */
  #listeners: Map<string, BufferListener> | undefined
  #life: 'connecting' | 'ready' | 'over' = 'connecting'
  #sawError = false
  #garbage: HitlessError | undefined

  /** Past the host's traces: the application's client has told them of the command already. */
  readonly send: Send = (words, options) => {
    if (this.#life === 'over') return Promise.reject(this.#shared.errors.closed())
    const sent = this.#queue.addCommand(words, options)
    this.client._unpause()
    return sent
  }

  constructor(shared: HostParts, plan: ConnectionPlan, events: ConnectionEvents) {
    const { createClient, options, tlsNameFromTarget, namesNoHost, shown } = shared
    this.#shared = shared
    this.#events = events
    const reconnectStrategy = (_: number, cause: unknown): false => this.#end(cause)
    this.#socket = new OwnSocket(options.socket?.tls === true)
    const ours = { signal: this.#socket.signal, reconnectStrategy }
    const socket = mergeOptions(socketFor({ options, tlsNameFromTarget, namesNoHost, plan }), ours)
    const database = plan.database === undefined ? undefined : { database: plan.database }
    // The link has the queue. A connection must accept its own handshake at any time, and has room for commands of ours.
    const bound = options.commandsQueueMaxLength && options.commandsQueueMaxLength + OWN_COMMANDS
    const queue = { disableOfflineQueue: false, commandsQueueMaxLength: bound, himportRegistry: NO_FIELDSETS }
    this.client = createClient(mergeOptions(options, database, queue, { socket }))
    this.#queue = this.client._getQueue()
    this.#hostSocket = countFor(this.client, plan.id < 0 ? undefined : shown)
    this.client.on('error', error => this.#onError(error))
    this.client.on('connect', () => events.onConnect())
    for (const event of forwardedBy(options)) this.client.on(event, (...args) => events.onHostEvent(event, args))
    writeJoined(this.#queue)
    listenForPushes(this.client, items => events.onPush(items))
    guardReplies(this.#queue.decoder, this)
    if (!plan.keepsAlive) this.client.unref()
  }

  get isReady(): boolean {
    return this.#life === 'ready'
  }

  get owesReplies(): boolean {
    return !this.#queue.isEmpty()
  }

  async connect(): Promise<void> {
    try {
      await this.#socket.make(() => this.#hostSocket.connect())
    } catch (error) {
      throw this.#garbage ?? error
    }
    if (this.#life === 'over') throw this.#shared.errors.closed()
    this.#life = 'ready'
  }

  sendInHandshake(words: readonly string[]): Promise<unknown> {
    return this.#queue.addCommand(words)
  }

  /** The host takes a listener once the server has confirmed. After a refusal it can be asked again. */
  async subscribe(kind: ChannelKind, keys: readonly string[]): Promise<void> {
    // It asks for nothing that it is subscribed to; but the server may have been asked to end just that.
    const known = this.client.getPubSubListeners(kind)
    for (const key of keys) Object.assign(known.get(key) ?? {}, { unsubscribing: true })
    // The host tells a listener the channel of a message but not the pattern.
    if (kind !== 'PATTERNS') return this.client[SUBSCRIBE[kind]]([...keys], this.#listenerTo(kind), true)
    const refused = (key: string, error: unknown): never => {
      this.#listeners?.delete(`${kind} ${key}`)
      throw error
    }
    const ask = (key: string): Promise<void> => this.client.PSUBSCRIBE([key], this.#listenerTo(kind, key), true)
    await Promise.all(keys.map(key => ask(key).catch(error => refused(key, error))))
  }

  async unsubscribe(kind: ChannelKind, keys: readonly string[]): Promise<void> {
    const done = this.client[UNSUBSCRIBE[kind]]([...keys])
    if (kind === 'PATTERNS') for (const key of keys) this.#listeners?.delete(`${kind} ${key}`)
    return done
  }

  forgetSubscriptions(): void {
    for (const kind of CHANNEL_KINDS) this.client.getPubSubListeners(kind).clear()
  }

  monitor({ listener, options = {} }: Monitoring): Promise<unknown> {
    const guarded = guardListener(listener, error => this.#events.onError(error))
    return this.client.withCommandOptions(options).MONITOR(guarded)
  }

  quit(): Promise<unknown> {
    return this.client.QUIT()
  }

  /** An idle timeout that the user disabled stays disabled. */
  relaxSocketTimeout(timeoutMs: number | undefined): void {
    const configured = this.#shared.options.socket?.socketTimeout
    if (!configured) return
    const relaxedSocketTimeout = timeoutMs === undefined ? undefined : Math.max(configured, timeoutMs)
    this.client._maintenanceUpdate({ relaxedSocketTimeout, relaxedCommandTimeout: undefined })
  }

  dropCachedReplies(): void {
    this.client.clientSideCache?.clear?.()
  }

  tap(tap: WireTap): Untap {
    return tapQueue(this.#queue, tap)
  }

  keepAlive(keepsAlive: boolean): void {
    if (keepsAlive) this.client.ref()
    else this.client.unref()
  }

  destroy(): void {
    const wasReady = this.#life === 'ready'
    this.#life = 'over'
    if (wasReady) giveUnsentBack(this.client, this.#shared.errors.destroyed())
    try {
      this.client.destroy()
    } catch {
      // Host versions before 6.3 refuse to destroy a client whose connection is already gone.
    }
    this.#socket.end(this.#shared.errors.destroyed)
    counted.disown(ownIdOf(this.client))
  }

  /** In the form that loses nothing; always the same one, as the host calls all that it is given. */
  #listenerTo(kind: ChannelKind, pattern?: string): BufferListener {
    const id = pattern === undefined ? kind : `${kind} ${pattern}`
    this.#listeners ??= new Map()
    const known = this.#listeners.get(id)
    if (known !== undefined) return known
    const listener: BufferListener = (message, channel) =>
      this.#events.onMessage({ kind, key: pattern ?? channel.toString(), message, channel })
    this.#listeners.set(id, listener)
    return listener
  }

  #end(cause: unknown): false {
    const wasReady = this.#life === 'ready'
    this.#life = 'over'
    if (wasReady) {
      this.#events.onLost(cause)
      giveUnsentBack(this.client, cause)
    }
    // When the host has emitted the error it has also rejected what was in flight, and it must be destroyed before it
    // reconnects. Newer versions ask the strategy first and can be destroyed at any time.
    // What never was ready has ended by then, and counts as no connection that was closed.
    if (this.#sawError) this.destroy()
    else queueMicrotask(() => this.destroy())
    return false
  }

  onBytes(): void {
    this.#events.onBytes()
  }

  /** What was sent fails as at a broken connection. The host would go on with what comes behind. */
  onGarbage(error: HitlessError): void {
    if (this.#life === 'over') return
    this.#garbage = error
    this.#end(error)
    this.#queue.flushAll(error)
  }

  #onError(error: unknown): void {
    this.#sawError = true
    queueMicrotask(() => {
      this.#sawError = false
      if (this.#life === 'ready') this.#events.onError(error)
    })
  }
}
