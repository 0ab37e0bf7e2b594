import { type Clock, systemClock } from '../../base/clock.js'
import { type Random, systemRandom } from '../../base/random.js'
import type { Lookup } from '../../core/target.js'
import { databasesOf } from '../../engine/database/database-registry.js'
import { createHitlessCluster, type HitlessClusterClass } from './cluster/cluster-class.js'
import type { IoredisClusterModule } from './cluster/ioredis-cluster-seams.js'
import { assertIoredisSupported } from './ioredis-seams.js'
import { createHitlessRedis, type HitlessRedisClass } from './redis-class.js'

/** What tests replace. All fields are optional. */
export interface IoredisAdapterOptions {
  /** Default: the time of the process. */
  readonly clock?: Clock
  /** Default: `Math.random`. */
  readonly random?: Random
  /** Resolves the names of clients that have no `tls.lookup`. Default: Node's. */
  readonly lookup?: Lookup
}

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
export function createIoredisAdapter(module: IoredisClusterModule, given: IoredisAdapterOptions = {}): IoredisAdapter {
  assertIoredisSupported(module)
  const { clock = systemClock, random = systemRandom, lookup } = given
  const surroundings = { module, databases: databasesOf(given), clock, random, lookup }
  const Redis = createHitlessRedis(surroundings)
  const Cluster = createHitlessCluster({ ...surroundings, module }, Redis)
  Object.defineProperty(Redis, 'Cluster', { value: Cluster, configurable: true, writable: true })
  return { Redis, Cluster }
}
