import type { Connection } from '../../adapters/node-redis/connection.js'
import type { ChannelListeners, PubSubKind, PubSubListener } from '../../adapters/node-redis/internals.js'
import { type Delivery, MessageBuffer, type MessageForm } from './message-buffer.js'

const PUBSUB_KINDS: readonly PubSubKind[] = ['CHANNELS', 'PATTERNS', 'SHARDED']

const UNSUBSCRIBE = { CHANNELS: 'UNSUBSCRIBE', PATTERNS: 'PUNSUBSCRIBE', SHARDED: 'SUNSUBSCRIBE' } as const

const FORMS: readonly MessageForm[] = ['strings', 'buffers']

/** What the user subscribes to in one call. */
export interface Subscription {
  readonly kind: PubSubKind
  readonly keys: readonly string[]
  readonly listener: PubSubListener
  readonly form: MessageForm
}

type Channels = Map<string, ChannelListeners>

/**
 * The subscriptions of the application, whatever connection carries them. The host's clients only know one listener per
 * channel and connection, which leads here.
 */
export class Subscriptions {
  readonly #channels: Record<PubSubKind, Channels> = { CHANNELS: new Map(), PATTERNS: new Map(), SHARDED: new Map() }
  readonly #buffers = new Map<Connection, MessageBuffer>()
  readonly #onError: (error: unknown) => void

  /** @param onError - Told what a listener throws: it must not reach the host's decoder, which would lose its place. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError
  }

  /** Whether there is any. */
  get isActive(): boolean {
    return PUBSUB_KINDS.some(kind => this.#channels[kind].size > 0)
  }

  /** The application's listeners, in the host's shape. */
  listenersOf(kind: PubSubKind): ReadonlyMap<string, ChannelListeners> {
    return this.#channels[kind]
  }

  /** Adds listeners. Returns the keys that the connection must be told of. */
  add({ kind, keys, listener, form }: Subscription): readonly string[] {
    return keys.filter(key => {
      const known = this.#channels[kind].get(key)
      const listeners = known ?? { unsubscribing: false, buffers: new Set(), strings: new Set() }
      const isNews = listeners[form].size === 0
      listeners[form].add(listener)
      this.#channels[kind].set(key, listeners)
      return isNews
    })
  }

  /** Removes listeners: one, or all of a channel, or all. Returns the keys that nobody listens to any more. */
  remove(
    kind: PubSubKind,
    keys?: readonly string[],
    only?: { listener: PubSubListener; form: MessageForm },
  ): readonly string[] {
    const channels = this.#channels[kind]
    return (keys ?? [...channels.keys()]).filter(key => {
      const listeners = channels.get(key)
      if (only !== undefined) listeners?.[only.form].delete(only.listener)
      if (only !== undefined && listeners !== undefined && listeners.buffers.size + listeners.strings.size > 0)
        return false
      channels.delete(key)
      return true
    })
  }

  /** Gives a channel's listeners away: the server ended the subscription. */
  take(kind: PubSubKind, key: string): ChannelListeners | undefined {
    const listeners = this.#channels[kind].get(key)
    this.#channels[kind].delete(key)
    return listeners
  }

  /** Drops everything, as RESET does on the server. */
  clear(): void {
    for (const kind of PUBSUB_KINDS) this.#channels[kind].clear()
  }

  /** Subscribes a connection, and the one that is being prepared beside it, to some keys. */
  async attach(connection: Connection, kind: PubSubKind, keys: readonly string[]): Promise<void> {
    const others = [...this.#buffers.keys()].filter(other => other !== connection && other.isReady)
    for (const other of others) this.#subscribe(other, kind, keys).catch(() => {})
    await this.#subscribe(connection, kind, keys)
  }

  /** Unsubscribes every connection from some keys, or from all of a kind. */
  async detach(connection: Connection, kind: PubSubKind, keys: readonly string[] | undefined): Promise<void> {
    const gone = keys === undefined ? undefined : [...keys]
    for (const other of this.#buffers.keys()) {
      if (other !== connection && other.isReady) other.client[UNSUBSCRIBE[kind]](gone).catch(() => {})
    }
    await connection.client[UNSUBSCRIBE[kind]](gone)
  }

  /** Subscribes a new connection to everything, and keeps its messages back until it takes over. */
  async prepare(connection: Connection, serving: Connection | undefined): Promise<void> {
    this.#buffers.set(connection, new MessageBuffer(delivery => this.#deliver(delivery)))
    if (!this.isActive) return
    if (serving !== undefined) this.#buffers.get(serving)?.record()
    await Promise.all(PUBSUB_KINDS.map(kind => this.#subscribe(connection, kind, [...this.#channels[kind].keys()])))
  }

  /** Lets a prepared connection deliver, and the one before it no more. */
  takeOver(connection: Connection, previous: Connection | undefined): void {
    const before = previous === undefined ? undefined : this.#buffers.get(previous)
    // A PING on the new connection is answered behind every message that was published before.
    this.#buffers.get(connection)?.takeOver(before, () => connection.ping())
  }

  /** A connection is gone or given up. */
  forget(connection: Connection): void {
    const buffer = this.#buffers.get(connection)
    this.#buffers.delete(connection)
    // Only one that was to take over is compared with a record.
    if (buffer?.isHeld === true) for (const other of this.#buffers.values()) other.stopRecording()
    buffer?.finish()
  }

  async #subscribe(connection: Connection, kind: PubSubKind, keys: readonly string[]): Promise<void> {
    const buffer = this.#buffers.get(connection)
    if (buffer === undefined || keys.length === 0) return
    const listeners = new Map(keys.map(key => [key, buffer.listenersFor(kind, key, this.#formsOf(kind, key))]))
    await connection.client.extendPubSubListeners(kind, listeners)
  }

  #formsOf(kind: PubSubKind, key: string): readonly MessageForm[] {
    const listeners = this.#channels[kind].get(key)
    return FORMS.filter(form => (listeners?.[form].size ?? 0) > 0)
  }

  #deliver({ kind, key, form, message, channel }: Delivery): void {
    for (const listener of this.#channels[kind].get(key)?.[form] ?? []) {
      try {
        listener(message as never, channel as never)
      } catch (error) {
        this.#onError(error)
      }
    }
  }
}
