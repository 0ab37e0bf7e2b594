import { RespError } from '../../wire/value.js'
import { unsubscribe } from '../store/channels.js'
import { toBytes } from '../store/entry.js'
import type { Store } from '../store/store.js'
import type { StoreClient } from '../store/store-client.js'
import { slotOf } from './slot.js'

/** Ends the subscriptions of clients to the shard channels of some slots. They are told, though they asked for nothing. */
export function leaveShardChannels(clients: readonly StoreClient[], slots: readonly number[]): void {
  const left = new Set(slots)
  for (const client of clients) {
    const channels = [...client.subscriptions.shards].map(toBytes).filter(channel => left.has(slotOf(channel)))
    if (channels.length > 0) unsubscribe(client, 'shards', channels)
  }
}

/** Sends those who wait for keys that their node has lost to the new one. */
export function redirectBlocked({ clients, blocked }: Store): void {
  for (const client of clients.values()) {
    if (client.blocked === undefined) continue
    const command = ['BLPOP', ...client.blocked.names, '0'].map(toBytes)
    const refusal = client.seat?.refuse(client, [command])
    if (refusal !== undefined) blocked.unblock(client, new RespError(refusal.message))
  }
}
