import type { MessageForm } from '../feed.js'
import type { ChannelListeners, PubSubKind, PubSubListener } from '../internals.js'
import type { FacadeParts } from './parts.js'

type Keys = string | readonly string[]

/** Publish/subscribe: the application's listeners are kept here, the connections only deliver to them. */
export function pubSubMembers({ slot }: FacadeParts): object {
  const { traffic, session } = slot
  const { subscriptions } = session

  const subscribe = (kind: PubSubKind) => {
    return async (given: Keys, listener: PubSubListener, bufferMode = false): Promise<void> => {
      const subscription = { kind, keys: toArray(given), listener, form: formOf(bufferMode) }
      const news = subscriptions.add(subscription)
      if (news.length === 0) return
      try {
        await traffic.run(generation => subscriptions.attach(generation, kind, news))
      } catch (error) {
        subscriptions.remove(kind, subscription.keys, subscription)
        throw error
      }
    }
  }
  const unsubscribe = (kind: PubSubKind) => {
    return async (given?: Keys, listener?: PubSubListener, bufferMode = false): Promise<void> => {
      const keys = given === undefined ? undefined : toArray(given)
      const only = listener === undefined ? undefined : { listener, form: formOf(bufferMode) }
      const gone = subscriptions.remove(kind, keys, only)
      if (keys !== undefined && gone.length === 0) return
      await traffic.run(generation => subscriptions.detach(generation, kind, keys === undefined ? undefined : gone))
    }
  }
  const extend = async (kind: PubSubKind, channels: ReadonlyMap<string, ChannelListeners>): Promise<void> => {
    const news = [...channels].flatMap(([key, listeners]) => addAll(kind, key, listeners))
    if (news.length > 0) await traffic.run(generation => subscriptions.attach(generation, kind, news))
  }
  const addAll = (kind: PubSubKind, key: string, { buffers, strings }: ChannelListeners): readonly string[] => {
    const news = [
      ...[...buffers].flatMap(listener => subscriptions.add({ kind, keys: [key], listener, form: 'buffers' })),
      ...[...strings].flatMap(listener => subscriptions.add({ kind, keys: [key], listener, form: 'strings' })),
    ]
    return [...new Set(news)]
  }

  const [channels, patterns, sharded] = [subscribe('CHANNELS'), subscribe('PATTERNS'), subscribe('SHARDED')]
  const [noChannels, noPatterns, noSharded] = [unsubscribe('CHANNELS'), unsubscribe('PATTERNS'), unsubscribe('SHARDED')]
  return {
    SUBSCRIBE: channels,
    subscribe: channels,
    PSUBSCRIBE: patterns,
    pSubscribe: patterns,
    SSUBSCRIBE: sharded,
    sSubscribe: sharded,
    UNSUBSCRIBE: noChannels,
    unsubscribe: noChannels,
    PUNSUBSCRIBE: noPatterns,
    pUnsubscribe: noPatterns,
    SUNSUBSCRIBE: noSharded,
    sUnsubscribe: noSharded,
    getPubSubListeners: (kind: PubSubKind) => subscriptions.listenersOf(kind),
    extendPubSubListeners: extend,
    extendPubSubChannelListeners: (kind: PubSubKind, channel: string, listeners: ChannelListeners) =>
      extend(kind, new Map([[channel, listeners]])),
  }
}

function toArray(keys: Keys): readonly string[] {
  return typeof keys === 'string' ? [keys] : keys
}

function formOf(bufferMode: boolean): MessageForm {
  return bufferMode ? 'buffers' : 'strings'
}
