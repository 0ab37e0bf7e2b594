// Everything that `@redis/client` exports, with some functions of our own, so that an application changes one import.
export * from '@redis/client'
export * from '../../index.js'
export * from './cluster/hitless-cluster.js'
export { createCluster } from './cluster/hitless-cluster.js'
export * from './hitless-client.js'
export { createClient, createClientPool } from './hitless-client.js'
export * from './sentinel/hitless-sentinel.js'
export { createSentinel } from './sentinel/hitless-sentinel.js'
