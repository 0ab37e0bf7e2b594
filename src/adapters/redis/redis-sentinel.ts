import type { RedisDefaultModules, RedisFunctions, RedisModules, RedisScripts, RespVersions, TypeMapping } from 'redis'
import * as redis from 'redis'
import { createNodeRedisAdapter } from '../node-redis/adapter.js'
import type { DefaultProtocol, None } from '../node-redis/drop-in/hitless-client.js'
import type { HostModule } from '../node-redis/host-module.js'
import type {
  HitlessSentinel as GenericSentinel,
  HitlessSentinelOptions,
} from '../node-redis/sentinel/hitless-sentinel.js'

/** A sentinel client of `redis`, with its modules, whose connections follow the primary. */
export type HitlessSentinel<
  M extends RedisModules = None,
  F extends RedisFunctions = None,
  S extends RedisScripts = None,
  RESP extends RespVersions = DefaultProtocol,
  TYPE_MAPPING extends TypeMapping = None,
> = GenericSentinel<RedisDefaultModules & M, F, S, RESP, TYPE_MAPPING>

// The functions of `redis` are those of `@redis/client` with modules added to the options; the adapter sees neither.
const adapter = createNodeRedisAdapter(redis as unknown as HostModule)

/**
 * Creates a sentinel client: a drop-in for `createSentinel` of `redis` whose connections go to the new primary as soon as there
 * is one.
 *
 * @param options - The host's options, `maintNotifications` and `hitless`. No object passed in is changed.
 * @throws HitlessError as `createClient`.
 */
export function createSentinel<
  M extends RedisModules = None,
  F extends RedisFunctions = None,
  S extends RedisScripts = None,
  RESP extends RespVersions = DefaultProtocol,
  TYPE_MAPPING extends TypeMapping = None,
>(options: HitlessSentinelOptions<M, F, S, RESP, TYPE_MAPPING>): HitlessSentinel<M, F, S, RESP, TYPE_MAPPING> {
  // As with clients: the host's own object, seen loosely inside.
  return adapter.createSentinel(options as never) as unknown as HitlessSentinel<M, F, S, RESP, TYPE_MAPPING>
}

export type { HitlessSentinelOptions } from '../node-redis/sentinel/hitless-sentinel.js'
