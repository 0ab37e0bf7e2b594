import type { ChannelKind, Delivery } from '../ports.js'
import type { Connection } from './connection.js'
import { MessageBuffer, type MessageReceiver } from './message-buffer.js'

const CHANNEL_KINDS: readonly ChannelKind[] = ['CHANNELS', 'PATTERNS', 'SHARDED']

/** A subscriber's function. */
export type MessageListener = (message: never, channel: never) => unknown

/** The form in which a listener wants messages. */
export type MessageForm = 'strings' | 'buffers'

/** The listeners of one channel, by the form in which they want messages. */
export type ChannelListeners = Record<MessageForm, Set<MessageListener>>

/** What the user subscribes to in one call. */
export interface Subscription {
  readonly kind: ChannelKind
  readonly keys: readonly string[]
  readonly listener: MessageListener
  readonly form: MessageForm
}

/** Who is told of trouble with a subscriber. */
export interface SubscriberTrouble {
  /** A subscriber's function threw: that must not reach the host's decoder, which would lose its place. */
  onListenerError(error: unknown): void
}

type Channels = Map<string, ChannelListeners>

const NO_CHANNELS: ReadonlyMap<string, ChannelListeners> = new Map()

/** The subscriptions of the application, on whatever connection. Connections only deliver messages to them. */
export class Subscriptions implements MessageReceiver {
  /** Most applications subscribe to nothing. */
  #channels: { [K in ChannelKind]?: Channels } | undefined
  readonly #buffers = new Map<Connection, MessageBuffer>()
  readonly #trouble: SubscriberTrouble

  constructor(trouble: SubscriberTrouble) {
    this.#trouble = trouble
  }

  /** Whether there is any. */
  get isActive(): boolean {
    return this.#channels !== undefined && CHANNEL_KINDS.some(kind => this.listenersOf(kind).size > 0)
  }

  /** The application's listeners. */
  listenersOf(kind: ChannelKind): ReadonlyMap<string, ChannelListeners> {
    return this.#channels?.[kind] ?? NO_CHANNELS
  }

  /** Adds listeners. Returns the keys that the connection must be told of. */
  add({ kind, keys, listener, form }: Subscription): readonly string[] {
    this.#channels ??= {}
    this.#channels[kind] ??= new Map()
    const channels = this.#channels[kind]
    return keys.filter(key => {
      const known = channels.get(key)
      const listeners = known ?? { buffers: new Set(), strings: new Set() }
      listeners[form].add(listener)
      channels.set(key, listeners)
      return known === undefined
    })
  }

  /** Removes listeners: one, or all of a channel, or all. Returns the keys without any listener left. */
  remove(
    kind: ChannelKind,
    keys?: readonly string[],
    only?: { listener: MessageListener; form: MessageForm },
  ): readonly string[] {
    const channels = this.#channels?.[kind]
    return (keys ?? [...this.listenersOf(kind).keys()]).filter(key => {
      const listeners = channels?.get(key)
      if (only !== undefined) listeners?.[only.form].delete(only.listener)
      if (only !== undefined && listeners !== undefined && listeners.buffers.size + listeners.strings.size > 0)
        return false
      channels?.delete(key)
      return true
    })
  }

  /** Removes a channel's listeners, because the server ended the subscription, and returns them. */
  release(kind: ChannelKind, key: string): ChannelListeners | undefined {
    const listeners = this.listenersOf(kind).get(key)
    this.#channels?.[kind]?.delete(key)
    return listeners
  }

  /** Drops everything, as RESET does on the server. */
  clear(): void {
    this.#channels = undefined
  }

  /** Subscribes a connection, and the one that is being prepared beside it, to some keys. */
  async attach(connection: Connection, kind: ChannelKind, keys: readonly string[]): Promise<void> {
    const others = [...this.#buffers.keys()].filter(other => other !== connection && other.isReady)
    for (const other of others) this.#subscribe(other, kind, keys).catch(() => {})
    await this.#subscribe(connection, kind, keys)
  }

  /** Unsubscribes every connection from some keys, or from all of a kind. */
  async detach(connection: Connection, kind: ChannelKind, keys: readonly string[] | undefined): Promise<void> {
    for (const other of this.#buffers.keys()) {
      if (other !== connection && other.isReady) other.physical.unsubscribe(kind, keys).catch(() => {})
    }
    await connection.physical.unsubscribe(kind, keys)
  }

  /** Subscribes a new connection to everything, and keeps its messages until it takes over. */
  async prepare(connection: Connection, serving: Connection | undefined): Promise<void> {
    this.#buffers.set(connection, new MessageBuffer(this))
    if (!this.isActive) return
    if (serving !== undefined) this.#buffers.get(serving)?.record()
    await Promise.all(CHANNEL_KINDS.map(kind => this.#subscribe(connection, kind, [...this.listenersOf(kind).keys()])))
  }

  /** Lets a prepared connection deliver. The one before it stops delivering. */
  takeOver(connection: Connection, previous: Connection | undefined): void {
    const before = previous === undefined ? undefined : this.#buffers.get(previous)
    // A PING on the new connection is answered after every message that was published before.
    this.#buffers.get(connection)?.takeOver(before, () => connection.ping())
  }

  /** A connection is gone or given up. */
  forget(connection: Connection): void {
    const buffer = this.#buffers.get(connection)
    this.#buffers.delete(connection)
    // Only a connection that should take over is compared with a record.
    if (buffer?.isWaiting === true) for (const other of this.#buffers.values()) other.stopRecording()
    buffer?.finish()
  }

  /** A message has arrived. */
  take(connection: Connection, delivery: Delivery): void {
    this.#buffers.get(connection)?.take(delivery)
  }

  async #subscribe(connection: Connection, kind: ChannelKind, keys: readonly string[]): Promise<void> {
    if (!this.#buffers.has(connection) || keys.length === 0) return
    await connection.physical.subscribe(kind, keys)
  }

  /** Gives a message to those who listen. */
  deliver({ kind, key, message, channel }: Delivery): void {
    const listeners = this.listenersOf(kind).get(key)
    if (listeners === undefined) return
    for (const listener of listeners.buffers) this.#call(listener, message, channel)
    if (listeners.strings.size === 0) return
    const [text, name] = [toText(message), channel.toString()]
    for (const listener of listeners.strings) this.#call(listener, text, name)
  }

  #call(listener: MessageListener, message: unknown, channel: unknown): void {
    try {
      listener(message as never, channel as never)
    } catch (error) {
      this.#trouble.onListenerError(error)
    }
  }
}

/** A server without RESP3 tells of stale keys on a channel: a list of keys, or `null` for all keys. */
function toText(message: Delivery['message']): string | readonly string[] | null {
  if (message === null || Buffer.isBuffer(message)) return message === null ? null : message.toString()
  return message.map(String)
}
