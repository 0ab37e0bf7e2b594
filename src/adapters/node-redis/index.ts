import { createNodeRedisAdapter as adapterOf } from './adapter.js'
import { createCluster } from './cluster/hitless-cluster.js'
import { createClient, createClientPool } from './hitless-client.js'
import { createSentinel } from './sentinel/hitless-sentinel.js'

// Everything that `@redis/client` exports, with some functions of our own, so that an application changes one import.
export * from '@redis/client'
export * from '../../index.js'
export * from './cluster/hitless-cluster.js'
export * from './hitless-client.js'
export * from './sentinel/hitless-sentinel.js'
export { createClient, createClientPool, createCluster, createSentinel }

/** Makes an adapter over a host that is passed in, with the static types of the installed one. */
export const createNodeRedisAdapter: (...given: Parameters<typeof adapterOf>) => {
  readonly createClient: typeof createClient
  readonly createClientPool: typeof createClientPool
  readonly createCluster: typeof createCluster
  readonly createSentinel: typeof createSentinel
} = adapterOf as never
