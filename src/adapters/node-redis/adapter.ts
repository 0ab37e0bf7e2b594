import { systemClock } from '../../base/clock.js'
import { systemRandom } from '../../base/random.js'
import { Databases } from '../../engine/database/database.js'
import type { HostModule } from './host.js'
import { type FacadeClient, openClient, type Surroundings } from './open-client.js'
import type { GivenOptions } from './options.js'
import { type FacadePool, openPool } from './pool/open-pool.js'

/** Makes clients and pools over one version of the host library. */
export interface NodeRedisAdapter {
  /**
   * @throws HitlessError `OPTIONS_INVALID`, `MAINT_UNSUPPORTED` or `HOST_UNSUPPORTED`.
   */
  createClient(options?: GivenOptions): FacadeClient
  /**
   * @throws HitlessError as {@link NodeRedisAdapter.createClient}.
   */
  createClientPool(options?: GivenOptions, poolOptions?: object): FacadePool
}

/** Creates an adapter. Passing the module in lets one adapter serve, and be tested over, every version of it. */
export function createNodeRedisAdapter(host: HostModule): NodeRedisAdapter {
  const surroundings: Surroundings = {
    databases: new Databases({ clock: systemClock, random: systemRandom }),
    duplicate: options => adapter.createClient(options),
    createPool: (options, poolOptions) => adapter.createClientPool(options, poolOptions),
  }
  const adapter: NodeRedisAdapter = {
    createClient: (options = {}) => openClient(host, options, surroundings).client,
    createClientPool: (options = {}, poolOptions = {}) => openPool(host, { options, poolOptions, surroundings }),
  }
  return adapter
}
