import type { SlotRange } from '../../notifications/notification.js'
import type { Announcement } from '../announcements/announcement.js'
import type { SimNode } from '../node.js'
import type { NodeOptions } from '../node-options.js'
import type { Seat } from '../store/seat.js'
import type { Store } from '../store/store.js'
import { ClusterMembers } from './cluster-members.js'
import { leaveShardChannels, redirectBlocked } from './left-behind.js'
import { listSlots, shareOf, slotOf } from './slot.js'
import { SlotTransit } from './slot-transit.js'
import { halfOf, type SlotsTo, toAnnounced, toRanges } from './slots-to.js'
import { type ClusterEndpointType, type Member, type Shard, Topology } from './topology.js'

/** How a cluster is simulated. */
export interface ClusterOptions {
  /** How many primaries, which share the slots evenly. Default 3. */
  readonly shards?: number
  /** How many replicas each primary has. Default 0. */
  readonly replicas?: number
  /** What clients are told of a node: its address, its name, or nothing but its port. Default `ip`. */
  readonly endpointType?: ClusterEndpointType
  /** How each node is made, the primaries first. Default: with the defaults of {@link NodeOptions}. */
  readonly node?: (index: number) => NodeOptions
}

/** A primary, its replicas and its slots, as they are now. */
export interface SimShard {
  readonly primary: SimNode
  readonly replicas: readonly SimNode[]
  readonly slots: readonly SlotRange[]
}

/** What a rehearsal of Redis Software does to the nodes that own slots. */
export type SlotMigrationEffect = 'remove' | 'add' | 'remove-add' | 'slot-shuffle'

/** Slots that clients were told about with `SMIGRATING`. */
export interface AnnouncedSlotMove {
  readonly moves: readonly SlotsTo[]
  /** The table changes, and clients are told with `SMIGRATED`, one number on. Resolves with how many were told. */
  finish(): Promise<number>
}

/** What the cluster needs of the simulator. */
export interface ClusterHost {
  readonly store: Store
  addNode(options: NodeOptions): Promise<SimNode>
  notify(announcement: Announcement): Promise<number>
}

/** The nodes of a simulator as a cluster. All nodes know of a change at once. */
export class SimCluster {
  readonly #host: ClusterHost
  readonly #options: ClusterOptions
  readonly #topology = new Topology()
  readonly #members: ClusterMembers

  /** Use `createSimulator` with `cluster`. */
  constructor(host: ClusterHost, options: ClusterOptions) {
    this.#host = host
    this.#options = options
    this.#topology.endpointType = options.endpointType ?? 'ip'
    this.#members = new ClusterMembers(host, this.#topology)
  }

  /** The shards in the order of their making, those without slots as well. */
  get shards(): readonly SimShard[] {
    return this.#topology.shards.map(shard => this.#toSimShard(shard))
  }

  /** What clients are told of a node from now on. */
  get endpointType(): ClusterEndpointType {
    return this.#topology.endpointType
  }

  set endpointType(type: ClusterEndpointType) {
    this.#topology.endpointType = type
  }

  /** The slot of a key. */
  slotOf(key: string | Buffer): number {
    return slotOf(Buffer.from(key))
  }

  /** The primary that owns a slot, or the slot of a key; `undefined` where nobody does. */
  ownerOf(slot: number | string): SimNode | undefined {
    const owner = this.#topology.owner(typeof slot === 'number' ? slot : this.slotOf(slot))
    return owner === undefined ? undefined : this.#nodeOf(owner.primary)
  }

  /** The id of a node, as `CLUSTER MYID` answers it. */
  idOf(node: SimNode): string {
    return this.#members.of(node).id
  }

