import type { Redis as Host, RedisOptions } from 'ioredis'
import * as ioredis from 'ioredis'
import type { OwnOptions } from '../../core/options/maint-options.js'
import type { Maint } from '../../engine/link/maint-status.js'
import { createIoredisAdapter as createAdapter, type IoredisAdapterOptions } from './ioredis-adapter.js'
import type { IoredisModule } from './ioredis-module.js'

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
  duplicate<Override extends Partial<HitlessRedisOptions> | undefined = undefined>(
    override?: Override,
  ): HitlessRedis<MappingOf<Mapping, Override>>
}

type WithMapping<Mapping extends ReplyMapping> = HitlessRedisOptions & { readonly replyMapping?: Mapping | undefined }

/** The class of such clients: a subclass of the host's `Redis`, with the same parameters. */
export interface HitlessRedisConstructor extends Pick<typeof Host, 'Cluster' | 'Command'> {
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
  createClient(...given: ConstructorParameters<HitlessRedisConstructor>): HitlessRedis
}

/** Makes clients over one version of the host library. */
export interface IoredisAdapter {
  readonly Redis: HitlessRedisConstructor
}

/**
 * Creates an adapter over a copy of `ioredis` that is handed in. Its clients share what belongs to their database with all
 * others in the process, of whatever host library.
 *
 * @throws HitlessError `HOST_UNSUPPORTED` where the version does not fit.
 */
export function createIoredisAdapter(module: object, options?: IoredisAdapterOptions): IoredisAdapter {
  // The adapter's view of the host is structural, and checked there.
  return createAdapter(module as IoredisModule, options) as unknown as IoredisAdapter
}

/**
 * A drop-in for `Redis` of `ioredis`, whose connection moves before its server closes it. The constructor takes the host's
 * options, `maintNotifications` and `hitless`; no object passed in is changed. It throws a HitlessError `OPTIONS_INVALID` for
 * an invalid option or environment variable, and `MAINT_UNSUPPORTED` where notifications are `enabled` and cannot be had.
 */
export const Redis: HitlessRedisConstructor = createIoredisAdapter(ioredis).Redis

/** A client, by the name of its class. */
export type Redis<Mapping extends ReplyMapping = 'legacy'> = HitlessRedis<Mapping>

export type { Maint, MaintStatus } from '../../engine/link/maint-status.js'
export type { IoredisAdapterOptions } from './ioredis-adapter.js'
export { SUPPORTED_IOREDIS_VERSIONS } from './ioredis-module.js'
// biome-ignore lint/style/noDefaultExport: a drop-in has the exports of its host
export { Redis as default }
