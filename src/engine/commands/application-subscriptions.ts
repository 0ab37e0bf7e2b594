import type { ChannelKind } from '../ports.js'
import type { ChannelListeners, MessageForm, MessageListener, Subscriptions } from '../session/subscriptions.js'
import type { Dispatcher } from './dispatcher.js'

/** Channels or patterns, one or several. */
export type Keys = string | readonly string[]

/** A listener, and whether it wants buffers. */
export interface Listening {
  readonly listener: MessageListener
  readonly bufferMode: boolean | undefined
}

/** The application's calls to subscribe and unsubscribe. Listeners are kept at once; the connections follow. */
export class PubSub {
  readonly #subscriptions: Subscriptions
  readonly #dispatcher: Dispatcher

  constructor(subscriptions: Subscriptions, dispatcher: Dispatcher) {
    this.#subscriptions = subscriptions
    this.#dispatcher = dispatcher
  }

  /** Adds a listener. Where the server refuses the subscription, the listener is removed again. */
  async subscribe(kind: ChannelKind, given: Keys, { listener, bufferMode }: Listening): Promise<void> {
    const subscriptions = this.#subscriptions
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
  async unsubscribe(kind: ChannelKind, given?: Keys, listening?: Listening): Promise<void> {
    const subscriptions = this.#subscriptions
    const keys = given === undefined ? undefined : toArray(given)
    const only = listening && { listener: listening.listener, form: formOf(listening.bufferMode) }
    const gone = subscriptions.remove(kind, keys, only)
    if (keys !== undefined && gone.length === 0) return
    await this.#dispatcher.run(connection => subscriptions.detach(connection, kind, keys && gone))
  }

  /** Adds listeners in the form in which they are kept. */
  async extend(kind: ChannelKind, channels: ReadonlyMap<string, ChannelListeners>): Promise<void> {
    const news = [...channels].flatMap(([key, listeners]) => this.#addAll(kind, key, listeners))
    if (news.length > 0) await this.#attach(kind, [...new Set(news)])
  }

  #addAll(kind: ChannelKind, key: string, { buffers, strings }: ChannelListeners): readonly string[] {
    const subscriptions = this.#subscriptions
    const add = (form: MessageForm) => (listener: MessageListener) =>
      subscriptions.add({ kind, keys: [key], listener, form })
    return [...[...buffers].flatMap(add('buffers')), ...[...strings].flatMap(add('strings'))]
  }

  #attach(kind: ChannelKind, keys: readonly string[]): Promise<void> {
    return this.#dispatcher.run(connection => this.#subscriptions.attach(connection, kind, keys))
  }
}

function toArray(keys: Keys): readonly string[] {
  return typeof keys === 'string' ? [keys] : keys
}

function formOf(bufferMode: boolean | undefined): MessageForm {
  return bufferMode === true ? 'buffers' : 'strings'
}
