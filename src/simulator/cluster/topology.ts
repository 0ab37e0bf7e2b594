import type { Endpoint } from '../../base/endpoint.js'
import type { SlotRange } from '../../notifications/notification.js'
import { SLOT_COUNT } from './slot.js'

/** What a cluster tells clients of a node: its address, its name, or nothing but the port. */
export type ClusterEndpointType = 'ip' | 'fqdn' | 'none'

/** A node as the other nodes know it. */
export interface Member {
  /** 40 hexadecimal digits. */
  readonly id: string
  readonly endpoint: Endpoint
  readonly name: string
}

/** A primary and its replicas. */
export interface Shard {
  primary: Member
  replicas: readonly Member[]
  /** Rises with every change of the primary or of its slots. */
  epoch: number
}

/** A slot on its way: its keys go over one by one. */
export interface Transit {
  readonly from: Shard
  readonly to: Shard
  /** The keys that the destination has. */
  readonly moved: Set<string>
}

/** What all nodes of a cluster agree on. */
export class Topology {
  readonly shards: Shard[] = []
  readonly transits: Map<number, Transit> = new Map()
  /** Nodes that say that the cluster is down. */
  readonly downs: Set<Member> = new Set()
  endpointType: ClusterEndpointType = 'ip'
  epoch = 0
  readonly #owners: (Shard | undefined)[] = Array.from({ length: SLOT_COUNT })

  get members(): readonly Member[] {
    return this.shards.flatMap(({ primary, replicas }) => [primary, ...replicas])
  }

  owner(slot: number): Shard | undefined {
    return this.#owners[slot]
  }

  /** Gives slots to a shard, or to none. Returns the slots that changed hands. */
  assign({ from, to }: SlotRange, shard: Shard | undefined): readonly number[] {
    const changed: number[] = []
    for (let slot = from; slot <= to; slot += 1) {
      if (this.#owners[slot] === shard) continue
      this.#owners[slot] = shard
      this.transits.delete(slot)
      changed.push(slot)
    }
    if (shard !== undefined && changed.length > 0) this.raise(shard)
    return changed
  }

  raise(shard: Shard): void {
    this.epoch += 1
    shard.epoch = this.epoch
  }

  shardOf(member: Member): Shard | undefined {
    return this.shards.find(({ primary, replicas }) => primary === member || replicas.includes(member))
  }

  /** The slots of a shard, in as few ranges as there can be. */
  rangesOf(shard: Shard): readonly SlotRange[] {
    return this.ranges().flatMap(range => (range.shard === shard ? [{ from: range.from, to: range.to }] : []))
  }

  /** All stretches of slots with one owner, in their order. */
  ranges(): readonly (SlotRange & { readonly shard: Shard })[] {
    const ranges: { from: number; to: number; shard: Shard }[] = []
    for (const [slot, shard] of this.#owners.entries()) {
      if (shard === undefined) continue
      const last = ranges.at(-1)
      if (last?.shard === shard && last.to === slot - 1) last.to = slot
      else ranges.push({ from: slot, to: slot, shard })
    }
    return ranges
  }

  /** The host that clients are told; `undefined` where they are told none. */
  hostOf({ endpoint, name }: Member): string | undefined {
    if (this.endpointType === 'none') return undefined
    return this.endpointType === 'fqdn' ? name : endpoint.host
  }
}
