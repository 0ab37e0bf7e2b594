import type { Redis as Host, RedisOptions } from 'ioredis'
import { describe, expectTypeOf, it } from 'vitest'
import { type HitlessRedisOptions, type Maint, Redis } from '../../src/adapters/ioredis/index.js'

// Never called: only the types are looked at.
declare const given: RedisOptions
declare const plain: typeof Host

describe('Redis of ioredis', () => {
  it('is made of options that were written for the host, with options of ours beside them', () => {
    const spread = () => new Redis({ ...given, hitless: { health: false } })
    const apart = () => new Redis(given)
    const atPort = () => new Redis(6379, { ...given, maintNotifications: 'disabled' })
    const atPlace = () => new Redis(6379, 'localhost', { ...given, hitless: false })
    const options = { ...given, hitless: { dryRun: true } } satisfies HitlessRedisOptions
    const kept = () => new Redis(options)
    const named = (): Redis => new Redis({ ...given, hitless: { health: false } })
    for (const made of [spread, apart, atPort, atPlace, kept, named]) {
      expectTypeOf(made).returns.toExtend<Host>()
      expectTypeOf<ReturnType<typeof made>['maint']>().toEqualTypeOf<Maint>()
    }
  })

  it('gives answers in the shape that the options ask for', () => {
    const shaped = () => new Redis({ replyMapping: 'resp3', hitless: {} }).hgetall('key')
    const flat = () => new Redis({ hitless: {} }).config('GET', 'port')
    const shapedByHost = () => new plain({ replyMapping: 'resp3' }).hgetall('key')
    const flatByHost = () => new plain({}).config('GET', 'port')
    expectTypeOf(shaped).returns.toEqualTypeOf<ReturnType<typeof shapedByHost>>()
    expectTypeOf(flat).returns.toEqualTypeOf<ReturnType<typeof flatByHost>>()
  })
})
