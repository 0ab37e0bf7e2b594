import type { createClientPool as createHostPool, RedisClientPoolType } from '@redis/client'
import { describe, expectTypeOf, it } from 'vitest'
import { createClientPool, type HitlessClientPool } from '../../src/adapters/node-redis/index.js'

// Never called: only the types of the results are looked at.
declare const host: typeof createHostPool
const plain = () => host({}, { maximum: 10 })
const ours = () => createClientPool({ maintNotifications: 'auto' }, { maximum: 10 })

describe('createClientPool', () => {
  it('returns what functions that take a pool of the host accept', () => {
    expectTypeOf(ours).returns.toExtend<RedisClientPoolType>()
    expectTypeOf<HitlessClientPool>().toExtend<RedisClientPoolType>()
  })

  it('gives commands the types that the host gives them', () => {
    expectTypeOf<ReturnType<typeof ours>['get']>().toEqualTypeOf<ReturnType<typeof plain>['get']>()
    const executed = () => ours().execute(client => client.hGetAll('key'))
    const plainExecuted = () => plain().execute(client => client.hGetAll('key'))
    expectTypeOf<ReturnType<typeof executed>>().toEqualTypeOf<ReturnType<typeof plainExecuted>>()
  })

  it('keeps maint on what connect returns', () => {
    const connected = async () => (await ours().connect()).maint
    expectTypeOf(connected).returns.resolves.toEqualTypeOf<HitlessClientPool['maint']>()
  })

  it('refuses a mode that does not exist', () => {
    // @ts-expect-error: a mode that does not exist
    createClientPool({ maintNotifications: 'on' })
  })
})
