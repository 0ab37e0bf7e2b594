import type { Clock } from '../../../base/clock.js'
import type { Random } from '../../../base/random.js'
import { passSignalOn } from '../../../engine/link/incoming-notifications.js'
import type { HostCommandClass, HostRedis } from '../ioredis-module.js'
import { linkOf } from '../redis-class.js'
import type { ClusterNodes } from './cluster-nodes.js'
import type { HostCluster, HostClusterSubscriber } from './ioredis-cluster-seams.js'

/** What the client needs that carries channels and patterns. */
export interface ChannelClientParts {
  readonly cluster: HostCluster
  readonly nodes: ClusterNodes
  readonly Command: HostCommandClass
  readonly clock: Clock
  readonly random: Random
}

/** Channels and patterns, by the commands that subscribe to them. */
type Subscribed = readonly (readonly [string, readonly string[]])[]

const EVENTS = ['message', 'messageBuffer', 'pmessage', 'pmessageBuffer'] as const

/** How long the hand-off to another node may take, in milliseconds. */
const GRACE_MS = 5_000

/**
 * The client that carries the channels and patterns of a cluster, at any of its nodes. It is handed off when its node leaves:
 * it subscribes at another node before, and messages come once.
 */
export class ChannelClient implements HostClusterSubscriber {
  readonly #parts: ChannelClientParts
  #redis: HostRedis | null = null
  #key = ''
  #isStarted = false
  /** What the next client subscribes to, where there is none: after `disconnect()`, and while no node is known. */
  #kept: Subscribed = []

  constructor(parts: ChannelClientParts) {
    this.#parts = parts
    const { connectionPool: pool } = parts.cluster
    pool.on('-node', (_, key) => {
      if (this.#isStarted && key === this.#key) this.#leave()
    })
    pool.on('+node', () => {
      if (this.#isStarted && this.#redis === null) this.#choose(this.#kept)
    })
  }

  getInstance(): HostRedis | null {
    return this.#redis
  }

  start(): void {
    this.#isStarted = true
    this.#choose(this.#kept)
  }

  stop(): void {
    this.#isStarted = false
    if (this.#redis !== null) this.#kept = keysOf(this.#redis)
    this.#redis?.disconnect()
    this.#redis = null
  }

  /** The node has left; its server may serve for a while. */
  #leave(): void {
    const next = this.#sample()
    const link = this.#redis?.status === 'ready' ? linkOf(this.#redis) : undefined
    if (next === undefined || link === undefined) return
    const { host = '', port = 0 } = next.options
    this.#key = keyOf(next)
    passSignalOn([link], { type: 'moving', endpoint: { host, port }, graceMs: GRACE_MS }, this.#parts.clock)
  }

  #sample(): HostRedis | undefined {
    const { cluster, random } = this.#parts
    const nodes = cluster.connectionPool.getNodes().filter(node => keyOf(node) !== this.#key)
    const all = nodes.length > 0 ? nodes : cluster.connectionPool.getNodes()
    return all[Math.floor(random() * all.length)]
  }

  /** Takes another client, which subscribes again to what the last one had. */
  #choose(keys: Subscribed): void {
    const before = this.#redis
    this.#redis = null
    before?.disconnect()
    const { cluster, nodes, Command } = this.#parts
    const node = this.#sample()
    this.#kept = node === undefined ? keys : []
    if (node === undefined) return
    const redis = nodes.makeSubscriber(node, 'subscriber')
    this.#redis = redis
    this.#key = keyOf(node)
    redis.on('error', () => {})
    redis.once('end', () => {
      if (this.#isStarted && this.#redis === redis) this.#choose(keysOf(redis))
    })
    redis.on('moved', () => cluster.emit('forceRefresh'))
    for (const event of EVENTS) redis.on(event, (...given) => cluster.emit(event, ...given))
    for (const [name, channels] of keys) {
      const command = new Command(name, [...channels])
      command.promise.catch(() => {})
      redis.sendCommand(command)
    }
  }
}

function keyOf({ options: { host, port } }: HostRedis): string {
  return `${host}:${port}`
}

/** What a client is subscribed to, by the commands for it. */
function keysOf(redis: HostRedis): Subscribed {
  const { subscriptions } = linkOf(redis).session
  const commands = [
    ['subscribe', [...subscriptions.listenersOf('CHANNELS').keys()]],
    ['psubscribe', [...subscriptions.listenersOf('PATTERNS').keys()]],
  ] as const
  return commands.filter(([, keys]) => keys.length > 0)
}
