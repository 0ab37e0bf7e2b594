import { createNodeRedisAdapter as adapterOf } from '../adapter.js'
import type { createCluster } from '../cluster/hitless-cluster.js'
import type { createSentinel } from '../sentinel/hitless-sentinel.js'
import type { createClient, createClientPool } from './hitless-client.js'

/** Makes an adapter over a host that is passed in, with the static types of the installed one. */
export const createNodeRedisAdapter: (...given: Parameters<typeof adapterOf>) => {
  readonly createClient: typeof createClient
  readonly createClientPool: typeof createClientPool
  readonly createCluster: typeof createCluster
  readonly createSentinel: typeof createSentinel
} = adapterOf as never
