import type { Clock } from '../../../base/clock.js'
import { withDeadline } from '../../../base/deadline.js'
import { slotOf } from '../../../core/slots/key-slot.js'
import type { Link } from '../../../engine/link/link.js'
import type { ChannelListeners } from '../../../engine/session/listeners.js'
import { toHostShape } from '../facade.js'
import type { HostClient } from '../internals.js'
import type { HostNode, HostSlots } from './cluster-seams.js'

/** How long commands wait for their slot's channels to be subscribed to at the new owner, in milliseconds. */
const PATIENCE_MS = 1_000

/** The shard channels of a cluster: they are subscribed to at the new owner of their slot before the old one is left. */
export class ShardChannels {
  readonly #clock: Clock
  readonly #slots: HostSlots
  readonly #linkOf: (client: HostClient) => Link | undefined
  /** Channels that a server has ended, until another node carries them. */
  readonly #ended = new Map<string, ChannelListeners>()
  /** Channels that are on their way. */
  readonly #moving = new Map<string, Promise<void>>()

  constructor(clock: Clock, slots: HostSlots, linkOf: (client: HostClient) => Link | undefined) {
    this.#clock = clock
    this.#slots = slots
    this.#linkOf = linkOf
  }

  /** Whether channels of some slots are carried by another node than their owner. */
  hasToMove(node: HostNode | undefined, isOwned: (slot: number) => boolean): boolean {
    return this.#channelsFor(node, isOwned).length > 0
  }

  /** Moves the channels of some slots to their next owner. Resolves when they are there, or after a second. Never rejects. */
  async moveTo(node: HostNode, isOwned: (slot: number) => boolean): Promise<void> {
    const channels = this.#channelsFor(node, isOwned)
    if (channels.length === 0) return
    const moved = Promise.all(channels.map(channel => this.#move(channel, node).catch(() => {})))
    await withDeadline<unknown>(moved, { clock: this.#clock, withinMs: PATIENCE_MS, onLate: () => undefined })
  }

  /**
   * A server has ended the subscription to a channel, as its slot has gone elsewhere.
   *
   * @throws what the subscription at the new owner fails with.
   */
  async onEnded(client: HostClient, channel: string, listeners: ChannelListeners): Promise<void> {
    this.#ended.set(channel, listeners)
    const owner = (): HostNode | undefined => this.#slots.slots[slotOf(channel)]?.master
    if (owner()?.pubSub?.client === client) await this.#slots.rediscover(client)
    // The look has moved it, unless that went wrong.
    if (!this.#ended.has(channel)) return
    const next = owner()
    try {
      if (next === undefined) throw new Error(`Nobody is known to own the slot of ${channel}`)
      await this.#move(channel, next)
    } finally {
      this.#ended.delete(channel)
    }
  }

  #channelsFor(node: HostNode | undefined, isOwned: (slot: number) => boolean): readonly string[] {
    return [...this.#ended.keys(), ...this.#elsewhere(node).keys()].filter(channel => isOwned(slotOf(channel)))
  }

  #elsewhere(node: HostNode | undefined): ReadonlyMap<string, Link> {
    const found = new Map<string, Link>()
    for (const other of this.#slots.nodeByAddress.values()) {
      const link = other === node ? undefined : other.pubSub && this.#linkOf(other.pubSub.client)
      for (const channel of link?.session.subscriptions.listenersOf('SHARDED').keys() ?? []) {
        if (link !== undefined) found.set(channel, link)
      }
    }
    return found
  }

  #move(channel: string, node: HostNode): Promise<void> {
    const known = this.#moving.get(channel)
    if (known !== undefined) return known
    const moving = this.#carry(channel, node).finally(() => this.#moving.delete(channel))
    this.#moving.set(channel, moving)
    return moving
  }

  async #carry(channel: string, node: HostNode): Promise<void> {
    const client = await this.#subscriberOf(node, channel)
    const source = this.#elsewhere(node).get(channel)
    const listeners = this.#ended.get(channel) ?? source?.session.subscriptions.listenersOf('SHARDED').get(channel)
    if (listeners === undefined) return
    await client.extendPubSubChannelListeners('SHARDED', channel, toHostShape(listeners))
    this.#ended.delete(channel)
    await source?.path.pubSub.unsubscribe('SHARDED', channel).catch(() => {})
  }

  #subscriberOf(node: HostNode, channel: string): Promise<HostClient> {
    const { slots } = this.#slots
    const slot = slotOf(channel)
    const before = slots[slot]
    // The host makes one for the owner of the slot, as it is at the time of the call.
    slots[slot] = { master: node }
    try {
      return this.#slots.getShardedPubSubClient(channel)
    } finally {
      slots[slot] = before
    }
  }
}
