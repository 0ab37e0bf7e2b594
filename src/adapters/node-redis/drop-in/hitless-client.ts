import type {
  RedisClientOptions,
  RedisClientPoolType,
  RedisClientType,
  RedisFunctions,
  RedisModules,
  RedisPoolOptions,
  RedisScripts,
  RespVersions,
  TypeMapping,
} from '@redis/client'
import * as redis from '@redis/client'
import type { OwnOptions } from '../../../core/options/maint-options.js'
import type { Maint } from '../../../engine/maint/maint-status.js'
import type { PoolMaint } from '../../../engine/maint/pool-status.js'
import { createNodeRedisAdapter } from '../adapter.js'

// biome-ignore lint/complexity/noBannedTypes: the host's own default for "none", which a drop-in must share
export type None = {}

/** The protocol that the installed `@redis/client` speaks by default: 2 before version 6. */
export type DefaultProtocol = typeof redis extends { readonly DEFAULT_RESP: infer P extends RespVersions } ? P : 2

type CommandOptions<MAPPING extends TypeMapping> = NonNullable<
  RedisClientOptions<RedisModules, RedisFunctions, RedisScripts, RespVersions, MAPPING>['commandOptions']
>

/** The options of `@redis/client`, and what this library adds: `maintNotifications` and `hitless`. */
export type HitlessClientOptions<
  M extends RedisModules = RedisModules,
  F extends RedisFunctions = RedisFunctions,
  S extends RedisScripts = RedisScripts,
  RESP extends RespVersions = DefaultProtocol,
  TYPE_MAPPING extends TypeMapping = TypeMapping,
> = Omit<RedisClientOptions<M, F, S, RESP, TYPE_MAPPING>, 'maintNotifications'> &
  Pick<OwnOptions, 'maintNotifications' | 'hitless'>

/** A client of `@redis/client` whose connection can be handed off, with its `maint` member. */
export type HitlessClient<
  M extends RedisModules = None,
  F extends RedisFunctions = None,
  S extends RedisScripts = None,
  RESP extends RespVersions = DefaultProtocol,
  TYPE_MAPPING extends TypeMapping = None,
> = {
  /** Typed events, hooks and status of maintenance. */
  readonly maint: Maint
  /**
   * Resolves once a connection serves, as that of the host.
   *
   * @throws HitlessError `MAINT_UNSUPPORTED` where notifications are `enabled` and the server has none.
   */
  connect(): Promise<HitlessClient<M, F, S, RESP, TYPE_MAPPING>>
  /** Another client with the same options, ours among them, but for those given. It is not connected. */
  duplicate<
    M2 extends RedisModules = M,
    F2 extends RedisFunctions = F,
    S2 extends RedisScripts = S,
    RESP2 extends RespVersions = RESP,
    TYPE_MAPPING2 extends TypeMapping = TYPE_MAPPING,
  >(
    overrides?: Partial<HitlessClientOptions<M2, F2, S2, RESP2, TYPE_MAPPING2>>,
  ): HitlessClient<M2, F2, S2, RESP2, TYPE_MAPPING2>
  /** A pool of clients with the same options, ours among them. */
  createPool(poolOptions?: Partial<RedisPoolOptions>): HitlessClientPool<M, F, S, RESP, TYPE_MAPPING>
  /** A view of this client: it acts on the connection that serves then. So are the others. */
  withCommandOptions<OPTIONS extends CommandOptions<MAPPING>, MAPPING extends TypeMapping>(
    options: OPTIONS,
  ): HitlessClient<M, F, S, RESP, MAPPING>
  withTypeMapping<MAPPING extends TypeMapping>(typeMapping: MAPPING): HitlessClient<M, F, S, RESP, MAPPING>
  withAbortSignal(signal: AbortSignal): HitlessClient<M, F, S, RESP, TYPE_MAPPING>
  asap(): HitlessClient<M, F, S, RESP, TYPE_MAPPING>
} & RedisClientType<M, F, S, RESP, TYPE_MAPPING>

const adapter = createNodeRedisAdapter(redis)

/**
 * Creates a client: a drop-in for `createClient` of `@redis/client` whose connection moves in time.
 *
 * @param options - The host's options, `maintNotifications` and `hitless`. No object passed in is changed.
 * @throws HitlessError `OPTIONS_INVALID` for an invalid option or environment variable, `MAINT_UNSUPPORTED` where
 * notifications are `enabled` on RESP2 or a unix socket, `HOST_UNSUPPORTED` where the host's version does not fit.
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

/** A pool of `@redis/client` whose connections can be handed off, with its `maint` member. */
export type HitlessClientPool<
  M extends RedisModules = None,
  F extends RedisFunctions = None,
  S extends RedisScripts = None,
  RESP extends RespVersions = DefaultProtocol,
  TYPE_MAPPING extends TypeMapping = None,
> = {
  /** Typed events, hooks and status of maintenance, of all connections together. */
  readonly maint: PoolMaint
  /** Resolves once the first clients of the pool serve. */
  connect(): Promise<HitlessClientPool<M, F, S, RESP, TYPE_MAPPING>>
  /** A view of this pool: it acts on the same clients. So are the others. */
  withCommandOptions<OPTIONS extends CommandOptions<MAPPING>, MAPPING extends TypeMapping>(
    options: OPTIONS,
  ): HitlessClientPool<M, F, S, RESP, MAPPING>
  withTypeMapping<MAPPING extends TypeMapping>(typeMapping: MAPPING): HitlessClientPool<M, F, S, RESP, MAPPING>
  withAbortSignal(signal: AbortSignal): HitlessClientPool<M, F, S, RESP, TYPE_MAPPING>
  asap(): HitlessClientPool<M, F, S, RESP, TYPE_MAPPING>
} & RedisClientPoolType<M, F, S, RESP, TYPE_MAPPING>

/**
 * Creates a pool: a drop-in for `createClientPool` of `@redis/client`. Each connection moves before its server closes
 * it, while the others serve.
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
  const pool = adapter.createClientPool(clientOptions as never, poolOptions)
  return pool as unknown as HitlessClientPool<M, F, S, RESP, TYPE_MAPPING>
}

export type { HandoffQueueStatus } from '../../../engine/database/handoffs/handoff-queue.js'
export type { AdapterOptions } from '../../../engine/link/client-context.js'
export type { Maint, MaintStatus } from '../../../engine/maint/maint-status.js'
export type { PoolMaint, PoolMaintStatus } from '../../../engine/maint/pool-status.js'
export type { Recording, RecordOptions } from '../../../engine/maint/recording-types.js'
export type { NodeRedisAdapter } from '../adapter.js'
export type { FacadeClient } from '../client.js'
export type { FacadePool } from '../client-pool.js'
export { SUPPORTED_HOST_VERSIONS } from '../internals.js'
