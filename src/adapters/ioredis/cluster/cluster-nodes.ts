import { backoffMs } from '../../../base/backoff.js'
import type { OwnOptions } from '../../../core/options/maint-options.js'
import type { Link } from '../../../engine/link/link.js'
import { asUnsent } from '../../../engine/topology/cluster/unsent.js'
import { connectionClosed } from '../ioredis-connection.js'
import type { HostRedis, IoredisOptions } from '../ioredis-module.js'
import { type HitlessRedisClass, linkOf } from '../redis-class.js'
import type { HostCluster, HostNodeOptions } from './ioredis-cluster-seams.js'

/** What the clients of the nodes of one cluster are made with. */
export interface ClusterNodesParts {
  readonly cluster: HostCluster
  /** The class of its clients, which tell the cluster what they hear. */
  readonly NodeRedis: HitlessRedisClass
  readonly own: OwnOptions
  /** Whether a node that has gone is waited for where the application has no say in that. */
  readonly waitsForNodes: boolean
}

/**
 * How often a node that has gone is tried, and with which pauses in milliseconds: meanwhile it keeps what it is given. Where all
 * have gone the host connects again, perhaps to other addresses.
 */
const RETRY = { most: 20, mostWhereAllHaveGone: 2, firstMs: 50, longestMs: 500 } as const

/** The clients of one cluster: those of its nodes, and those that subscribe. */
export class ClusterNodes {
  readonly #parts: ClusterNodesParts
  readonly #clients = new Set<HostRedis>()
  /** Whether no node answered the last time. */
  #haveAllGone = false

  constructor(parts: ClusterNodesParts) {
    this.#parts = parts
    const { connectionPool: pool } = parts.cluster
    pool.createRedisFromOptions = (node, readOnly) => {
      const redis = this.#makeNode(node, readOnly)
      pool.hooks?.onCreate?.(redis, readOnly)
      return redis
    }
  }

  /** The links of those that were asked to connect and have not ended. */
  get links(): readonly Link[] {
    return [...this.#clients].filter(({ status }) => status !== 'wait').map(linkOf)
  }

  /** A client that subscribes at the node of another one. It is connected at once, and once. */
  makeSubscriber({ options }: HostRedis, name: string): HostRedis {
    const { host, port, username, password, tls, protocol, replyMapping, connectionName, family } = options
    return this.#make({
      ...definedOf({ host, port, username, password, tls, protocol, replyMapping, family }),
      connectionName: connectionName
        ? `ioredis-cluster(${name}):${String(connectionName)}`
        : `ioredis-cluster(${name})`,
      lazyConnect: true,
      retryStrategy: null,
      ...this.#parts.own,
    })
  }

  /** As the host makes it, except that it waits for a node that has gone, for some seconds. */
  #makeNode(node: HostNodeOptions, readOnly: boolean | undefined): HostRedis {
    const { cluster, own, waitsForNodes } = this.#parts
    const { redisOptions, clusterNodeRetryStrategy: strategy = null, himportFieldsets } = cluster.options
    const redis: HostRedis = this.#make({
      lazyConnect: true,
      ...definedOf(redisOptions ?? {}),
      ...definedOf(node),
      ...definedOf({ himportFieldsets }),
      ...own,
      ...definedOf({ readOnly }),
      enableOfflineQueue: true,
      retryStrategy:
        typeof strategy === 'function' || !waitsForNodes ? strategy : times => this.#retryAfter(redis, times),
    })
    const { disconnect } = redis
    redis.disconnect = reconnect => {
      // The node has left, unless the application ends the cluster: what was never written goes to the next owner.
      if (cluster.status === 'ready' && reconnect !== true) linkOf(redis).dispatcher.close(asUnsent(connectionClosed()))
      disconnect.call(redis, reconnect)
    }
    return redis
  }

  /** What the node owned may have another owner by now. What is read from a replica is read elsewhere, as with the host. */
  #retryAfter({ options }: HostRedis, times: number): number | null {
    const { cluster } = this.#parts
    const most = this.#haveAllGone ? RETRY.mostWhereAllHaveGone : RETRY.most
    if (cluster.status !== 'ready' || times > most || options.readOnly === true) return null
    cluster.refreshSlotsCache(error => {
      this.#haveAllGone = error instanceof Error
    })
    return backoffMs(RETRY, times - 1)
  }

  #make(options: IoredisOptions): HostRedis {
    const redis = new this.#parts.NodeRedis(options)
    this.#clients.add(redis)
    redis.once('end', () => this.#clients.delete(redis))
    return redis
  }
}

/** The host takes an option that is `undefined` as one that is not given. */
function definedOf(options: object): object {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}
