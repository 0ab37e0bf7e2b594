// Everything that `ioredis` exports, with a class of our own, so that an application changes one import.
export * from 'ioredis'
export * from '../../index.js'
export * from './drop-in/hitless-ioredis.js'
// biome-ignore lint/style/noDefaultExport: a drop-in has the exports of its host
export { Cluster, Redis as default, Redis } from './drop-in/hitless-ioredis.js'
