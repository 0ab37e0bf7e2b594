import type { ChannelKind } from '../ports.js'
import type { ChannelListeners, MessageForm, MessageListener } from '../session/subscriptions/listeners.js'
import type { Subscriptions } from '../session/subscriptions/subscriptions.js'
import type { Dispatcher } from './dispatcher.js'
import { NeverSent } from './recovery/never-sent.js'
import type { Run } from './waiting/waiting-line.js'

/** Channels or patterns, one or several. */
export type Keys = string | readonly string[]

/** A listener, and whether it wants buffers. */
export interface Listening {
  readonly listener: MessageListener
  readonly bufferMode: boolean | undefined
}

/** The application's calls to subscribe and unsubscribe. Listeners are kept at once; the connections follow. */
export class ApplicationSubscriptions {
  readonly #subscriptions: Subscriptions
  readonly #dispatcher: Dispatcher
  /** What the server was asked for and has not confirmed: who else listens to it waits for the same answer. */
  #attaching: Map<string, Promise<void>> | undefined

  constructor(subscriptions: Subscriptions, dispatcher: Dispatcher) {
    this.#subscriptions = subscriptions
    this.#dispatcher = dispatcher
  }

  /**
   * Adds a listener. Where the server refuses the subscription, the listener is removed again. Before `connect` it waits for
   * that; should it fail then, and nobody wait for it, that is no reason to end the process.
   */
  subscribe(kind: ChannelKind, given: Keys, listening: Listening): Promise<void> {
    const isEarly = this.#dispatcher.mode === 'closed'
    const subscribed = this.#subscribe(kind, given, listening)
    if (isEarly) subscribed.catch(() => {})
    return subscribed
  }

  async #subscribe(kind: ChannelKind, given: Keys, { listener, bufferMode }: Listening): Promise<void> {
    const subscriptions = this.#subscriptions
    const subscription = { kind, keys: toArray(given), listener, form: formOf(bufferMode) }
    const news = subscriptions.add(subscription)
    // All callers that wait for it get its outcome below.
    if (news.length > 0) void this.#attach(kind, news)
    const begun = new Map(subscription.keys.map(key => [key, this.#attaching?.get(`${kind} ${key}`)]))
    const refused: { readonly key: string; readonly error: unknown }[] = []
    for (const [key, attached] of begun) await attached?.catch(error => refused.push({ key, error }))
    const [first] = refused
    if (first === undefined) return
    const keys = refused.map(({ key }) => key)
    subscriptions.remove(kind, keys, subscription)
    throw first.error
  }

  /** Removes a listener, all of some channels, or all of a kind. They hear what was published before the server confirms it. */
  async unsubscribe(kind: ChannelKind, given?: Keys, listening?: Listening): Promise<void> {
    const subscriptions = this.#subscriptions
    const keys = given ? toArray(given) : undefined
    const only = listening && { listener: listening.listener, form: formOf(listening.bufferMode) }
    const { gone, end } = subscriptions.leave(kind, keys, only)
    try {
      if (gone.length > 0) await this.#run(connection => subscriptions.detach(connection, kind, gone))
    } finally {
      end()
    }
  }

  /** Adds listeners in the form in which they are kept. */
  async extend(kind: ChannelKind, channels: ReadonlyMap<string, ChannelListeners>): Promise<void> {
    const news = [...channels].flatMap(([key, listeners]) => this.#addAll(kind, key, listeners))
    if (news.length > 0) void this.#attach(kind, [...new Set(news)])
    await Promise.all([...channels.keys()].flatMap(key => this.#attaching?.get(`${kind} ${key}`) ?? []))
  }

  #addAll(kind: ChannelKind, key: string, { buffers, strings }: ChannelListeners): readonly string[] {
    const subscriptions = this.#subscriptions
    const add = (form: MessageForm) => (listener: MessageListener) =>
      subscriptions.add({ kind, keys: [key], listener, form })
    return [...[...buffers].flatMap(add('buffers')), ...[...strings].flatMap(add('strings'))]
  }

  /** Libraries subscribe as soon as they are given a client. */
  #run(act: Run<void>): Promise<void> {
    return this.#dispatcher.run(act, undefined, 'closed')
  }

  #attach(kind: ChannelKind, keys: readonly string[]): Promise<void> {
    const ids = keys.map(key => `${kind} ${key}`)
    const attached = this.#attachInTurn(kind, keys)
    this.#attaching ??= new Map()
    const attaching = this.#attaching
    for (const id of ids) attaching.set(id, attached)
    const forget = (): void => {
      for (const id of ids) if (attaching.get(id) === attached) attaching.delete(id)
    }
    attached.then(forget, forget)
    return attached
  }

  /** Asks the connection whose turn it is, and the next one where that breaks before it answers: twice does no harm. */
  #attachInTurn(kind: ChannelKind, keys: readonly string[]): Promise<void> {
    const subscriptions = this.#subscriptions
    let endWait = subscriptions.await(kind, keys)
    let isAgain = false
    const attach: Run<void> = async connection => {
      endWait()
      // Those who have left meanwhile are not waited for any more.
      const still = isAgain ? keys.filter(key => subscriptions.isWanted(kind, key)) : keys
      if (still.length === 0) return
      try {
        await subscriptions.attach(connection, kind, still)
      } catch (error) {
        if (connection.isReady) throw error
        isAgain = true
        endWait = subscriptions.await(kind, keys)
        throw new NeverSent(error)
      }
    }
    return this.#run(attach).finally(() => endWait())
  }
}

/** Names may come as buffers, which no type tells of and a host takes. What is no name it refuses by itself. */
function toArray(keys: Keys | Buffer | readonly Buffer[]): readonly string[] {
  const names: readonly (string | Buffer)[] = Array.isArray(keys) ? keys : [keys]
  return names.map(name => (Buffer.isBuffer(name) ? name.toString() : name))
}

function formOf(bufferMode: boolean | undefined): MessageForm {
  return bufferMode === true ? 'buffers' : 'strings'
}
