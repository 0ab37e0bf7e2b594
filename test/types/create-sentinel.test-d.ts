import type { RedisSentinelType } from '@redis/client'
import { describe, expectTypeOf, it } from 'vitest'
import { createSentinel, type HitlessSentinel, type PoolMaint } from '../../src/adapters/node-redis/index.js'

const options = { name: 'mymaster', sentinelRootNodes: [{ host: 'localhost', port: 26_379 }] }
const ours = () => createSentinel({ ...options, maintNotifications: 'auto' })

describe('createSentinel', () => {
  it('has the type of the host, and a member more', () => {
    expectTypeOf(ours()).toExtend<RedisSentinelType>()
    expectTypeOf(ours().maint).toEqualTypeOf<PoolMaint>()
    expectTypeOf(ours().connect()).resolves.toEqualTypeOf<HitlessSentinel>()
    expectTypeOf(ours().duplicate().maint).toEqualTypeOf<PoolMaint>()
    expectTypeOf(ours().get('key')).resolves.toEqualTypeOf<string | null>()
  })

  it('takes our options beside those of the host', () => {
    createSentinel({ ...options, masterPoolSize: 2, replicaPoolSize: 1, hitless: { age: false } })
    // @ts-expect-error: no such mode
    createSentinel({ ...options, maintNotifications: 'on' })
  })
})
