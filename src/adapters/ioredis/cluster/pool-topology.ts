import type { Clock } from '../../../base/clock.js'
import { withDeadline } from '../../../base/deadline.js'
import { type Endpoint, fromPlace, placeOf } from '../../../base/endpoint.js'
import { listSlots, type OwnedRange, toOwnedRanges } from '../../../core/slots/owned-ranges.js'
import { isInDoubt, leavingDoubtful } from '../../../engine/topology/cluster/doubtful-links.js'
import type { SearchedNodes } from '../../../engine/topology/cluster/node-search.js'
import type { Topology } from '../../../engine/topology/cluster/slot-moves.js'
import { isStillMaster } from '../../../engine/topology/cluster/still-master.js'
import { nobodyAnswers, toldOwners } from '../../../engine/topology/cluster/told-owners.js'
import type { SlotRange } from '../../../notifications/notification.js'
import type { HostRedis, IoredisOptions } from '../ioredis-module.js'
import { linkOf } from '../redis-class.js'
import type { HostCluster } from './ioredis-cluster-seams.js'

/** The topology inside a cluster of the host. Nothing else changes it but the host itself. */
export class PoolTopology implements Topology, SearchedNodes {
  readonly #clock: Clock
  readonly #cluster: HostCluster
  readonly #onChange: () => void

  /** @param onChange - Is told when slots have another owner than the host has asked for. */
  constructor(clock: Clock, cluster: HostCluster, onChange: () => void) {
    this.#clock = clock
    this.#cluster = cluster
    this.#onChange = onChange
    cluster.connectionPool.on('-node', (redis: HostRedis, key: string) => {
      if (redis.options.readOnly === true) this.#forget(key)
    })
  }

  get isOpen(): boolean {
    return this.#cluster.status === 'ready'
  }

  ranges(): readonly OwnedRange[] {
    const ranges = toOwnedRanges(
      this.#cluster.slots.map(([key]) => key),
      key => key,
    )
    return ranges.map(range => ({ ...range, node: placeOf(fromPlace(range.node)) }))
  }

  async prepare(target: Endpoint, withinMs: number): Promise<boolean> {
    const redis = this.open(keyOf(target))
    const clock = this.#clock
    return withDeadline(untilReady(redis), { clock, withinMs, onLate: () => false })
  }

  /** The client of a node; it is made where there is none, and is a primary from now on. */
  open(key: string): HostRedis {
    const { connectionPool: pool } = this.#cluster
    return pool.findOrCreate(this.#cluster.natMapper(key))
  }

  assign(target: Endpoint, slots: readonly SlotRange[]): void {
    this.own(this.poolKeyOf(keyOf(target)), slots.flatMap(listSlots))
    this.#onChange()
  }

  /** Lets a node own slots, with the replicas that it has elsewhere. */
  own(key: string, slots: readonly number[]): void {
    const { slots: owners, _groupsBySlot: bySlot } = this.#cluster
    const nodes = owners.find(([owner]) => owner === key) ?? [key]
    const group = this.#groupOf(nodes)
    for (const slot of slots) {
      // The host changes such an array in place, for one slot.
      owners[slot] = [...nodes]
      bySlot[slot] = group
    }
  }

  /** A replica has gone. Until the next look nothing is read from it: the host would choose it, and then any node. */
  #forget(key: string): void {
    const { slots, _groupsBySlot: bySlot } = this.#cluster
    const read = new Set(slots.filter(nodes => nodes.includes(key, 1)))
    for (const nodes of read) nodes.splice(nodes.lastIndexOf(key), 1)
    slots.forEach((nodes, slot) => {
      if (read.has(nodes)) bySlot[slot] = this.#groupOf(nodes)
    })
  }

