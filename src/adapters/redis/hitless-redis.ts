import type {
  RedisDefaultModules,
  RedisFunctions,
  RedisModules,
  RedisPoolOptions,
  RedisScripts,
  RespVersions,
  TypeMapping,
} from 'redis'
import * as redis from 'redis'
import { createNodeRedisAdapter } from '../node-redis/adapter.js'
import type { HitlessCluster as GenericCluster, HitlessClusterOptions } from '../node-redis/cluster/hitless-cluster.js'
import type {
  DefaultProtocol,
  HitlessClient as GenericClient,
  HitlessClientPool as GenericPool,
  HitlessClientOptions,
  None,
} from '../node-redis/drop-in/hitless-client.js'
import type { HostModule } from '../node-redis/host-module.js'

/** A client of `redis`, with its modules, whose connection can be handed off. */
export type HitlessClient<
  M extends RedisModules = None,
  F extends RedisFunctions = None,
  S extends RedisScripts = None,
  RESP extends RespVersions = DefaultProtocol,
  TYPE_MAPPING extends TypeMapping = None,
> = GenericClient<RedisDefaultModules & M, F, S, RESP, TYPE_MAPPING>

/** A pool of `redis`, with its modules, whose connections can be handed off. */
export type HitlessClientPool<
  M extends RedisModules = None,
  F extends RedisFunctions = None,
  S extends RedisScripts = None,
  RESP extends RespVersions = DefaultProtocol,
  TYPE_MAPPING extends TypeMapping = None,
> = GenericPool<RedisDefaultModules & M, F, S, RESP, TYPE_MAPPING>

// The functions of `redis` are those of `@redis/client` with modules added to the options; the adapter sees neither.
const adapter = createNodeRedisAdapter(redis as unknown as HostModule)

/**
 * Creates a client: a drop-in for `createClient` of `redis`, whose connection moves before its server closes it.
 *
 * @param options - The host's options, `maintNotifications` and `hitless`. No object passed in is changed.
 * @throws HitlessError `OPTIONS_INVALID` for an invalid option or environment variable, `MAINT_UNSUPPORTED` where
 * notifications are `enabled` on RESP2 or a unix socket, `HOST_UNSUPPORTED` where the version of `redis` does not fit.
 */
export function createClient<
  M extends RedisModules = None,
  F extends RedisFunctions = None,
  S extends RedisScripts = None,
  RESP extends RespVersions = DefaultProtocol,
  TYPE_MAPPING extends TypeMapping = None,
>(options?: HitlessClientOptions<M, F, S, RESP, TYPE_MAPPING>): HitlessClient<M, F, S, RESP, TYPE_MAPPING> {
  // The facade is the host's own client object, so its static type is the host's; only the options are seen loosely inside.
  return adapter.createClient(options as never) as unknown as HitlessClient<M, F, S, RESP, TYPE_MAPPING>
}

/**
 * Creates a pool: a drop-in for `createClientPool` of `redis`. Each connection moves before its server closes it, while
 * the others serve.
 *
 * @param clientOptions - The host's options, `maintNotifications` and `hitless`.
 * @param poolOptions - The host's pool options.
 * @throws HitlessError as {@link createClient}.
 */
export function createClientPool<
  M extends RedisModules = None,
  F extends RedisFunctions = None,
  S extends RedisScripts = None,
  RESP extends RespVersions = DefaultProtocol,
  TYPE_MAPPING extends TypeMapping = None,
>(
  clientOptions?: Omit<HitlessClientOptions<M, F, S, RESP, TYPE_MAPPING>, 'clientSideCache'>,
  poolOptions?: Partial<RedisPoolOptions>,
): HitlessClientPool<M, F, S, RESP, TYPE_MAPPING> {
  // As with clients: the host's own object, seen loosely inside.
  const pool = adapter.createClientPool(clientOptions as never, poolOptions)
  return pool as unknown as HitlessClientPool<M, F, S, RESP, TYPE_MAPPING>
}

/** A cluster of `redis`, with its modules, whose connections can be handed off. */
export type HitlessCluster<
  M extends RedisModules = None,
  F extends RedisFunctions = None,
  S extends RedisScripts = None,
  RESP extends RespVersions = DefaultProtocol,
  TYPE_MAPPING extends TypeMapping = None,
> = GenericCluster<RedisDefaultModules & M, F, S, RESP, TYPE_MAPPING>

/**
 * Creates a cluster: a drop-in for `createCluster` of `redis`. It is the host's own; the connections to its nodes are those
 * of {@link createClient}.
 *
 * @param options - The host's options, `maintNotifications` and `hitless`, which count for all nodes. No object passed in is
 * changed.
 * @throws HitlessError as {@link createClient}.
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

export { createNodeRedisAdapter } from '../node-redis/adapter.js'
export type {
  ClusterMaint,
  ClusterMaintStatus,
  ClusterNodeStatus,
  FacadeCluster,
  HitlessClusterOptions,
} from '../node-redis/cluster/hitless-cluster.js'
export type {
  FacadeClient,
  FacadePool,
  HandoffQueueStatus,
  HitlessClientOptions,
  Maint,
  MaintStatus,
  NodeRedisAdapter,
  PoolMaint,
  PoolMaintStatus,
} from '../node-redis/drop-in/hitless-client.js'
export { SUPPORTED_HOST_VERSIONS } from '../node-redis/internals.js'
