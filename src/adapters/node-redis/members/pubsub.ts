import type { ChannelListeners, PubSubKind, PubSubListener } from '../internals.js'
import { type Keys, PubSub } from '../pubsub.js'
import type { FacadeParts } from './parts.js'

/** Publish/subscribe: the application's listeners are kept here, the connections only deliver to them. */
export function pubSubMembers({ link }: FacadeParts): object {
  const pubSub = new PubSub(link)
  const subscribe = (kind: PubSubKind) => (keys: Keys, listener: PubSubListener, bufferMode?: boolean) =>
    pubSub.subscribe(kind, keys, { listener, bufferMode })
  const unsubscribe = (kind: PubSubKind) => (keys?: Keys, listener?: PubSubListener, bufferMode?: boolean) =>
    pubSub.unsubscribe(kind, keys, listener && { listener, bufferMode })

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
    getPubSubListeners: (kind: PubSubKind) => link.session.subscriptions.listenersOf(kind),
    extendPubSubListeners: (kind: PubSubKind, listeners: ReadonlyMap<string, ChannelListeners>) =>
      pubSub.extend(kind, listeners),
    extendPubSubChannelListeners: (kind: PubSubKind, channel: string, listeners: ChannelListeners) =>
      pubSub.extend(kind, new Map([[channel, listeners]])),
  }
}
