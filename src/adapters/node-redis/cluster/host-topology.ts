import type { Clock } from '../../../base/clock.js'
import { withDeadline } from '../../../base/deadline.js'
import { type Endpoint, placeOf } from '../../../base/endpoint.js'
import { slotOf } from '../../../core/slots/key-slot.js'
import { listSlots, type OwnedRange } from '../../../core/slots/slot-table.js'
import type { Topology } from '../../../engine/cluster/slot-moves.js'
import type { Link } from '../../../engine/link/link.js'
import type { SlotRange } from '../../../notifications/notification.js'
import { toHostShape } from '../facade.js'
import type { HostClient } from '../internals.js'
import type { HostCluster, HostNode, HostShard, HostSlots } from './cluster-seams.js'

/** The topology inside a cluster of the host. Nothing else changes it but the host itself. */
export class HostTopology implements Topology {
  readonly #clock: Clock
  readonly #slots: HostSlots
  readonly #linkOf: (client: HostClient) => Link | undefined

  constructor(clock: Clock, { _slots }: HostCluster, linkOf: (client: HostClient) => Link | undefined) {
    this.#clock = clock
    this.#slots = _slots
    this.#linkOf = linkOf
  }

  get isOpen(): boolean {
    return this.#slots.isOpen
  }

  ranges(): readonly OwnedRange[] {
    const ranges: { from: number; to: number; node: string }[] = []
    this.#slots.slots.forEach((shard, slot) => {
      const node = shard && placeOf(shard.master)
      const last = ranges.at(-1)
      if (node === undefined) return
      if (last?.node === node && last.to === slot - 1) last.to = slot
      else ranges.push({ from: slot, to: slot, node })
    })
    return ranges
  }

  /** Whether a node is known, and serves. */
  serves(target: Endpoint): boolean {
    return this.find(target)?.client?.isReady === true
  }

  ownerOf(slot: number): HostNode | undefined {
    return this.#slots.slots[slot]?.master
  }

  async prepare(target: Endpoint, withinMs: number): Promise<boolean> {
    const node = this.find(target) ?? this.#add(target)
    const connecting = this.#slots.nodeClient(node).then(
      client => client.isReady,
      () => false,
    )
    return withDeadline(connecting, { clock: this.#clock, withinMs, onLate: () => false })
  }

  assign(target: Endpoint, slots: readonly SlotRange[]): void {
    const node = this.find(target)
    if (node === undefined) return
    const shard = this.#shardOf(node)
    const moved = new Map<HostNode, Set<number>>()
    for (const slot of slots.flatMap(listSlots)) {
      const before = this.#slots.slots[slot]?.master
      this.#slots.slots[slot] = shard
      if (before !== undefined && before !== node) moved.set(before, (moved.get(before) ?? new Set()).add(slot))
    }
    for (const [source, gone] of moved) void this.#carry(source, gone)
  }

  letGo(): void {
    const { slots, masters } = this.#slots
    const owners = new Set(slots.map(shard => shard?.master))
    const idle = masters.filter(node => !owners.has(node) && node.connectPromise === undefined)
    if (idle.length === masters.length) return
    for (const node of idle) {
      // What it carries for subscribers is carried over by the host when it looks next.
      if (node.pubSub !== undefined || this.#slots.pubSubNode?.address === node.address) continue
      this.#slots.masters = this.#slots.masters.filter(other => other !== node)
      this.#slots.nodeByAddress.delete(node.address)
      void (node.client as { close?(): Promise<void> } | undefined)?.close?.().catch(() => {})
    }
  }

  look(): Promise<void> {
    return this.#slots.rediscover()
  }

  /** A node by its address, in whatever spelling. */
  find(target: Endpoint): HostNode | undefined {
    const place = placeOf(target)
    return [...this.#slots.nodeByAddress.values()].find(node => placeOf(node) === place)
  }

  /** A node that the host has not seen. It writes addresses without brackets. */
  #add({ host, port }: Endpoint): HostNode {
    const address = `${host}:${port}`
    const node: HostNode = { id: `announced-${address}`, host, port, address, readonly: false }
    this.#slots.nodeByAddress.set(address, node)
    this.#slots.masters.push(node)
    return node
  }

  /** The shard of a master, or of a replica that is one from now on. */
  #shardOf(node: HostNode): HostShard {
    const known = this.#slots.slots.find(shard => shard?.master === node)
    if (known !== undefined) return known
    this.#slots.replicas = this.#slots.replicas.filter(other => other !== node)
    if (!this.#slots.masters.includes(node)) this.#slots.masters.push(node)
    return { master: node, replicas: [] }
  }

  /** Subscribes at the new owner before the old one is left. */
  async #carry(source: HostNode, slots: ReadonlySet<number>): Promise<void> {
    const link = source.pubSub && this.#linkOf(source.pubSub.client)
    if (link === undefined) return
    const { subscriptions } = link.session
    for (const [channel, listeners] of [...subscriptions.listenersOf('SHARDED')]) {
      if (!slots.has(slotOf(channel))) continue
      try {
        const client = await this.#slots.getShardedPubSubClient(channel)
        await client.extendPubSubChannelListeners('SHARDED', channel, toHostShape(listeners))
        await link.path.pubSub.unsubscribe('SHARDED', channel)
      } catch {
        // The node that has it tells when it ends; then the host looks, and subscribes again.
      }
    }
  }
}
