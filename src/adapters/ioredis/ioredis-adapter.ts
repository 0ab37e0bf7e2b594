import { type AdapterOptions, sharedBy } from '../../engine/link/client-context.js'
import { createHitlessCluster, type HitlessClusterClass } from './cluster/cluster-class.js'
import type { IoredisClusterModule } from './cluster/ioredis-cluster-seams.js'
import { assertIoredisSupported } from './ioredis-seams.js'
import { createHitlessRedis, type HitlessRedisClass } from './redis-class.js'

/** Makes clients over one version of the host library. */
export interface IoredisAdapter {
  /** A subclass of the host's `Redis`. */
  readonly Redis: HitlessRedisClass
  /** A subclass of the host's `Cluster`, which `Redis` has as a member too. */
  readonly Cluster: HitlessClusterClass
}

/**
 * Creates an adapter. The module is passed in, so that one adapter works with, and is tested over, every version of it.
 *
 * Clients share what belongs to their database with all others in the process, of whatever host. Those of an adapter with
 * its own clock or randomness share it only with each other.
 *
 * @throws HitlessError `HOST_UNSUPPORTED` where the module lacks what the adapter needs.
 */
export function createIoredisAdapter(module: IoredisClusterModule, given: AdapterOptions = {}): IoredisAdapter {
  assertIoredisSupported(module)
  const surroundings = { module, lookup: given.lookup, ...sharedBy(given) }
  const Redis = createHitlessRedis(surroundings)
  const Cluster = createHitlessCluster({ ...surroundings, module }, Redis)
  Object.defineProperty(Redis, 'Cluster', { value: Cluster, configurable: true, writable: true })
  return { Redis, Cluster }
}
