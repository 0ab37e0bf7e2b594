import type { SubscriptionKind } from '../../../core/events/subscription-events.js'
import type { ChannelKind, Delivery } from '../../ports.js'

/** Every kind of subscription. */
export const CHANNEL_KINDS: readonly ChannelKind[] = ['CHANNELS', 'PATTERNS', 'SHARDED']

/** What events call them. */
export const KIND_NAMES: Readonly<Record<ChannelKind, SubscriptionKind>> = {
  CHANNELS: 'channels',
  PATTERNS: 'patterns',
  SHARDED: 'shard-channels',
}

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

/** Listeners that were removed, of whose end the server has not heard. */
interface Leaving {
  readonly kind: ChannelKind
  readonly channels: ReadonlyMap<string, ChannelListeners>
}

const NO_CHANNELS: ReadonlyMap<string, ChannelListeners> = new Map()
const NONE: readonly Leaving[] = []

/** The application's subscribers, whatever connection carries their messages. */
export class Listeners {
  /** Most applications subscribe to nothing. */
  #channels: { [K in ChannelKind]?: Channels } | undefined
  #leaving: readonly Leaving[] = NONE
  /** Shard channels that another link hears as well, for a moment. */
  #shared: Map<string, (message: Buffer) => boolean> | undefined
  readonly #trouble: SubscriberTrouble

  constructor(trouble: SubscriberTrouble) {
    this.#trouble = trouble
  }

  /** Whether there is any. */
  get isActive(): boolean {
    return this.#channels !== undefined && CHANNEL_KINDS.some(kind => this.of(kind).size > 0)
  }

  /** Those of a kind, by channel or pattern. */
  of(kind: ChannelKind): ReadonlyMap<string, ChannelListeners> {
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

  /** Removes listeners: one, or all of a channel, or all. Returns the keys that nobody listens to any more. */
  remove(
    kind: ChannelKind,
    keys?: readonly string[],
    only?: Pick<Subscription, 'listener' | 'form'>,
  ): readonly string[] {
    const channels = this.#channels?.[kind]
    return (keys ?? [...this.of(kind).keys()]).filter(key => {
      const listeners = channels?.get(key)
      if (only !== undefined) listeners?.[only.form].delete(only.listener)
      if (only !== undefined && listeners !== undefined && listeners.buffers.size + listeners.strings.size > 0)
        return false
      channels?.delete(key)
      return true
    })
  }

  /**
   * Lets those who listen to some channels hear what was published before they leave.
   *
   * @returns What is to be called when the server has confirmed that it sends nothing more.
   */
  letHear(kind: ChannelKind, keys: Iterable<string>): () => void {
    const copies = [...keys].flatMap(key => {
      const known = this.of(kind).get(key)
      return known === undefined
        ? []
        : [[key, { buffers: new Set(known.buffers), strings: new Set(known.strings) }] as const]
    })
    const leaving: Leaving = { kind, channels: new Map(copies) }
    this.#leaving = [...this.#leaving, leaving]
    return () => {
      this.#leaving = this.#leaving.filter(other => other !== leaving)
    }
  }

  /** Gives a channel's listeners away. */
  release(kind: ChannelKind, key: string): ChannelListeners | undefined {
    const listeners = this.of(kind).get(key)
    this.#channels?.[kind]?.delete(key)
    return listeners
  }

  /** Another link hears a shard channel as well; `isRepeated` says of a message whether that one has delivered it. */
  share(channel: string, isRepeated: (message: Buffer) => boolean): () => void {
    this.#shared ??= new Map()
    const shared = this.#shared.set(channel, isRepeated)
    return () => {
      if (shared.get(channel) === isRepeated) shared.delete(channel)
    }
  }

  /** Passes a message to those who listen to it. */
  deliver(delivery: Delivery): void {
    const { kind, key, message } = delivery
    const isRepeated = kind === 'SHARDED' ? this.#shared?.get(key) : undefined
    if (isRepeated !== undefined && Buffer.isBuffer(message) && isRepeated(message)) return
    const listeners = this.of(kind).get(key)
    if (listeners !== undefined) return this.#tell(listeners, delivery)
    for (const leaving of this.#leaving) {
      const left = leaving.kind === kind ? leaving.channels.get(key) : undefined
      if (left !== undefined) this.#tell(left, delivery)
    }
  }

  #tell(listeners: ChannelListeners, { message, channel }: Delivery): void {
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

/** A server without RESP3 tells of stale keys on a channel, as a list or as nothing for all of them. */
function toText(message: Delivery['message']): string | readonly string[] | null {
  if (message === null || Buffer.isBuffer(message)) return message === null ? null : message.toString()
  return message.map(String)
}
