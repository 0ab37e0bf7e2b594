import type { Clock } from '../../base/clock.js'
import { BlockedClients } from './blocking.js'
import { KeyTracking } from './key-tracking.js'
import { Keyspace } from './keyspace.js'
import { StoreClient } from './store-client.js'

const DATABASES = 16

/** The data set for use without a Redis: sixteen databases, and the clients that use them. */
export class Store {
  readonly clock: Clock
  readonly keyspaces: readonly Keyspace[]
  readonly blocked: BlockedClients
  readonly tracking: KeyTracking = new KeyTracking()
  readonly clients: Map<number, StoreClient> = new Map()
  /** Whose command is being executed. */
  acting: StoreClient | undefined
  #lastId = 0

  constructor(clock: Clock) {
    this.clock = clock
    this.blocked = new BlockedClients(clock)
    const onChange = (keyspace: Keyspace, name: string | undefined): void => this.#changed(keyspace, name)
    this.keyspaces = Array.from({ length: DATABASES }, (_, index) => new Keyspace(index, clock, onChange))
  }

  /** Adds a client. */
  join(port: Pick<StoreClient, 'tell' | 'kill' | 'seat'>): StoreClient {
    const [first] = this.keyspaces
    if (first === undefined) throw new RangeError('A store needs a database')
    this.#lastId += 1
    const client = new StoreClient(this.#lastId, first, port)
    this.clients.set(client.id, client)
    return client
  }

  /** Removes a client, with everything it waited for. */
  leave(client: StoreClient): void {
    this.clients.delete(client.id)
    this.blocked.leave(client)
    this.tracking.leave(client)
    client.unwatch()
  }

  #changed(keyspace: Keyspace, name: string | undefined): void {
    for (const client of this.clients.values()) {
      // Nearly all clients watch nothing, and there may be thousands of them.
      if (client.watches.length > 0 && client.isWatching(keyspace, name)) client.disturbed = true
    }
    this.tracking.changed(name, this.acting)
    this.blocked.changed(keyspace, name)
  }
}
