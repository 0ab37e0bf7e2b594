import type { Clock } from '../../../base/clock.js'
import { slotOf } from '../../../core/slots/key-slot.js'
import type { Link } from '../../../engine/link/link.js'
import {
  type ChannelCarriers,
  ChannelMoves,
  type EndedChannel,
} from '../../../engine/topology/cluster/channel-moves.js'
import type { HostClient } from '../internals.js'
import type { HostNode, HostSlots } from './cluster-seams.js'

/** The shard channels of a cluster of the host, which has a client of its own for those of each node. */
export class ShardChannels {
  readonly #slots: HostSlots
  readonly #moves: ChannelMoves<HostNode>

  constructor(clock: Clock, slots: HostSlots, linkOf: (client: HostClient) => Link | undefined) {
    this.#slots = slots
    this.#moves = new ChannelMoves(clock, carriersOf(slots, linkOf))
  }

  /** Whether channels of some slots are carried by another node than their owner. */
  hasToMove(node: HostNode | undefined, isOwned: (slot: number) => boolean): boolean {
    return this.#moves.hasToMove(node, isOwned)
  }

  /** Moves the channels of some slots to their next owner. Resolves when they are there, or after a second. Never rejects. */
  moveTo(node: HostNode, isOwned: (slot: number) => boolean): Promise<void> {
    return this.#moves.moveTo(node, isOwned)
  }

  /**
   * A server has ended the subscription to a channel, as its slot has gone elsewhere.
   *
   * @throws what the subscription at the new owner fails with.
   */
  onEnded(client: HostClient, ended: EndedChannel): Promise<void> {
    const isOwner = this.#slots.slots[slotOf(ended.channel)]?.master.pubSub?.client === client
    return this.#moves.onEnded(ended, isOwner ? () => this.#slots.rediscover(client) : undefined)
  }
}

function carriersOf(slots: HostSlots, linkOf: (client: HostClient) => Link | undefined): ChannelCarriers<HostNode> {
  return {
    ownerOf: slot => slots.slots[slot]?.master,
    *carriers() {
      for (const node of slots.nodeByAddress.values()) {
        const link = node.pubSub && linkOf(node.pubSub.client)
        if (link !== undefined) yield [node, link]
      }
    },
    async open(node, channel) {
      const link = linkOf(await subscriberOf(slots, node, channel))
      if (link === undefined) throw new Error(`The client has ended that carries ${channel}`)
      return link
    },
  }
}

/** The host makes one for the owner of the slot, as it is at the time of the call. */
function subscriberOf(host: HostSlots, node: HostNode, channel: string): Promise<HostClient> {
  const { slots } = host
  const slot = slotOf(channel)
  const before = slots[slot]
  slots[slot] = { master: node }
  try {
    return host.getShardedPubSubClient(channel)
  } finally {
    slots[slot] = before
  }
}
