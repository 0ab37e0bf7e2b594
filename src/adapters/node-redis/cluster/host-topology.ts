import type { Clock } from '../../../base/clock.js'
import { withDeadline } from '../../../base/deadline.js'
import { type Endpoint, fromPlace, placeOf } from '../../../base/endpoint.js'
import {
  bySlot,
  differs,
  isWithin,
  listSlots,
  type OwnedRange,
  toOwnedRanges,
} from '../../../core/slots/owned-ranges.js'
import type { Link } from '../../../engine/link/link.js'
import { isInDoubt } from '../../../engine/topology/cluster/doubtful-links.js'
import type { SearchedNodes } from '../../../engine/topology/cluster/node-search.js'
import type { Topology } from '../../../engine/topology/cluster/slot-moves.js'
import { isStillMaster } from '../../../engine/topology/cluster/still-master.js'
import { nobodyAnswers, toldOwners } from '../../../engine/topology/cluster/told-owners.js'
import type { SlotRange } from '../../../notifications/notification.js'
import type { HostClient } from '../internals.js'
import type { ToldNode, ToldShard } from './cluster-clients.js'
import type { HostCluster, HostNode, HostShard, HostSlots } from './cluster-seams.js'
import { ShardChannels } from './shard-channels.js'
import { Subscriber } from './subscriber.js'

/** The topology inside a cluster of the host. Nothing else changes it but the host itself. */
export class HostTopology implements Topology, SearchedNodes {
  readonly #clock: Clock
  readonly #slots: HostSlots
  readonly #linkOf: (client: HostClient) => Link | undefined
  readonly channels: ShardChannels
  readonly subscriber: Subscriber
  readonly #useReplicas: boolean

  constructor(clock: Clock, { _slots, _options }: HostCluster, linkOf: (client: HostClient) => Link | undefined) {
    this.#clock = clock
    this.#slots = _slots
    this.#linkOf = linkOf
    this.#useReplicas = _options.useReplicas === true
    this.subscriber = new Subscriber(_slots, _options.nodeAddressMap)
    this.channels = new ShardChannels(clock, _slots, linkOf)
  }

  get isOpen(): boolean {
    return this.#slots.isOpen
  }

