import { refuseOwn } from '../../core/options/near-misses.js'
import { type AdapterOptions, sharedBy } from '../../engine/link/client-context.js'
import { type FacadeClient, openClient, type Surroundings } from './client.js'
import { type FacadePool, openPool } from './client-pool.js'
import { type FacadeCluster, openCluster } from './cluster/cluster.js'
import type { GivenClusterOptions } from './cluster/cluster-options.js'
import type { HostModule } from './host-module.js'
import { hostErrors } from './node-redis-host.js'
import { type OffOptions, openOffClient, openOffPool } from './off-client.js'
import { type GivenOptions, type TakenOptions, takeOptions } from './options.js'
import { type FacadeSentinel, openOffSentinel, openSentinel } from './sentinel/open-sentinel.js'
import type { SentinelModule } from './sentinel/sentinel-internals.js'
import { type GivenSentinelOptions, takeSentinelOptions } from './sentinel/sentinel-options.js'

/** Makes clients over one version of the host library. All throw `OPTIONS_INVALID`, `MAINT_UNSUPPORTED` or `HOST_UNSUPPORTED`. */
export interface NodeRedisAdapter {
  /** A client, which does not connect by itself. */
  createClient(options?: GivenOptions): FacadeClient
  /** A pool of such clients. */
  createClientPool(options?: GivenOptions, poolOptions?: object): FacadePool
  /** A client of what sentinels watch. */
  createSentinel(options: GivenSentinelOptions): FacadeSentinel
  /** A client of a cluster. */
  createCluster(options: GivenClusterOptions): FacadeCluster
}

/**
 * Creates an adapter. The module is passed in, so that one adapter works with, and is tested over, every version of it.
 *
 * Clients and pools share what belongs to their database with all others in the process. Those of an adapter with its
 * own clock or randomness share it only with each other.
 */
export function createNodeRedisAdapter(host: HostModule, given: AdapterOptions = {}): NodeRedisAdapter {
  const surroundings: Surroundings = {
    ...sharedBy(given),
    errors: hostErrors(host),
    duplicate: options => adapter.createClient(options),
    createPool: (options, poolOptions) => adapter.createClientPool(options, poolOptions),
  }
  const adapter: NodeRedisAdapter = {
    createClient: (options = {}) => {
      const taken = takeOptions(options, given.lookup)
      return isOff(taken) ? openOffClient(host, taken, surroundings) : openClient(host, taken, surroundings).client
    },
    createClientPool: (options = {}, poolOptions = {}) => {
      const request = { taken: takeOptions(options, given.lookup), poolOptions: refuseOwn(poolOptions), surroundings }
      return isOff(request.taken) ? openOffPool(host, { ...request, taken: request.taken }) : openPool(host, request)
    },
    createSentinel: options => {
      const taken = takeSentinelOptions(options, given.lookup)
      const { off } = taken.node
      const request = { taken, surroundings, duplicate: adapter.createSentinel }
      return off === undefined
        ? openSentinel(host as SentinelModule, request)
        : openOffSentinel(host as SentinelModule, { ...request, reason: off })
    },
    createCluster: options => openCluster(host, options, surroundings),
  }
  return adapter
}

function isOff(taken: TakenOptions): taken is OffOptions {
  return taken.off !== undefined
}
