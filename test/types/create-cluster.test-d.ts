import type { RedisClusterType } from '@redis/client'
import * as redis from '@redis/client'
import { describe, expectTypeOf, it } from 'vitest'
import {
  type ClusterMaint,
  createCluster,
  createNodeRedisAdapter,
  createSentinel,
  type HitlessCluster,
} from '../../src/adapters/node-redis/index.js'

const rootNodes = [{ url: 'redis://localhost' }]
const ours = () => createCluster({ rootNodes, maintNotifications: 'auto' })

describe('createCluster', () => {
  it('has the type of the host, and a member more', () => {
    expectTypeOf(ours()).toExtend<RedisClusterType>()
    expectTypeOf(ours().maint).toEqualTypeOf<ClusterMaint>()
    expectTypeOf(ours().connect()).resolves.toEqualTypeOf<HitlessCluster>()
    expectTypeOf(ours().duplicate().maint).toEqualTypeOf<ClusterMaint>()
  })

  it('has the same type where its host is passed in, as has createSentinel', () => {
    const adapter = createNodeRedisAdapter(redis)
    expectTypeOf(adapter.createCluster).toEqualTypeOf(createCluster)
    expectTypeOf(adapter.createSentinel).toEqualTypeOf(createSentinel)
  })

  it('takes our options beside those of the host, and among the defaults', () => {
    createCluster({ rootNodes, defaults: { password: 'secret', hitless: { age: false } } })
    // @ts-expect-error: no such mode
    createCluster({ rootNodes, maintNotifications: 'on' })
  })
})
