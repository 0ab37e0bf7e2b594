import type { Clock, Timer } from '../../../base/clock.js'
import { slotOf } from '../../../core/slots/key-slot.js'
import { ShardOverlap } from '../../../engine/topology/cluster/shard-overlap.js'
import type { HostCommandClass, HostRedis } from '../ioredis-module.js'
import { linkOf } from '../redis-class.js'
import type { ClusterNodes } from './cluster-nodes.js'
import type { ClusterRedirects } from './cluster-redirects.js'
import type { HostCluster, HostSubscriberGroup } from './ioredis-cluster-seams.js'

/** What the clients need that carry shard channels. */
export interface ShardClientsParts {
  readonly cluster: HostCluster
  readonly nodes: ClusterNodes
  readonly Command: HostCommandClass
  readonly clock: Clock
  /** What nodes say of the next owner of a channel. */
  readonly redirects: Pick<ClusterRedirects, 'follow'>
}

/** After how long the topology is looked at again where a channel found no node, in milliseconds. */
const AGAIN_MS = 100

/** The clients that carry the shard channels of a cluster, one at each node that has some. */
export class ShardClients implements HostSubscriberGroup {
  readonly #parts: ShardClientsParts
  readonly #clients = new Map<string, HostRedis>()
  /** The node that each channel was subscribed at last. */
  readonly #channels = new Map<string, string | undefined>()
  /** Channels whose subscription may have ended. */
  readonly #ended = new Set<string>()
  readonly #overlaps = new Map<string, ShardOverlap>()
  #again: Timer | undefined
  #isStarted = false

  constructor(parts: ShardClientsParts) {
    this.#parts = parts
  }

  getResponsibleSubscriber(slot: number): { getInstance(): HostRedis | null } | undefined {
    const redis = this.#clientAt(this.#ownerOf(slot))
    return redis && { getInstance: () => redis }
  }

  addChannels(channels: readonly unknown[]): number {
    const slot = commonSlot(channels)
    if (slot === undefined) return -1
    for (const channel of channels) this.#channels.set(String(channel), this.#ownerOf(slot))
    return this.#channels.size
  }

  removeChannels(channels: readonly unknown[]): number {
    if (commonSlot(channels) === undefined) return -1
    for (const channel of channels) {
      this.#channels.delete(String(channel))
      this.#ended.delete(String(channel))
    }
    return this.#channels.size
  }

  /** Slots may have another owner: their channels follow. */
  async reset(): Promise<void> {
    if (!this.#isStarted) return
    await Promise.all([...this.#channels].map(([channel, from]) => this.#carry(channel, from)))
    this.#parts.cluster.emit('subscribersReady')
  }

  async start(): Promise<void> {
    this.#isStarted = true
    await this.reset()
  }

  /** Channels are subscribed again when it starts again. */
  stop(): void {
    this.#isStarted = false
    this.#again?.dispose()
    for (const channel of this.#channels.keys()) this.#channels.set(channel, undefined)
    for (const redis of this.#clients.values()) redis.disconnect()
    this.#clients.clear()
  }

  /** Subscribes at the owner before the node is left that had the channel. */
  async #carry(channel: string, from: string | undefined): Promise<void> {
    const to = this.#ownerOf(slotOf(channel))
    const redis = this.#clientAt(to)
    if (to === undefined || redis === undefined) return this.#lookAgain()
    if (to === from && !this.#ended.has(channel)) return
    const before = from === undefined || from === to ? undefined : this.#clients.get(from)
    this.#channels.set(channel, to)
    this.#ended.delete(channel)
    this.#overlaps.set(channel, new ShardOverlap())
    try {
      await this.#subscribe(redis, channel)
      if (before !== undefined) await this.#send(before, 'sunsubscribe', channel).catch(() => {})
      this.#overlaps.delete(channel)
    } catch (error) {
      const mayFollow = this.#parts.redirects.follow(error, to)
      if (this.#channels.get(channel) !== to) return
      this.#channels.set(channel, from)
      this.#ended.add(channel)
      if (!mayFollow) return this.#lookAgain()
      await this.#carry(channel, from)
    }
  }

  async #subscribe(redis: HostRedis, channel: string): Promise<void> {
    const { session, current } = linkOf(redis)
    const isKnown = session.subscriptions.listenersOf('SHARDED').has(channel)
    // Only the server may know that it has ended. Where it has not, to ask again does no harm.
    if (isKnown && current !== undefined) await current.physical.subscribe('SHARDED', [channel])
    else await this.#send(redis, 'ssubscribe', channel)
  }

  async #send(redis: HostRedis, name: string, channel: string): Promise<void> {
    const command = new this.#parts.Command(name, [channel])
    redis.sendCommand(command)
    await command.promise
  }

  #clientAt(key: string | undefined): HostRedis | undefined {
    if (key === undefined) return undefined
    const { cluster, nodes } = this.#parts
    const known = this.#clients.get(key)
    const node = known === undefined ? cluster.connectionPool.getInstanceByKey(key) : undefined
    if (node === undefined) return known
    const redis = nodes.makeSubscriber(node, 'ssubscriber')
    this.#clients.set(key, redis)
    redis.on('error', error => cluster.emit('nodeError', error, key))
    redis.on('moved', () => {
      // The node itself knows the next owner.
      if (this.#endAt(key) && this.#isStarted) void this.reset()
    })
    redis.once('end', () => {
      if (this.#clients.get(key) === redis) this.#clients.delete(key)
      cluster.emit('-subscriber')
      if (this.#endAt(key) && this.#isStarted) cluster.refreshSlotsCache(() => void this.reset())
    })
    redis.on('smessageBuffer', (channel: Buffer, message: Buffer) => {
      if (this.#overlaps.get(channel.toString())?.isRepeated(key, message) === true) return
      cluster.emit('smessage', channel.toString(), message.toString())
      cluster.emit('smessageBuffer', channel, message)
    })
    cluster.emit('+subscriber')
    return redis
  }

  /** A node no longer carries channels: some, which it does not say, or all. Returns whether it carried any. */
  #endAt(key: string): boolean {
    const lost = [...this.#channels].filter(([, node]) => node === key)
    for (const [channel] of lost) this.#ended.add(channel)
    return lost.length > 0
  }

  #lookAgain(): void {
    const { clock, cluster } = this.#parts
    this.#again?.dispose()
    this.#again = clock.after(AGAIN_MS, () => {
      if (this.#isStarted) cluster.refreshSlotsCache(() => void this.reset())
    })
  }

  #ownerOf(slot: number): string | undefined {
    return this.#parts.cluster.slots[slot]?.[0]
  }
}

/** The slot of channels; `undefined` where they are of several. */
function commonSlot(channels: readonly unknown[]): number | undefined {
  const slots = new Set(channels.map(channel => slotOf(String(channel))))
  const [slot] = slots
  return slots.size === 1 ? slot : undefined
}