  /** The number by which the host knows nodes that own slots together. */
  #groupOf(nodes: readonly string[]): number {
    const { _groupsIds: ids } = this.#cluster
    const group = nodes.join(';')
    ids[group] ??= Object.keys(ids).length + 1
    return ids[group]
  }

  letGo(): void {
    const { connectionPool: pool, slots } = this.#cluster
    const known = new Set(slots.flat())
    const idle = Object.entries(pool.nodes.all).filter(([key]) => !known.has(key))
    if (idle.length === Object.keys(pool.nodes.all).length) return
    for (const [key, redis] of idle) {
      pool.removeNode(key)
      // It waits for the last answers.
      redis.disconnect()
    }
  }

  look(): Promise<void> {
    return new Promise((resolve, reject) =>
      this.#cluster.refreshSlotsCache(error => (error ? reject(error) : resolve())),
    )
  }

  get isMissing(): boolean {
    return this.isOpen && this.listMute().length > 0
  }

  /** The host adopts what it asks for: there is nothing to compare before. */
  differs(): Promise<boolean> {
    return Promise.resolve(true)
  }

  /** The node that is asked for the topology where the host has chosen one: not a master in doubt, while there is another. */
  askedFor(chosen: HostRedis): HostRedis {
    const doubtful = this.listMute()
    if (!doubtful.includes(chosen)) return chosen
    return this.#cluster.nodes('master').find(redis => !doubtful.includes(redis)) ?? chosen
  }

  /** Returns what leaves the masters that are away or in doubt now, once the host has adopted a topology in which they are none. */
  leavingDoubtful(): () => void {
    const isAway = ({ status }: HostRedis): boolean => status !== 'ready' && status !== 'wait'
    const mute = this.listMute()
    const doubtful = this.#cluster.nodes('master').filter(redis => isAway(redis) || mute.includes(redis))
    const leaving = doubtful.map(redis => ({
      redis,
      // The host sends to the next owner what was waiting.
      leave: leavingDoubtful(linkOf(redis), () => this.#end(redis)),
    }))
    return () => {
      for (const { redis, leave } of leaving) if (!this.#isMaster(redis)) leave()
    }
  }

  /** The masters that say nothing, or refuse what they are sent. */
  listMute(): readonly HostRedis[] {
    return this.#cluster.nodes('master').filter(redis => redis.status === 'ready' && isInDoubt(linkOf(redis)))
  }

  /** @throws Error where there is no other master to ask, or it does not answer in time. */
  isStillMaster(node: HostRedis): Promise<boolean> {
    const key = keyOf(node.options)
    const slot = this.#cluster.slots.findIndex(([owner]) => owner === key)
    const { connectionPool: pool } = this.#cluster
    // To ask a node does not change what it is known as.
    const clientAt = (at: Endpoint): HostRedis => pool.getInstanceByKey(keyOf(at)) ?? pool.findOrCreate({ ...at })
    return isStillMaster(
      { place: placeOf(fromPlace(key)), slot },
      { other: () => this.#askBesides(node), at: place => this.#told(clientAt(fromPlace(place))) },
    )
  }

  async #askBesides(node: HostRedis): Promise<readonly OwnedRange[]> {
    const mute = this.listMute()
    const others = this.#cluster.nodes('master').filter(redis => redis !== node && !mute.includes(redis))
    const asked = others.find(({ status }) => status === 'ready') ?? others[0]
    return asked === undefined ? nobodyAnswers() : this.#told(asked)
  }

  /** Who owns the slots, as a node tells; the owners are where the application reaches them. */
  async #told(asked: HostRedis): Promise<readonly OwnedRange[]> {
    // Past the cluster, which may doubt this answer as well.
    const told = untilReady(asked).then(() => linkOf(asked).dispatcher.command(['CLUSTER', 'SLOTS'], undefined))
    const ranges = await toldOwners(this.#clock, told, String(asked.options.host))
    return ranges.map(range => ({ ...range, node: placeOf(fromPlace(this.poolKeyOf(range.node))) }))
  }

  /** A node has lost its slots. Its client ends unless the table says otherwise; what it was sent is answered before. */
  async leaveLost(node: HostRedis): Promise<void> {
    await this.look()
    if (!this.#isMaster(node)) this.#end(node)
  }

  #isMaster(redis: HostRedis): boolean {
    return this.#cluster.nodes('master').includes(redis)
  }

  /** Ends the client of a node. One that is a replica now has another one from now on. */
  #end(redis: HostRedis): void {
    const { connectionPool: pool } = this.#cluster
    const key = keyOf(redis.options)
    const isKnown = pool.getInstanceByKey(key) === redis
    if (isKnown) pool.removeNode(key)
    redis.disconnect()
    if (isKnown) pool.findOrCreate(this.#cluster.natMapper(key), true)
  }

  /** A node as the pool calls it. */
  poolKeyOf(key: string): string {
    const { host, port } = this.#cluster.natMapper(key)
    return keyOf({ host, port })
  }
}

/** As the host calls a node: without brackets. */
function keyOf({ host, port }: Pick<IoredisOptions, 'host' | 'port'>): string {
  return `${host}:${port}`
}

/** Resolves with whether a client serves, once it does or has ended. */
function untilReady(redis: HostRedis): Promise<boolean> {
  if (redis.status === 'ready') return Promise.resolve(true)
  if (redis.status === 'wait') redis.connect().catch(() => {})
  return new Promise(resolve => {
    const settle = (): void => {
      redis.off('ready', settle)
      redis.off('end', settle)
      resolve(redis.status === 'ready')
    }
    redis.on('ready', settle)
    redis.on('end', settle)
  })
}
