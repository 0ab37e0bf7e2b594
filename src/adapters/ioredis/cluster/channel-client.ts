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
  /** What a client is still to subscribe to: there is none, as after `disconnect()`, or its node has not answered yet. */
  #kept: Subscribed = []

  constructor(parts: ChannelClientParts) {
    this.#parts = parts
    const { connectionPool: pool } = parts.cluster
    pool.on('-node', (_, key) => {
      if (this.#isStarted && key === this.#key) this.#leave()
    })
    pool.on('+node', () => {
      if (this.#isStarted && this.#redis === null) this.#choose()
    })
  }

  getInstance(): HostRedis | null {
    return this.#redis
  }

  start(): void {
    this.#isStarted = true
    this.#choose()
  }

  stop(): void {
    this.#isStarted = false
    this.#take()?.disconnect()
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

  /** Takes the client away, and keeps what it had, or should have. */
  #take(): HostRedis | undefined {
    const redis = this.#redis ?? undefined
    this.#redis = null
    if (redis !== undefined) this.#kept = merged([...this.#kept, ...keysOf(redis)])
    return redis
  }

  /** Takes another client, which subscribes again to what the last one had. */
  #choose(): void {
    this.#take()?.disconnect()
    const { cluster, nodes, Command } = this.#parts
    const node = this.#sample()
    if (node === undefined) return
    const redis = nodes.makeSubscriber(node, 'subscriber')
    this.#redis = redis
    this.#key = keyOf(node)
    redis.on('error', () => {})
    redis.once('end', () => {
      if (this.#isStarted && this.#redis === redis) this.#choose()
    })
    redis.on('moved', () => cluster.emit('forceRefresh'))
    for (const event of EVENTS) redis.on(event, (...given) => cluster.emit(event, ...given))
    for (const entry of this.#kept) {
      const [name, channels] = entry
      const command = new Command(name, [...channels])
      const done = (): void => {
        if (this.#redis === redis) this.#kept = this.#kept.filter(kept => kept !== entry)
      }
      // Where it fails the next client is to subscribe to it.
      command.promise.then(done, () => {})
      redis.sendCommand(command)
    }
  }
}

function keyOf({ options: { host, port } }: HostRedis): string {
  return `${host}:${port}`
}

/** The same with each command once, and each channel once. */
function merged(all: Subscribed): Subscribed {
  const byCommand = new Map<string, Set<string>>()
  for (const [name, keys] of all) byCommand.set(name, new Set([...(byCommand.get(name) ?? []), ...keys]))
  return [...byCommand].map(([name, keys]) => [name, [...keys]] as const)
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
