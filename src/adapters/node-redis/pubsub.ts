import type { Link } from '../../engine/link/link.js'
import type { MessageForm } from '../../engine/session/message-buffer.js'
import type { ChannelListeners, PubSubKind, PubSubListener } from './internals.js'

/** Channels or patterns, as the host takes them. */
export type Keys = string | readonly string[]

/** A listener, and whether it wants buffers. */
export interface Listening {
  readonly listener: PubSubListener
  readonly bufferMode: boolean | undefined
}

/** The application's calls to subscribe and unsubscribe: listeners are kept at once, connections follow. */
export class PubSub {
  readonly #link: Link

  constructor(link: Link) {
    this.#link = link
  }

  /** Adds a listener. Where the server refuses the subscription, the listener is taken away again. */
  async subscribe(kind: PubSubKind, given: Keys, { listener, bufferMode }: Listening): Promise<void> {
    const { subscriptions } = this.#link.session
    const subscription = { kind, keys: toArray(given), listener, form: formOf(bufferMode) }
    const news = subscriptions.add(subscription)
    if (news.length === 0) return
    try {
      await this.#attach(kind, news)
    } catch (error) {
      subscriptions.remove(kind, subscription.keys, subscription)
      throw error
    }
  }

  /** Removes a listener, all of some channels, or all of a kind. */
  async unsubscribe(kind: PubSubKind, given?: Keys, listening?: Listening): Promise<void> {
    const { dispatcher, session } = this.#link
    const keys = given === undefined ? undefined : toArray(given)
    const only = listening && { listener: listening.listener, form: formOf(listening.bufferMode) }
    const gone = session.subscriptions.remove(kind, keys, only)
    if (keys !== undefined && gone.length === 0) return
    await dispatcher.run(connection => session.subscriptions.detach(connection, kind, keys && gone))
  }

  /** Adds listeners in the host's own shape. */
  async extend(kind: PubSubKind, channels: ReadonlyMap<string, ChannelListeners>): Promise<void> {
    const news = [...channels].flatMap(([key, listeners]) => this.#addAll(kind, key, listeners))
    if (news.length > 0) await this.#attach(kind, [...new Set(news)])
  }

  #addAll(kind: PubSubKind, key: string, { buffers, strings }: ChannelListeners): readonly string[] {
    const { subscriptions } = this.#link.session
    const add = (form: MessageForm) => (listener: PubSubListener) =>
      subscriptions.add({ kind, keys: [key], listener, form })
    return [...[...buffers].flatMap(add('buffers')), ...[...strings].flatMap(add('strings'))]
  }

  #attach(kind: PubSubKind, keys: readonly string[]): Promise<void> {
    const { dispatcher, session } = this.#link
    return dispatcher.run(connection => session.subscriptions.attach(connection, kind, keys))
  }
}

function toArray(keys: Keys): readonly string[] {
  return typeof keys === 'string' ? [keys] : keys
}

function formOf(bufferMode: boolean | undefined): MessageForm {
  return bufferMode === true ? 'buffers' : 'strings'
}
