import { toBytes } from './entry.js'
import type { StoreClient } from './store-client.js'

/** Remembers which client read which key, and tells it when the key changes: `CLIENT TRACKING`. */
export class KeyTracking {
  readonly #readers = new Map<string, Set<StoreClient>>()
  readonly #broadcast = new Set<StoreClient>()

  /** Follows what the client asked for last. */
  update(client: StoreClient): void {
    this.leave(client)
    if (client.tracking?.prefixes !== undefined) this.#broadcast.add(client)
  }

  /** Notes that a client read keys. */
  read(client: StoreClient, names: readonly string[]): void {
    if (client.tracking === undefined || client.tracking.prefixes !== undefined) return
    for (const name of names) {
      const readers = this.#readers.get(name) ?? new Set()
      this.#readers.set(name, readers.add(client))
    }
  }

  /** Tells the clients that follow a key that it changed, or that all keys did. */
  changed(name: string | undefined, by: StoreClient | undefined): void {
    if (name === undefined) {
      this.#changedAll()
      return
    }
    const readers = this.#readers.get(name) ?? []
    this.#readers.delete(name)
    for (const client of readers) tell(client, name, by)
    for (const client of this.#broadcast) {
      const prefixes = client.tracking?.prefixes ?? []
      if (prefixes.length === 0 || prefixes.some(prefix => name.startsWith(prefix))) tell(client, name, by)
    }
  }

  /** Forgets a client. */
  leave(client: StoreClient): void {
    this.#broadcast.delete(client)
    for (const readers of this.#readers.values()) readers.delete(client)
  }

  #changedAll(): void {
    const told = new Set([...this.#broadcast, ...[...this.#readers.values()].flatMap(readers => [...readers])])
    this.#readers.clear()
    for (const client of told) client.tell(['invalidate', null])
  }
}

function tell(client: StoreClient, name: string, by: StoreClient | undefined): void {
  if (client.protocol !== 3 || (client === by && client.tracking?.noLoop === true)) return
  client.tell(['invalidate', [toBytes(name)]])
}
