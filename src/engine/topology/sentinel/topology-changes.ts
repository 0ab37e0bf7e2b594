import { type Endpoint, placeOf } from '../../../base/endpoint.js'
import type { Topology, TopologyListener } from '../../database/primary-source.js'

/** Tells what changes about the nodes of one primary, each change once. */
export class TopologyChanges {
  readonly #listeners = new Set<TopologyListener>()
  #sentinel: Endpoint | undefined
  #sentinels = ''

  /** Tells of changes until the returned function is called. */
  listen(listener: TopologyListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  tell(topology: Topology): void {
    for (const listener of [...this.#listeners]) listener(topology)
  }

  /** The sentinel that stands for all; `undefined` where none listens. */
  sentinel(endpoint: Endpoint | undefined): void {
    if (endpoint === undefined || endpoint === this.#sentinel) return
    this.#sentinel = endpoint
    this.tell({ type: 'sentinel', endpoint })
  }

  /** All sentinels that are known. */
  sentinels(endpoints: readonly Endpoint[]): void {
    const known = placesOf(endpoints)
    if (known === this.#sentinels) return
    this.#sentinels = known
    this.tell({ type: 'sentinels', endpoints })
  }

  /** Nobody is asked any more. */
  end(): void {
    this.#sentinel = undefined
  }
}

/** One text for endpoints in any order. */
export function placesOf(endpoints: readonly Endpoint[]): string {
  return endpoints.map(placeOf).sort().join()
}
