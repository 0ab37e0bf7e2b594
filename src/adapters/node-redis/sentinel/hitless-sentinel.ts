import type {
  RedisFunctions,
  RedisModules,
  RedisScripts,
  RedisSentinelOptions,
  RedisSentinelType,
  RespVersions,
  TypeMapping,
} from '@redis/client'
import * as redis from '@redis/client'
import type { OwnOptions } from '../../../core/options/maint-options.js'
import type { PoolMaint } from '../../../engine/maint/pool-status.js'
import { createNodeRedisAdapter } from '../adapter.js'
import type { DefaultProtocol, None } from '../drop-in/hitless-client.js'

type Own = Pick<OwnOptions, 'maintNotifications' | 'hitless'>

/** The sentinel options of `@redis/client`, and what this library adds: `maintNotifications` and `hitless`. */
export type HitlessSentinelOptions<
  M extends RedisModules = RedisModules,
  F extends RedisFunctions = RedisFunctions,
  S extends RedisScripts = RedisScripts,
  RESP extends RespVersions = DefaultProtocol,
  TYPE_MAPPING extends TypeMapping = TypeMapping,
> = Omit<RedisSentinelOptions<M, F, S, RESP, TYPE_MAPPING>, 'nodeClientOptions'> & {
  /** What counts for each node; ours count first where they stand beside it. Default: the host's. */
  readonly nodeClientOptions?: Omit<
    NonNullable<RedisSentinelOptions<M, F, S, RESP, TYPE_MAPPING>['nodeClientOptions']>,
    'maintNotifications'
  > &
    Own
} & Own

type CommandOptions<MAPPING extends TypeMapping> = NonNullable<
  RedisSentinelOptions<RedisModules, RedisFunctions, RedisScripts, RespVersions, MAPPING>['commandOptions']
>

/** A sentinel client of `@redis/client` whose connections follow the primary, with its `maint` member. */
export type HitlessSentinel<
  M extends RedisModules = None,
  F extends RedisFunctions = None,
  S extends RedisScripts = None,
  RESP extends RespVersions = DefaultProtocol,
  TYPE_MAPPING extends TypeMapping = None,
> = {
  /** Typed events, hooks and status of maintenance, of all connections together. */
  readonly maint: PoolMaint
  connect(): Promise<HitlessSentinel<M, F, S, RESP, TYPE_MAPPING>>
  duplicate<
    M2 extends RedisModules = M,
    F2 extends RedisFunctions = F,
    S2 extends RedisScripts = S,
    RESP2 extends RespVersions = RESP,
    TYPE_MAPPING2 extends TypeMapping = TYPE_MAPPING,
  >(
    overrides?: Partial<HitlessSentinelOptions<M2, F2, S2, RESP2, TYPE_MAPPING2>>,
  ): HitlessSentinel<M2, F2, S2, RESP2, TYPE_MAPPING2>
  withCommandOptions<OPTIONS extends CommandOptions<MAPPING>, MAPPING extends TypeMapping>(
    options: OPTIONS,
  ): HitlessSentinel<M, F, S, RESP, MAPPING>
  withTypeMapping<MAPPING extends TypeMapping>(typeMapping: MAPPING): HitlessSentinel<M, F, S, RESP, MAPPING>
} & RedisSentinelType<M, F, S, RESP, TYPE_MAPPING>

const adapter = createNodeRedisAdapter(redis)

/**
 * Creates a sentinel client: a drop-in for `createSentinel` of `@redis/client` whose connections go to the new primary as soon
 * as there is one.
 *
 * @param options - The host's options, `maintNotifications` and `hitless`. No object passed in is changed.
 * @throws HitlessError `OPTIONS_INVALID` for an invalid option or environment variable, `MAINT_UNSUPPORTED` where
 * notifications are `enabled` on RESP2, `HOST_UNSUPPORTED` where the host's version does not fit.
 */
export function createSentinel<
  M extends RedisModules = None,
  F extends RedisFunctions = None,
  S extends RedisScripts = None,
  RESP extends RespVersions = DefaultProtocol,
  TYPE_MAPPING extends TypeMapping = None,
>(options: HitlessSentinelOptions<M, F, S, RESP, TYPE_MAPPING>): HitlessSentinel<M, F, S, RESP, TYPE_MAPPING> {
  // The facade is the host's own object, so its static type is the host's; only the options are seen loosely inside.
  return adapter.createSentinel(options as never) as unknown as HitlessSentinel<M, F, S, RESP, TYPE_MAPPING>
}
