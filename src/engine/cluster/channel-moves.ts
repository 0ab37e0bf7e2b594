import type { Clock } from '../../base/clock.js'
import { withDeadline } from '../../base/deadline.js'
import { slotOf } from '../../core/slots/key-slot.js'
import type { Link } from '../link/link.js'
import type { ChannelListeners } from '../session/listeners.js'

/** The nodes of a cluster, as far as they carry shard channels. */
export interface ChannelCarriers<NODE> {
  /** Who owns a slot now. */
  ownerOf(slot: number): NODE | undefined
  /** The nodes that carry channels, each with the link that does. */
  carriers(): Iterable<readonly [node: NODE, link: Link]>
  /** Opens what carries a channel at a node. Resolves with what subscribes listeners there. */
  open(node: NODE, channel: string): Promise<(listeners: ChannelListeners) => Promise<unknown>>
}

/** How long commands wait for their slot's channels to be subscribed to at the new owner, in milliseconds. */
const PATIENCE_MS = 1_000

/** The shard channels of a cluster: they are subscribed to at the new owner of their slot before the old one is left. */
export class ChannelMoves<NODE> {
  readonly #clock: Clock
  readonly #nodes: ChannelCarriers<NODE>
  /** Channels that a server has ended, until another node carries them. */
  readonly #ended = new Map<string, ChannelListeners>()
  /** Channels that are on their way. */
  readonly #moving = new Map<string, Promise<void>>()

  constructor(clock: Clock, nodes: ChannelCarriers<NODE>) {
    this.#clock = clock
    this.#nodes = nodes
  }

  /** Whether channels of some slots are carried by another node than their owner. */
  hasToMove(node: NODE | undefined, isOwned: (slot: number) => boolean): boolean {
    return this.#channelsFor(node, isOwned).length > 0
  }

  /** Moves the channels of some slots to their next owner. Resolves when they are there, or after a second. Never rejects. */
  async moveTo(node: NODE, isOwned: (slot: number) => boolean): Promise<void> {
    const channels = this.#channelsFor(node, isOwned)
    if (channels.length === 0) return
    const moved = Promise.all(channels.map(channel => this.#move(channel, node).catch(() => {})))
    await withDeadline<unknown>(moved, { clock: this.#clock, withinMs: PATIENCE_MS, onLate: () => undefined })
  }

  /**
   * A server has ended the subscription to a channel, as its slot has gone elsewhere.
   *
   * @param look - Asks for the topology, where the table does not know the next owner.
   * @throws what the subscription at the new owner fails with.
   */
  async onEnded(channel: string, listeners: ChannelListeners, look?: () => Promise<void>): Promise<void> {
    this.#ended.set(channel, listeners)
    await look?.()
    // The look has moved it, unless that went wrong.
    if (!this.#ended.has(channel)) return
    const next = this.#nodes.ownerOf(slotOf(channel))
    try {
      if (next === undefined) throw new Error(`Nobody is known to own the slot of ${channel}`)
      await this.#move(channel, next)
    } finally {
      this.#ended.delete(channel)
    }
  }

  #channelsFor(node: NODE | undefined, isOwned: (slot: number) => boolean): readonly string[] {
    return [...this.#ended.keys(), ...this.#elsewhere(node).keys()].filter(channel => isOwned(slotOf(channel)))
  }

  #elsewhere(node: NODE | undefined): ReadonlyMap<string, Link> {
    const found = new Map<string, Link>()
    for (const [other, link] of this.#nodes.carriers()) {
      if (other === node) continue
      for (const channel of link.session.subscriptions.listenersOf('SHARDED').keys()) found.set(channel, link)
    }
    return found
  }

  #move(channel: string, node: NODE): Promise<void> {
    const known = this.#moving.get(channel)
    if (known !== undefined) return known
    const moving = this.#carry(channel, node).finally(() => this.#moving.delete(channel))
    this.#moving.set(channel, moving)
    return moving
  }

  async #carry(channel: string, node: NODE): Promise<void> {
    const subscribe = await this.#nodes.open(node, channel)
    const source = this.#elsewhere(node).get(channel)
    const listeners = this.#ended.get(channel) ?? source?.session.subscriptions.listenersOf('SHARDED').get(channel)
    if (listeners === undefined) return
    await subscribe(listeners)
    this.#ended.delete(channel)
    await source?.path.pubSub.unsubscribe('SHARDED', channel).catch(() => {})
  }
}
