import { toBytes } from '../store/entry.js'
import type { Store } from '../store/store.js'
import { slotOf } from './slot.js'
import type { Topology, Transit } from './topology.js'

/** What a slot on its way is made of. */
export interface TransitHost {
  readonly slot: number
  readonly transit: Transit
  readonly topology: Topology
  readonly store: Store
  readonly finish: () => void
}

/** A slot that goes key by key, and is half way until it is finished. */
export class SlotTransit {
  readonly #host: TransitHost

  /** Use `SimCluster.beginMove`. */
  constructor(host: TransitHost) {
    this.#host = host
  }

  /** The keys that the source still has. */
  keys(): readonly string[] {
    const { slot, transit, store } = this.#host
    const names = store.keyspaces[0]?.names() ?? []
    return names
      .filter(name => slotOf(toBytes(name)) === slot && !transit.moved.has(name))
      .map(name => toBytes(name).toString())
  }

  /** Moves some keys, or all that are left. */
  moveKeys(keys: readonly string[] = this.keys()): void {
    for (const key of keys) this.#host.transit.moved.add(Buffer.from(key).toString('latin1'))
  }

  /** Moves what is left, and gives the slot to the destination. */
  finish(): void {
    this.moveKeys()
    this.#host.finish()
  }

  /** Takes the keys back: the source keeps the slot. */
  cancel(): void {
    this.#host.topology.transits.delete(this.#host.slot)
  }
}
