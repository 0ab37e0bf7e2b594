import type { EventEmitter } from 'node:events'
import { assertSeams, type Seam, seam } from '../../../base/seam.js'
import type { OwnOptions } from '../../../core/options/maint-options.js'
import type { HostCommand, HostRedis, IoredisModule, IoredisOptions } from '../ioredis-module.js'
import { SEAM_OWNER } from '../ioredis-seams.js'

/** A node as the host's pool takes it. */
export interface HostNodeOptions {
  host: string
  port: number
  readOnly?: boolean
  readonly [option: string]: unknown
}

/** Where the host keeps the clients of the nodes. */
export interface HostConnectionPool extends EventEmitter {
  readonly nodes: { readonly all: Record<string, HostRedis>; readonly master: Record<string, HostRedis> }
  getNodes(role?: 'all' | 'master' | 'slave'): HostRedis[]
  getInstanceByKey(key: string): HostRedis | undefined
  findOrCreate(node: HostNodeOptions, readOnly?: boolean): HostRedis
  removeNode(key: string): void
  createRedisFromOptions(node: HostNodeOptions, readOnly: boolean | undefined): HostRedis
  readonly hooks?: { onCreate?(redis: HostRedis, readOnly: boolean | undefined): void }
}

/** The client that carries the channels and patterns of a cluster. */
export interface HostClusterSubscriber {
  getInstance(): HostRedis | null
  start(): void
  stop(): void
}

/** The clients that carry the shard channels of a cluster. */
export interface HostSubscriberGroup {
  getResponsibleSubscriber(slot: number): { getInstance(): HostRedis | null } | undefined
  /** They return -1 where the channels are of several slots. */
  addChannels(channels: readonly unknown[]): number
  removeChannels(channels: readonly unknown[]): number
  reset(slots: readonly (readonly string[])[], nodes: readonly HostRedis[]): Promise<void>
  start(): Promise<unknown>
  stop(): void
}

/** What the host does about the answers of a node that lead elsewhere. */
export interface HostRedirectHandlers {
  moved(slot: number | string, key: string): void
  readonly [name: string]: unknown
}

/** How often something may still be redirected. The host begins with its option where there is no number. */
export interface RedirectsLeft {
  value?: number
}

/** The host's options of a cluster, as far as the adapter reads them, and ours among them. */
export interface IoredisClusterOptions extends OwnOptions {
  readonly redisOptions?: IoredisOptions
  readonly shardedSubscribers?: boolean
  readonly maxRedirections?: number
  readonly clusterNodeRetryStrategy?: ((times: number, reason?: Error) => unknown) | null
  readonly [option: string]: unknown
}

/** The host's cluster, as far as the adapter uses it. */
export interface HostCluster extends EventEmitter {
  readonly options: IoredisClusterOptions
  readonly startupNodes: readonly unknown[]
  status: string
  /** The nodes of each slot, its owner first, as keys of the pool. Slots of one range share an array. */
  slots: string[][]
  readonly _groupsIds: Record<string, number>
  readonly _groupsBySlot: (number | undefined)[]
  readonly connectionPool: HostConnectionPool
  subscriber: HostClusterSubscriber
  shardedSubscribers?: HostSubscriberGroup
  readonly subscriberGroupEmitter?: EventEmitter
  natMapper(node: string | { host: string; port: number }): HostNodeOptions
  nodes(role?: 'all' | 'master' | 'slave'): HostRedis[]
  connect(): Promise<void>
  disconnect(reconnect?: boolean): void
  duplicate(nodes?: readonly unknown[], options?: object): HostCluster
  sendCommand(command: HostCommand, stream?: object, node?: unknown): unknown
  refreshSlotsCache(callback?: (error?: Error | null) => void): void
  handleError(error: Error, left: RedirectsLeft, handlers: HostRedirectHandlers): void
  getInfoFromNode(redis: HostRedis | undefined, callback: (error?: Error | null) => void): void
}

/** The class of the host's clusters. */
export type HostClusterClass = new (nodes: readonly unknown[], options?: object) => HostCluster

/** The host library's module, with its clusters. */
export interface IoredisClusterModule extends IoredisModule {
  readonly Cluster: HostClusterClass
}

/** All that the adapter relies on inside the host's cluster, as spec/ioredis.md lists it. */
export const IOREDIS_CLUSTER_SEAMS: readonly Seam<HostCluster>[] = [
  seam('connectionPool.createRedisFromOptions', 'makes the clients of the nodes', ({ connectionPool }) =>
    takes(connectionPool.createRedisFromOptions, 2),
  ),
  seam(
    'connectionPool.nodes',
    'reads and adds nodes',
    ({ connectionPool: { nodes, findOrCreate, getInstanceByKey, removeNode } }) =>
      [nodes.all, nodes.master].every(isObject) &&
      [findOrCreate, getInstanceByKey, removeNode].every(member => takes(member, 1)),
  ),
  seam(
    'slots',
    'reads and changes which node owns a slot',
    ({ slots, _groupsIds, _groupsBySlot }) => [slots, _groupsBySlot].every(Array.isArray) && isObject(_groupsIds),
  ),
  seam('getInfoFromNode', 'learns when a node was asked for the topology', ({ getInfoFromNode }) =>
    takes(getInfoFromNode, 2),
  ),
  seam(
    'refreshSlotsCache',
    'has the cluster look again, and decides when',
    ({ refreshSlotsCache, natMapper }) => takes(refreshSlotsCache, 1) && takes(natMapper, 1),
  ),
  seam('handleError', 'learns what nodes answer before the host acts on it', ({ handleError }) =>
    takes(handleError, 3),
  ),
  seam('subscriber', 'carries channels and patterns on a client of its own', ({ subscriber }) =>
    ['getInstance', 'start', 'stop'].every(name => takes(Reflect.get(subscriber, name), 0)),
  ),
]

/**
 * Checks that a cluster of the host has what the adapter needs; once for each class.
 *
 * @throws HitlessError `HOST_UNSUPPORTED` naming what is missing and the supported versions.
 */
export function assertClusterSupported(hostClass: object, sample: HostCluster): void {
  assertSeams(IOREDIS_CLUSTER_SEAMS, hostClass, () => sample, SEAM_OWNER)
}

function takes(value: unknown, atLeast: number): boolean {
  return typeof value === 'function' && value.length >= atLeast
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}
