import type { Cluster as HostCluster } from 'ioredis'
import { expectTypeOf, it } from 'vitest'
import {
  Cluster,
  type ClusterMaint,
  type HitlessCluster,
  Redis,
} from '../../src/adapters/ioredis/drop-in/hitless-ioredis.js'

it('a cluster of ioredis is the one of the host with what this library adds', () => {
  const cluster = new Cluster([{ host: 'localhost', port: 7000 }, 'redis://localhost:7001', 7002], {
    lazyConnect: true,
    scaleReads: 'slave',
    hitless: { recovery: false },
    redisOptions: { password: 'secret', maintNotifications: 'auto' },
  })
  expectTypeOf(cluster).toExtend<HostCluster>()
  expectTypeOf(cluster.maint).toEqualTypeOf<ClusterMaint>()
  expectTypeOf(cluster.get('key')).toEqualTypeOf<Promise<string | null>>()
  expectTypeOf(cluster.duplicate()).toEqualTypeOf<HitlessCluster>()
  expectTypeOf(Redis.Cluster).toEqualTypeOf(Cluster)
  expectTypeOf(cluster.maint.status().nodes[0]?.node).toEqualTypeOf<string | undefined>()
})

it('the shape of answers is the one that the options ask for', () => {
  const cluster = new Cluster([7000], { redisOptions: { replyMapping: 'resp3' } })
  expectTypeOf(cluster).toEqualTypeOf<HitlessCluster<'resp3'>>()
  expectTypeOf(cluster.duplicate()).toEqualTypeOf<HitlessCluster<'resp3'>>()
})