  /** Adds a primary without slots, with as many replicas as the others have. Clients see it once it owns a slot. */
  async addShard(): Promise<SimShard> {
    const primary = await this.#start()
    const shard: Shard = { primary, replicas: [], epoch: 0 }
    this.#topology.shards.push(shard)
    for (let count = this.#options.replicas ?? 0; count > 0; count -= 1) await this.addReplica(this.#nodeOf(primary))
    return this.#toSimShard(shard)
  }

  /** Adds a replica to the shard of a node. */
  async addReplica(of: SimNode): Promise<SimNode> {
    const shard = this.#shardOf(of)
    const replica = await this.#start()
    shard.replicas = [...shard.replicas, replica]
    return this.#nodeOf(replica)
  }

  /**
   * Takes a node out of the cluster. Its connections stay open: end them with `refuse()` and `closeConnections()`.
   *
   * @throws RangeError for a primary that owns slots.
   */
  removeNode(node: SimNode): void {
    const member = this.#members.of(node)
    const shard = this.#shardOf(node)
    if (shard.primary !== member) {
      shard.replicas = shard.replicas.filter(other => other !== member)
      return
    }
    if (this.#topology.rangesOf(shard).length > 0) throw new RangeError(`Node ${node.index} owns slots`)
    this.#topology.shards.splice(this.#topology.shards.indexOf(shard), 1)
  }

  /** Moves slots with their keys at once, and tells nobody. Subscribers of their shard channels are unsubscribed. */
  moveSlots(...moves: readonly SlotsTo[]): void {
    for (const { slots, to } of moves) {
      const shard = this.#shardOf(to)
      this.#slotsLeft(toRanges(slots).flatMap(range => this.#topology.assign(range, shard)))
    }
  }

  /** Takes slots away from their owner: commands on them are answered with `-CLUSTERDOWN`. */
  unassign(slots: SlotRange | readonly SlotRange[]): void {
    this.#slotsLeft(toRanges(slots).flatMap(range => this.#topology.assign(range, undefined)))
  }

  /** Starts to move a slot key by key, as `CLUSTER SETSLOT` does: the source answers `-ASK` for keys that it lacks. */
  beginMove(slot: number, to: SimNode): SlotTransit {
    const from = this.#topology.owner(slot)
    if (from === undefined) throw new RangeError(`Nobody owns slot ${slot}`)
    const transit = { from, to: this.#shardOf(to), moved: new Set<string>() }
    this.#topology.transits.set(slot, transit)
    const finish = (): void => this.moveSlots({ slots: { from: slot, to: slot }, to })
    return new SlotTransit({ slot, transit, topology: this.#topology, store: this.#host.store, finish })
  }

  /** Tells all connections that opted in, on all nodes, with `SMIGRATING`; later ones are told until the end. */
  async announceMove(...moves: readonly SlotsTo[]): Promise<AnnouncedSlotMove> {
    const slots = moves.flatMap(move => toRanges(move.slots))
    await this.#host.notify({ type: 'slots-migrating', slots, tellNewcomers: true })
    return {
      moves,
      finish: async () => {
        const announced = moves.flatMap(move => toAnnounced(move, this.#shardOf(move.to), this.#topology))
        this.moveSlots(...moves)
        return this.#host.notify({ type: 'slots-migrated', moves: announced })
      },
    }
  }

  /**
   * Announces a move with an effect on the nodes that own slots: one goes, one comes, one takes the place of another, or
   * only slots change hands. The nodes that a client no longer needs keep running.
   */
  async announceEffect(effect: SlotMigrationEffect): Promise<AnnouncedSlotMove> {
    const [first, second] = this.#topology.shards.filter(shard => this.#topology.rangesOf(shard).length > 0)
    if (first === undefined || second === undefined) throw new RangeError('It takes two shards with slots')
    const hasNewcomer = effect === 'add' || effect === 'remove-add'
    const to = hasNewcomer ? (await this.addShard()).primary : this.#nodeOf(second.primary)
    const all = this.#topology.rangesOf(first)
    return this.announceMove({ slots: effect.startsWith('remove') ? all : halfOf(all), to })
  }

  /** Makes a replica the primary of its shard, and its primary a replica. */
  failover(replica: SimNode): void {
    const member = this.#members.of(replica)
    const shard = this.#shardOf(replica)
    if (shard.primary === member) return
    shard.replicas = [...shard.replicas.filter(other => other !== member), shard.primary]
    shard.primary = member
    this.#topology.raise(shard)
    const slots = this.#topology.rangesOf(shard).flatMap(listSlots)
    leaveShardChannels(
      this.#members.clientsOf(other => other === shard),
      slots,
    )
    redirectBlocked(this.#host.store)
  }

  /** Has a node, or all of them, answer `-CLUSTERDOWN The cluster is down`, or end that. */
  down(on = true, node?: SimNode): void {
    const members = node === undefined ? this.#topology.members : [this.#members.of(node)]
    for (const member of members) {
      if (on) this.#topology.downs.add(member)
      else this.#topology.downs.delete(member)
    }
  }

  /** Starts the first nodes. The simulator calls it. */
  async form(): Promise<void> {
    const { shards = 3, replicas = 0 } = this.#options
    for (let at = 0; at < shards; at += 1) {
      const shard: Shard = { primary: await this.#start(), replicas: [], epoch: 0 }
      this.#topology.shards.push(shard)
      this.#topology.assign(shareOf(at, shards), shard)
    }
    for (let count = 0; count < replicas; count += 1)
      for (const { primary } of this.shards) await this.addReplica(primary)
  }

  /** How clients of a node meet it. The simulator asks. */
  seatOf(index: number): Seat | undefined {
    return this.#members.seatOf(index)
  }

  #start(): Promise<Member> {
    return this.#members.start(this.#options.node?.(this.#members.size) ?? {})
  }

  #slotsLeft(slots: readonly number[]): void {
    const owners = new Set(slots.map(slot => this.#topology.owner(slot)))
    leaveShardChannels(
      this.#members.clientsOf(shard => !owners.has(shard)),
      slots,
    )
    redirectBlocked(this.#host.store)
  }

  #toSimShard(shard: Shard): SimShard {
    const replicas = shard.replicas.map(member => this.#nodeOf(member))
    return { primary: this.#nodeOf(shard.primary), replicas, slots: this.#topology.rangesOf(shard) }
  }

  #shardOf(node: SimNode): Shard {
    return this.#members.shardOf(node)
  }

  #nodeOf(member: Member): SimNode {
    return this.#members.nodeOf(member)
  }
}
