import type { createClient as createHostClient, createClientPool as createHostPool, RedisClientType } from 'redis'
import { describe, expectTypeOf, it } from 'vitest'
import { createClient, createClientPool, type Maint, type PoolMaint } from '../../src/adapters/redis/index.js'

// Never called: only the types of the results are looked at.
declare const host: typeof createHostClient
declare const hostPool: typeof createHostPool
const plain = () => host()
const ours = () => createClient()

describe('createClient of redis', () => {
  it('returns what functions that take a client of the host accept', () => {
    expectTypeOf(ours).returns.toExtend<RedisClientType>()
  })

  it('knows the modules as the host does', () => {
    type Ours = ReturnType<typeof ours>
    type Plain = ReturnType<typeof plain>
    expectTypeOf<Ours['json']['set']>().toEqualTypeOf<Plain['json']['set']>()
    expectTypeOf<Ours['ft']['search']>().toEqualTypeOf<Plain['ft']['search']>()
    expectTypeOf<Ours['ts']['add']>().toEqualTypeOf<Plain['ts']['add']>()
    expectTypeOf<Ours['bf']['add']>().toEqualTypeOf<Plain['bf']['add']>()
  })

  it('keeps the modules and maint on what connect and duplicate return', () => {
    const connected = async () => await ours().connect()
    const duplicated = () => ours().duplicate()
    expectTypeOf<Awaited<ReturnType<typeof connected>>['maint']>().toEqualTypeOf<Maint>()
    expectTypeOf<ReturnType<typeof duplicated>['maint']>().toEqualTypeOf<Maint>()
    expectTypeOf<Awaited<ReturnType<typeof connected>>['json']>().toEqualTypeOf<ReturnType<typeof plain>['json']>()
  })
})

describe('createClientPool of redis', () => {
  it('knows the modules as the host does', () => {
    const pool = () => createClientPool()
    const plainPool = () => hostPool()
    const told = () => createClientPool().maint
    expectTypeOf<ReturnType<typeof pool>['json']>().toEqualTypeOf<ReturnType<typeof plainPool>['json']>()
    expectTypeOf(told).returns.toEqualTypeOf<PoolMaint>()
  })
})
