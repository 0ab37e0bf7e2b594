import type { OwnOptions } from '../../../core/options/maint-options.js'
import { refuseNearMisses } from '../../../core/options/near-misses.js'
import { definedOf } from '../../../core/options/own-options.js'
import { type IoredisSettings, type IoredisSurroundings, settleIoredisOptions } from '../ioredis-options.js'
import type { IoredisClusterOptions } from './ioredis-cluster-seams.js'

/**
 * Reads the options of a cluster: what counts for each of its nodes.
 *
 * @throws HitlessError as those of a client.
 */
export function settleClusterOptions(
  nodes: readonly unknown[] | null | undefined,
  options: IoredisClusterOptions,
  { module, lookup }: Pick<IoredisSurroundings, 'module' | 'lookup'>,
): IoredisSettings {
  refuseNearMisses(options)
  // Without nodes it is `connect()` that fails.
  const [first] = nodes ?? []
  // The host reads a node in all its forms, and fills in its defaults.
  const place = typeof first === 'object' && first !== null ? placeOf(first) : [first].filter(Boolean)
  const common = { ...options.redisOptions, lazyConnect: true }
  const sample = new module.Redis(...(Array.isArray(place) ? [...place, common] : [{ ...common, ...place }]))
  return settleIoredisOptions({ ...sample.options, ...ownOptionsOf(options) }, lookup)
}

/** Ours: those of the cluster count before those of its nodes. */
export function ownOptionsOf({ maintNotifications, hitless, redisOptions }: IoredisClusterOptions): OwnOptions {
  const given = { maintNotifications, hitless }
  const common = { maintNotifications: redisOptions?.maintNotifications, hitless: redisOptions?.hitless }
  return { ...definedOf<OwnOptions>(common), ...definedOf<OwnOptions>(given) }
}

function placeOf({ host, port }: { readonly host?: string; readonly port?: number }): object {
  return definedOf({ host, port })
}
