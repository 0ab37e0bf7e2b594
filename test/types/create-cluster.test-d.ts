import type { RedisClusterType } from '@redis/client'
import { describe, expectTypeOf, it } from 'vitest'
import { type ClusterMaint, createCluster, type HitlessCluster } from '../../src/adapters/node-redis/index.js'

const rootNodes = [{ url: 'redis://localhost' }]
const ours = () => createCluster({ rootNodes, maintNotifications: 'auto' })

describe('createCluster', () => {
  it('has the type of the host, and a member more', () => {
    expectTypeOf(ours()).toExtend<RedisClusterType>()
    expectTypeOf(ours().maint).toEqualTypeOf<ClusterMaint>()
    expectTypeOf(ours().connect()).resolves.toEqualTypeOf<HitlessCluster>()
    expectTypeOf(ours().duplicate().maint).toEqualTypeOf<ClusterMaint>()
  })

  it('takes our options beside those of the host, and among the defaults', () => {
    createCluster({ rootNodes, defaults: { password: 'secret', hitless: { age: false } } })
    // @ts-expect-error: no such mode
    createCluster({ rootNodes, maintNotifications: 'on' })
  })
})