  ranges(): readonly OwnedRange[] {
    return toOwnedRanges(this.#slots.slots, ({ master }) => placeOf(master))
  }

  /** Whether a node is known as a master, and serves. A replica that owns slots was promoted: more than one slot has changed. */
  serves(target: Endpoint): boolean {
    const node = this.find(target)
    return node?.client?.isReady === true && !this.#slots.replicas.includes(node)
  }

  ownerOf(slot: number): HostNode | undefined {
    return this.#slots.slots[slot]?.master
  }

  async prepare(target: Endpoint, withinMs: number, slots: readonly SlotRange[]): Promise<boolean> {
    const node = this.find(target) ?? this.#add(target)
    const connecting = this.#slots.nodeClient(node).then(
      client => client.isReady,
      () => false,
    )
    const serves = await withDeadline(connecting, { clock: this.#clock, withinMs, onLate: () => false })
    if (serves) await this.channels.moveTo(node, slot => isWithin(slot, slots))
    return serves
  }

  /** What the host is about to adopt: channels are subscribed to where their slots are from then on. */
  async expect(told: readonly ToldShard[]): Promise<readonly ToldShard[]> {
    // It was closed while it asked: the host would connect to all nodes for nobody, and never end their clients.
    if (!this.isOpen) return []
    // The first answer; there is nothing to move.
    if (this.#slots.nodeByAddress.size === 0) return told
    const shards = this.#completed(told)
    const masters = shards.map(({ master }) => master)
    const replicas = this.#useReplicas ? shards.flatMap(shard => shard.replicas) : []
    this.subscriber.keepAmong([...masters, ...replicas], masters)
    const places = new Map(shards.map(({ master }) => [placeOf(master), master]))
    const moves = [...places].map(async ([place, master]) => {
      const own = shards.filter(shard => placeOf(shard.master) === place)
      const isOwned = (slot: number): boolean => isWithin(slot, own)
      if (this.channels.hasToMove(this.find(master), isOwned))
        await this.channels.moveTo(this.find(master) ?? this.#add(master), isOwned)
    })
    await Promise.all(moves)
    return shards
  }

  /**
   * What a node told, with the owners known so far of slots for which it told none. One that has heard that a primary is a replica
   * now, and not yet who follows it, knows no owner; the host would fail each command of such a slot.
   */
  #completed(shards: readonly ToldShard[]): readonly ToldShard[] {
    const told = bySlot(shards)
    const { slots } = this.#slots
    const untold = toOwnedRanges(
      slots.map((shard, slot) => (told[slot] === undefined ? shard : undefined)),
      ({ master }) => placeOf(master),
    )
    const kept = untold.flatMap(({ from, to }) => {
      const { master, replicas = [] } = slots[from] ?? {}
      return master === undefined ? [] : [{ from, to, master, replicas }]
    })
    return [...shards, ...kept]
  }

  assign(target: Endpoint, slots: readonly SlotRange[]): void {
    const node = this.find(target)
    if (node === undefined) return
    const shard = this.#shardOf(node)
    for (const slot of slots.flatMap(listSlots)) this.#slots.slots[slot] = shard
  }

  letGo(): void {
    const { slots, masters } = this.#slots
    const owners = new Set(slots.map(shard => shard?.master))
    const idle = masters.filter(node => !owners.has(node) && node.connectPromise === undefined)
    if (idle.length === masters.length) return
    for (const node of idle) {
      // What it carries for subscribers is carried over by the host when it looks next.
      if (node.pubSub !== undefined || this.#slots.pubSubNode?.address === node.address) continue
      this.#remove(node)
      void (node.client as { close?(): Promise<void> } | undefined)?.close?.().catch(() => {})
    }
  }

  /** Those that say nothing are asked last: each would hold the look up. */
  look(): Promise<void> {
    const mute = this.#slots.masters.filter(({ client }) => client !== undefined && !this.#answers(client))
    return this.#slots.rediscover(undefined, new Set(mute.map(({ address }) => address)))
  }

  get isMissing(): boolean {
    return this.#slots.masters.some(({ client }) => client !== undefined && !this.#answers(client))
  }

  listMute(): readonly HostClient[] {
    const clients = this.#slots.masters.flatMap(({ client }) => client ?? [])
    return clients.filter(client => client.isReady && !this.#answers(client))
  }

  async differs(): Promise<boolean> {
    return differs(await this.#ask(), this.ranges())
  }

  async isStillMaster(client: HostClient): Promise<boolean> {
    const { masters, slots } = this.#slots
    const node = masters.find(other => other.client === client)
    if (node === undefined) return false
    const doubted = { place: placeOf(node), slot: slots.findIndex(shard => shard?.master === node) }
    return isStillMaster(doubted, { other: () => this.#ask(client), at: place => this.#askAt(fromPlace(place)) })
  }

  /**
   * Asks a node who owns the slots.
   *
   * @throws Error where none answers in time.
   */
  async #ask(besides?: HostClient): Promise<readonly OwnedRange[]> {
    const asked = this.#slots.masters.find(
      ({ client }) => client !== undefined && client !== besides && this.#answers(client),
    )
    return asked?.client === undefined ? nobodyAnswers() : this.#told(asked, Promise.resolve(asked.client))
  }

  /** The same of the node at a place. One that is not known is connected to for that. */
  async #askAt(target: Endpoint): Promise<readonly OwnedRange[]> {
    const known = this.find(target)
    if (known !== undefined) return this.#told(known, this.#slots.nodeClient(known))
    const node = this.#add(target)
    try {
      return await this.#told(node, this.#slots.nodeClient(node))
    } finally {
      this.#remove(node)
      node.client?.destroy()
    }
  }

  #told({ host }: HostNode, client: Promise<HostClient>): Promise<readonly OwnedRange[]> {
    const told = client.then(asked => asked.sendCommand(['CLUSTER', 'SLOTS']))
    return toldOwners(this.#clock, told, host)
  }

  #answers(client: HostClient): boolean {
    const link = this.#linkOf(client)
    return client.isReady && !(link !== undefined && isInDoubt(link))
  }

  /** A node by its address, in whatever spelling. */
  find(target: Endpoint): HostNode | undefined {
    const place = placeOf(target)
    return [...this.#slots.nodeByAddress.values()].find(node => placeOf(node) === place)
  }

  /** A node that the host has not seen. It writes addresses without brackets. */
  #add({ host, port, id }: Endpoint & Partial<ToldNode>): HostNode {
    const address = `${host}:${port}`
    const node: HostNode = { id: id ?? `announced-${address}`, host, port, address, readonly: false }
    this.#slots.nodeByAddress.set(address, node)
    this.#slots.masters.push(node)
    return node
  }

  #remove(node: HostNode): void {
    this.#slots.masters = this.#slots.masters.filter(other => other !== node)
    this.#slots.nodeByAddress.delete(node.address)
  }

  /** The shard of a master, or of a replica that is one from now on. */
  #shardOf(node: HostNode): HostShard {
    const known = this.#slots.slots.find(shard => shard?.master === node)
    if (known !== undefined) return known
    this.#slots.replicas = this.#slots.replicas.filter(other => other !== node)
    if (!this.#slots.masters.includes(node)) this.#slots.masters.push(node)
    return { master: node, replicas: [] }
  }
}
