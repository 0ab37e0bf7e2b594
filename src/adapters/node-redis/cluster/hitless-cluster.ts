import type {
  RedisClusterOptions,
  RedisClusterType,
  RedisFunctions,
  RedisModules,
  RedisScripts,
  RespVersions,
  TypeMapping,
} from '@redis/client'
import * as redis from '@redis/client'
import type { OwnOptions } from '../../../core/options/maint-options.js'
import type { ClusterMaint } from '../../../engine/maint/cluster-maint.js'
import { createNodeRedisAdapter } from '../adapter.js'
import type { DefaultProtocol, None } from '../drop-in/hitless-client.js'

type ClusterClientOptions = NonNullable<RedisClusterOptions['defaults']>

type ClusterCommandOptions<MAPPING extends TypeMapping> = NonNullable<
  RedisClusterOptions<RedisModules, RedisFunctions, RedisScripts, RespVersions, MAPPING>['commandOptions']
>

/** The options of a cluster of `@redis/client`, and what this library adds: `maintNotifications` and `hitless`. */
export type HitlessClusterOptions<
  M extends RedisModules = RedisModules,
  F extends RedisFunctions = RedisFunctions,
  S extends RedisScripts = RedisScripts,
  RESP extends RespVersions = DefaultProtocol,
  TYPE_MAPPING extends TypeMapping = TypeMapping,
> = Omit<RedisClusterOptions<M, F, S, RESP, TYPE_MAPPING>, 'defaults'> &
  Pick<OwnOptions, 'maintNotifications' | 'hitless'> & {
    /** What counts for each node; ours count first where they stand beside it. Default: the host's. */
    defaults?: Omit<ClusterClientOptions, 'maintNotifications'> & Pick<OwnOptions, 'maintNotifications' | 'hitless'>
  }

/** A cluster of `@redis/client` whose connections can be handed off, with its `maint` member. */
export type HitlessCluster<
  M extends RedisModules = None,
  F extends RedisFunctions = None,
  S extends RedisScripts = None,
  RESP extends RespVersions = DefaultProtocol,
  TYPE_MAPPING extends TypeMapping = None,
> = {
  /** Typed events, hooks and status of maintenance, of all nodes together. */
  readonly maint: ClusterMaint
  /** As that of the host. */
  connect(): Promise<HitlessCluster<M, F, S, RESP, TYPE_MAPPING>>
  /** Another cluster with the same options, ours among them, but for those given. It is not connected. */
  duplicate<
    M2 extends RedisModules = M,
    F2 extends RedisFunctions = F,
    S2 extends RedisScripts = S,
    RESP2 extends RespVersions = RESP,
    TYPE_MAPPING2 extends TypeMapping = TYPE_MAPPING,
  >(
    overrides?: Partial<HitlessClusterOptions<M2, F2, S2, RESP2, TYPE_MAPPING2>>,
  ): HitlessCluster<M2, F2, S2, RESP2, TYPE_MAPPING2>
  /** A view of this cluster: it acts on the same connections. So are the others. */
  withCommandOptions<OPTIONS extends ClusterCommandOptions<MAPPING>, MAPPING extends TypeMapping>(
    options: OPTIONS,
  ): HitlessCluster<M, F, S, RESP, MAPPING>
  withTypeMapping<MAPPING extends TypeMapping>(typeMapping: MAPPING): HitlessCluster<M, F, S, RESP, MAPPING>
} & RedisClusterType<M, F, S, RESP, TYPE_MAPPING>

const adapter = createNodeRedisAdapter(redis)

/**
 * Creates a cluster: a drop-in for `createCluster` of `@redis/client`. It is the host's own; the connections to its nodes are
 * those of `createClient`.
 *
 * @param options - The host's options, `maintNotifications` and `hitless`, which count for all nodes. No object passed in is
 * changed.
 * @throws HitlessError as `createClient`.
 */
export function createCluster<
  M extends RedisModules = None,
  F extends RedisFunctions = None,
  S extends RedisScripts = None,
  RESP extends RespVersions = DefaultProtocol,
  TYPE_MAPPING extends TypeMapping = None,
>(options: HitlessClusterOptions<M, F, S, RESP, TYPE_MAPPING>): HitlessCluster<M, F, S, RESP, TYPE_MAPPING> {
  return adapter.createCluster(options as never) as unknown as HitlessCluster<M, F, S, RESP, TYPE_MAPPING>
}

export type { ClusterMaint, ClusterMaintStatus, ClusterNodeStatus } from '../../../engine/maint/cluster-maint.js'
export type { FacadeCluster } from './cluster.js'
