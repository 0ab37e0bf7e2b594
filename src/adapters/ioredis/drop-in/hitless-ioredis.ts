import type { ClusterNode, ClusterOptions, Redis as Host, Cluster as HostCluster, RedisOptions } from 'ioredis'
import * as ioredis from 'ioredis'
import type { OwnOptions } from '../../../core/options/maint-options.js'
import type { AdapterOptions } from '../../../engine/link/client-context.js'
import type { ClusterMaint } from '../../../engine/maint/cluster-maint.js'
import type { Maint } from '../../../engine/maint/maint-status.js'
import type { IoredisClusterModule } from '../cluster/ioredis-cluster-seams.js'
import { createIoredisAdapter as createAdapter } from '../ioredis-adapter.js'

/** In which shape the host gives answers. */
export type ReplyMapping = 'legacy' | 'resp3'

/** The options of `ioredis`, and what this library adds: `maintNotifications` and `hitless`. */
export type HitlessRedisOptions = RedisOptions & Pick<OwnOptions, 'maintNotifications' | 'hitless'>

/** The shape that options ask for. */
type MappingOf<Current extends ReplyMapping, Options> = Options extends {
  readonly replyMapping: infer Asked extends ReplyMapping
}
  ? Asked
  : Current

/** A client of `ioredis` whose connection can be handed off, with its `maint` member. */
export interface HitlessRedis<Mapping extends ReplyMapping = 'legacy'> extends Host<Mapping> {
  /** Typed events, hooks and status of maintenance. */
  readonly maint: Maint
  /** Another client with the same options, ours among them, but for those given. */
  duplicate<Override extends Partial<HitlessRedisOptions> | undefined = undefined>(
    override?: Override,
  ): HitlessRedis<MappingOf<Mapping, Override>>
}

type WithMapping<Mapping extends ReplyMapping> = HitlessRedisOptions & { readonly replyMapping?: Mapping | undefined }

/** The options of a cluster of `ioredis`; those of this library may stand beside them, or in `redisOptions`. */
export type HitlessClusterOptions = Omit<ClusterOptions, 'redisOptions'> &
  Pick<OwnOptions, 'maintNotifications' | 'hitless'> & {
    /** What counts for each node; ours count first where they stand beside it. Default: the host's. */
    readonly redisOptions?: NonNullable<ClusterOptions['redisOptions']> &
      Pick<OwnOptions, 'maintNotifications' | 'hitless'>
  }

/** The shape that options of a cluster ask for. */
type ClusterMappingOf<Current extends ReplyMapping, Options> = Options extends { readonly redisOptions: infer Redis }
  ? MappingOf<Current, Redis>
  : Current

type ClusterWithMapping<Mapping extends ReplyMapping> = HitlessClusterOptions & {
  readonly redisOptions?: { readonly replyMapping?: Mapping | undefined } | undefined
}

/** A cluster of `ioredis` whose connections can be handed off, with its `maint` member. */
export interface HitlessCluster<Mapping extends ReplyMapping = 'legacy'> extends HostCluster<Mapping> {
  /** Typed events, hooks and status of maintenance, of all nodes together. */
  readonly maint: ClusterMaint
  /** Another cluster with the same nodes and options, ours among them, but for those given. */
  duplicate<Override extends Partial<HitlessClusterOptions> | undefined = undefined>(
    nodes?: ClusterNode[],
    override?: Override,
  ): HitlessCluster<ClusterMappingOf<Mapping, Override>>
}

/** The class of such clusters: a subclass of the host's `Cluster`, with the same parameters. */
export interface HitlessClusterConstructor {
  readonly prototype: HitlessCluster
  new <Mapping extends ReplyMapping = 'legacy'>(
    nodes: ClusterNode[],
    options?: ClusterWithMapping<Mapping>,
  ): HitlessCluster<Mapping>
}

/** The class of such clients: a subclass of the host's `Redis`, with the same parameters. */
export interface HitlessRedisConstructor extends Pick<typeof Host, 'Command'> {
  /** The class of clusters, as with the host. */
  readonly Cluster: HitlessClusterConstructor
  readonly prototype: HitlessRedis
  new <Mapping extends ReplyMapping = 'legacy'>(
    port: number,
    host: string,
    options: WithMapping<Mapping>,
  ): HitlessRedis<Mapping>
  new <Mapping extends ReplyMapping = 'legacy'>(
    place: number | string,
    options: WithMapping<Mapping>,
  ): HitlessRedis<Mapping>
  new <Mapping extends ReplyMapping = 'legacy'>(options: WithMapping<Mapping>): HitlessRedis<Mapping>
  new (port: number, host: string): HitlessRedis
  new (place?: number | string): HitlessRedis
  /** As `new`. */
  createClient(...given: ConstructorParameters<HitlessRedisConstructor>): HitlessRedis
}

/** Makes clients over one version of the host library. */
export interface IoredisAdapter {
  /** A subclass of the host's `Redis`. */
  readonly Redis: HitlessRedisConstructor
  /** A subclass of the host's `Cluster`, which `Redis` has as a member too. */
  readonly Cluster: HitlessClusterConstructor
}

/**
 * Creates an adapter over a copy of `ioredis` that is handed in. Its clients share what belongs to their database with all
 * others in the process, of whatever host library.
 *
 * @throws HitlessError `HOST_UNSUPPORTED` where the version does not fit.
 */
export function createIoredisAdapter(module: object, options?: AdapterOptions): IoredisAdapter {
  // The adapter's view of the host is structural, and checked there.
  return createAdapter(module as IoredisClusterModule, options) as unknown as IoredisAdapter
}

const adapter = createIoredisAdapter(ioredis)

/**
 * A drop-in for `Redis` of `ioredis`, whose connection moves before its server closes it. The constructor takes the host's
 * options, `maintNotifications` and `hitless`; no object passed in is changed. It throws a HitlessError `OPTIONS_INVALID` for
 * an invalid option or environment variable, and `MAINT_UNSUPPORTED` where notifications are `enabled` and cannot be had.
 */
export const Redis: HitlessRedisConstructor = adapter.Redis

/**
 * A drop-in for `Cluster` of `ioredis`: the host's own, whose connections to its nodes are those of {@link Redis}. The
 * constructor takes the host's options, `maintNotifications` and `hitless`, which count for all nodes; it throws as that of
 * `Redis`.
 */
export const Cluster: HitlessClusterConstructor = adapter.Cluster

/** A cluster, by the name of its class. */
export type Cluster<Mapping extends ReplyMapping = 'legacy'> = HitlessCluster<Mapping>

/** A client, by the name of its class. */
export type Redis<Mapping extends ReplyMapping = 'legacy'> = HitlessRedis<Mapping>

export type { AdapterOptions } from '../../../engine/link/client-context.js'
export type { ClusterMaint, ClusterMaintStatus, ClusterNodeStatus } from '../../../engine/maint/cluster-maint.js'
export type { Maint, MaintStatus } from '../../../engine/maint/maint-status.js'
export type { Recording, RecordOptions } from '../../../engine/maint/recording-types.js'
export { SUPPORTED_IOREDIS_VERSIONS } from '../ioredis-module.js'
// biome-ignore lint/style/noDefaultExport: a drop-in has the exports of its host
export { Redis as default }
