// Everything that `redis` exports, with some functions of our own, so that an application changes one import.
export * from 'redis'
export * from '../../index.js'
export * from './hitless-redis.js'
export { createClient, createClientPool, createCluster } from './hitless-redis.js'
export * from './redis-sentinel.js'
export { createSentinel } from './redis-sentinel.js'
