import type { RespValue } from '../../wire/value.js'
import { toBytes, toName } from './entry.js'
import { matchesGlob } from './glob.js'
import type { StoreClient, Subscriptions } from './store-client.js'

/** The kinds of subscription. */
export type SubscriptionKind = keyof Subscriptions

/** The words of the confirmations, by kind. */
const CONFIRMATIONS = {
  channels: ['subscribe', 'unsubscribe'],
  patterns: ['psubscribe', 'punsubscribe'],
  shards: ['ssubscribe', 'sunsubscribe'],
} as const

/** Subscribes a client and confirms each name. */
export function subscribe(client: StoreClient, kind: SubscriptionKind, names: readonly Buffer[]): void {
  for (const name of names) {
    client.subscriptions[kind].add(toName(name))
    client.tell([CONFIRMATIONS[kind][0], name, count(client, kind)])
  }
}

/** Unsubscribes a client from some names, or from all of the kind when none is given, and confirms each. */
export function unsubscribe(client: StoreClient, kind: SubscriptionKind, names: readonly Buffer[]): void {
  const subscribed = client.subscriptions[kind]
  const leaving: readonly (Buffer | null)[] = names.length > 0 ? names : [...subscribed].map(toBytes)
  for (const name of leaving.length > 0 ? leaving : [null]) {
    if (name !== null) subscribed.delete(toName(name))
    client.tell([CONFIRMATIONS[kind][1], name, count(client, kind)])
  }
}

/** Sends a message to the subscribers of a channel, and of the patterns that match it. Returns how many got it. */
export function publish(clients: Iterable<StoreClient>, channel: Buffer, message: Buffer): number {
  const name = toName(channel)
  let received = 0
  for (const client of clients) {
    if (client.subscriptions.channels.has(name)) {
      client.tell(['message', channel, message])
      received += 1
    }
    for (const pattern of client.subscriptions.patterns) {
      if (!matchesGlob(pattern, name)) continue
      client.tell(['pmessage', toBytes(pattern), channel, message])
      received += 1
    }
  }
  return received
}

/** Sends a message to the subscribers of a shard channel. Returns how many got it. */
export function publishToShard(clients: Iterable<StoreClient>, channel: Buffer, message: Buffer): number {
  const items: readonly RespValue[] = ['smessage', channel, message]
  const subscribers = [...clients].filter(client => client.subscriptions.shards.has(toName(channel)))
  for (const client of subscribers) client.tell(items)
  return subscribers.length
}

function count(client: StoreClient, kind: SubscriptionKind): number {
  return kind === 'shards' ? client.subscriptions.shards.size : client.subscriptionCount
}
