import { createHash } from 'node:crypto'
import type { SimNode } from '../node.js'
import type { NodeOptions } from '../node-options.js'
import type { Seat } from '../store/seat.js'
import type { Store } from '../store/store.js'
import type { StoreClient } from '../store/store-client.js'
import { ClusterSeat } from './cluster-seat.js'
import type { Member, Shard, Topology } from './topology.js'

/** What the members need of the simulator. */
export interface MembersHost {
  readonly store: Store
  addNode(options: NodeOptions): Promise<SimNode>
}

/** Which node is which member of the cluster. A node that was taken out stays known. */
export class ClusterMembers {
  readonly #host: MembersHost
  readonly #topology: Topology
  readonly #nodes = new Map<Member, SimNode>()
  readonly #seats = new Map<number, ClusterSeat>()

  constructor(host: MembersHost, topology: Topology) {
    this.#host = host
    this.#topology = topology
  }

  get size(): number {
    return this.#nodes.size
  }

  /** Starts a node that belongs to no shard yet. */
  async start(options: NodeOptions): Promise<Member> {
    const node = await this.#host.addNode(options)
    const id = createHash('sha1').update(`node ${node.index}`).digest('hex')
    const member: Member = { id, endpoint: node.endpoint, name: node.name }
    this.#nodes.set(member, node)
    this.#seats.set(node.index, new ClusterSeat(member, this.#topology, this.#host.store))
    return member
  }

  seatOf(index: number): Seat | undefined {
    return this.#seats.get(index)
  }

  nodeOf(member: Member): SimNode {
    return found(this.#nodes.get(member))
  }

  of(node: SimNode): Member {
    return found(this.#seats.get(node.index)).member
  }

  shardOf(node: SimNode): Shard {
    return found(this.#topology.shardOf(this.of(node)))
  }

  /** The clients of the nodes of some shards; of nodes that belong to none as well. */
  clientsOf(isMeant: (shard: Shard | undefined) => boolean): readonly StoreClient[] {
    return [...this.#host.store.clients.values()].filter(
      ({ seat }) => seat instanceof ClusterSeat && isMeant(this.#topology.shardOf(seat.member)),
    )
  }
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new RangeError('The node belongs to no shard of this cluster')
  return value
}
