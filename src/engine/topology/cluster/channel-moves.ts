import type { Clock } from '../../../base/clock.js'
import { withDeadline } from '../../../base/deadline.js'
import { pause } from '../../../base/pause.js'
import { slotOf } from '../../../core/slots/key-slot.js'
import type { Link } from '../../link/link.js'
import type { ChannelListeners } from '../../session/subscriptions/listeners.js'
import { ShardOverlap } from './shard-overlap.js'

/** The nodes of a cluster, as far as they carry shard channels. */
export interface ChannelCarriers<NODE> {
  /** Who owns a slot now. */
  ownerOf(slot: number): NODE | undefined
  /** The nodes that carry channels, each with the link that does. */
  carriers(): Iterable<readonly [node: NODE, link: Link]>
  /** Opens the link that carries a channel at a node. */
  open(node: NODE, channel: string): Promise<Link>
}

/** A subscription that a server has ended. */
export interface EndedChannel {
  readonly channel: string
  readonly listeners: ChannelListeners
  /** What carried it. */
  readonly from: Link
}

/** An ended one until another node carries it. */
interface Ending {
  readonly listeners: ChannelListeners
  /** What was heard of it since. */
  readonly overlap: ShardOverlap
}

/** How long a message may take from one node of a shard to another, in milliseconds. */
const BETWEEN_NODES_MS = 100

/** How long commands wait for their slot's channels to be subscribed to at the new owner, in milliseconds. */
const PATIENCE_MS = 1_000

/** The shard channels of a cluster: they are subscribed to at the new owner of their slot before the old one is left. */
export class ChannelMoves<NODE> {
  readonly #clock: Clock
  readonly #nodes: ChannelCarriers<NODE>
  /** Channels that a server has ended, until another node carries them. */
  readonly #ended = new Map<string, Ending>()
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
   * @throws what the subscription at the new owner fails with, unless the old one has taken it again.
   */
  async onEnded({ channel, listeners, from }: EndedChannel, look?: () => Promise<void>): Promise<void> {
    const overlap = new ShardOverlap()
    this.#ended.set(channel, { listeners, overlap })
    const endShare = share(from, channel, overlap)
    const isKept = keep(channel, listeners, from)
    try {
      await look?.()
      // The look has moved it, unless that went wrong.
      if (!this.#ended.has(channel)) return
      const next = this.#nodes.ownerOf(slotOf(channel))
      if (next === undefined) throw new Error(`Nobody is known to own the slot of ${channel}`)
      await this.#move(channel, next)
    } catch (error) {
      if (!(await isKept)) throw error
    } finally {
      this.#ended.delete(channel)
      endShare()
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
    const target = await this.#nodes.open(node, channel)
    const source = this.#elsewhere(node).get(channel)
    const subscribed = source?.session.subscriptions.listenersOf('SHARDED').get(channel)
    const { listeners = subscribed, overlap = new ShardOverlap() } = this.#ended.get(channel) ?? {}
    if (listeners === undefined) return
    const ends = [source, target].map(link => link && share(link, channel, overlap))
    const end = (): void => {
      for (const endOne of ends) endOne?.()
    }
    try {
      await target.path.pubSub.extend('SHARDED', new Map([[channel, listeners]]))
    } catch (error) {
      end()
      throw error
    }
    overlap.begin()
    this.#ended.delete(channel)
    void this.#leave(source, channel).then(end)
  }

  /** Nobody waits for the node that is left. What it has delivered may still come from the next one. */
  async #leave(source: Link | undefined, channel: string): Promise<void> {
    await source?.path.pubSub.unsubscribe('SHARDED', channel).catch(() => {})
    if (source !== undefined) await pause(this.#clock, BETWEEN_NODES_MS)
  }
}

/** A link hears a shard channel, and so does another one. Returns what ends that. */
function share(link: Link, channel: string, overlap: ShardOverlap): () => void {
  return link.session.subscriptions.share(channel, message => overlap.isRepeated(link, message))
}

/**
 * Subscribes again where a server has ended a channel. A primary that has become a replica carries the channels of its shard as
 * well, and nothing is missed while their next owner is looked for. Another one refuses it. Resolves with whether it is there.
 */
async function keep(channel: string, listeners: ChannelListeners, { path, session }: Link): Promise<boolean> {
  try {
    await path.pubSub.extend('SHARDED', new Map([[channel, listeners]]))
    return true
  } catch {
    session.subscriptions.remove('SHARDED', [channel])
    return false
  }
}
