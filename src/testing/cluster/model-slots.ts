import { ClusterSeat } from '../../simulator/cluster/cluster-seat.js'
import { leaveShardChannels, redirectBlocked } from '../../simulator/cluster/left-behind.js'
import { type Member, type Shard, Topology } from '../../simulator/cluster/topology.js'
import type { Store } from '../../simulator/store/store.js'
import type { ModelNode } from '../scenario/model/model-node.js'
import type { ScenarioNode } from '../scenario/node-settings.js'
import type { Places } from '../scenario/places.js'
import type { Step } from '../scenario/scenario.js'

/** What a modelled cluster is made of. */
export interface ModelSlotsParts {
  readonly settings: Readonly<Record<string, ScenarioNode>>
  readonly nodes: ReadonlyMap<string, ModelNode>
  readonly store: Store
  readonly places: Places
}

type Slots = NonNullable<ScenarioNode['owns']>

/** The nodes of the modelled world as a cluster of the simulator. All of them know of a change at once. */
export class ModelSlots {
  readonly #parts: ModelSlotsParts
  readonly #topology = new Topology()
  readonly #members = new Map<string, Member>()

  constructor(parts: ModelSlotsParts) {
    this.#parts = parts
    const { settings, nodes, store, places } = parts
    for (const [name, node] of nodes) {
      const endpoint = places.endpointOf(name)
      const member: Member = { id: name.padEnd(40, '0'), endpoint, name: endpoint.host }
      this.#members.set(name, member)
      node.seat = new ClusterSeat(member, this.#topology, store)
    }
    for (const [name, { owns }] of Object.entries(settings)) if (owns !== undefined) this.own(name, owns)
    for (const [name, { follows }] of Object.entries(settings)) if (follows !== undefined) this.#follow(name, follows)
  }

  /** Slots go to a node at once; a replica is promoted with that. Those who listen to their shard channels are unsubscribed. */
  own(name: string, owns: Slots): void {
    const before = this.#topology.shardOf(this.#memberOf(name))
    const shard = this.#shardOf(name)
    const changed = owns.flatMap(range => this.#topology.assign(range, shard))
    const isLeft = (seat: unknown): boolean =>
      seat instanceof ClusterSeat && this.#topology.shardOf(seat.member) !== shard
    const { store } = this.#parts
    leaveShardChannels(
      [...store.clients.values()].filter(({ seat }) => isLeft(seat)),
      changed,
    )
    if (before !== undefined && this.#topology.rangesOf(before).length === 0) this.#demote(before, shard)
    redirectBlocked(store)
  }

  /** A slot goes to a node key by key. */
  beginMove({ slot, node, keys = [] }: Extract<Step, { do: 'begin-move' }>): void {
    const from = this.#topology.owner(slot)
    if (from === undefined) throw new RangeError(`Nobody owns slot ${slot}`)
    this.#topology.transits.set(slot, { from, to: this.#shardOf(node), moved: new Set(keys) })
  }

  /** The shard whose primary a node is from now on. */
  #shardOf(name: string): Shard {
    const member = this.#memberOf(name)
    const known = this.#topology.shardOf(member)
    if (known?.primary === member) return known
    if (known !== undefined) known.replicas = known.replicas.filter(other => other !== member)
    const shard: Shard = { primary: member, replicas: [], epoch: 0 }
    this.#topology.shards.push(shard)
    return shard
  }

  /** The nodes of a shard that owns nothing any more follow the one of their replicas that has its slots. */
  #demote(before: Shard, shard: Shard): void {
    if (before === shard) return
    const { shards } = this.#topology
    shards.splice(shards.indexOf(before), 1)
    shard.replicas = [...shard.replicas, before.primary, ...before.replicas]
  }

  #follow(name: string, primary: string): void {
    const shard = this.#shardOf(primary)
    shard.replicas = [...shard.replicas, this.#memberOf(name)]
  }

  #memberOf(name: string): Member {
    const member = this.#members.get(name)
    if (member === undefined) throw new RangeError(`There is no node ${name}`)
    return member
  }
}
