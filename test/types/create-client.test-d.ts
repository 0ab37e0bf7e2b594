import type { createClient as createHostClient, RedisClientOptions, RedisClientType } from '@redis/client'
import { defineScript, RESP_TYPES } from '@redis/client'
import { describe, expectTypeOf, it } from 'vitest'
import {
  createClient,
  type HitlessClient,
  type HitlessClientOptions,
  type Maint,
  type PoolMaint,
} from '../../src/adapters/node-redis/index.js'

const add = defineScript({
  SCRIPT: 'return ARGV[1] + ARGV[2]',
  NUMBER_OF_KEYS: 0,
  parseCommand(parser, a: number, b: number) {
    parser.push(String(a), String(b))
  },
  transformReply: undefined as unknown as () => number,
})
const settings = { url: 'redis://localhost', scripts: { add } } as const

type None = Record<never, never>
type Scripts = (typeof settings)['scripts']

// Never called: only the types of the results are looked at.
declare const host: typeof createHostClient
const plain = () => host()
const ours = () => createClient()

describe('createClient', () => {
  it('returns what functions that take a client of the host accept', () => {
    expectTypeOf(ours).returns.toExtend<RedisClientType>()
    expectTypeOf<HitlessClient>().toExtend<RedisClientType>()
    expectTypeOf<HitlessClient<None, None, Scripts>>().toExtend<RedisClientType<None, None, Scripts>>()
  })

  it('takes the options of the host, as they are', () => {
    expectTypeOf<Omit<RedisClientOptions, 'maintNotifications'>>().toExtend<HitlessClientOptions>()
    expectTypeOf<'auto' | 'enabled' | 'disabled'>().toExtend<NonNullable<HitlessClientOptions['maintNotifications']>>()
    createClient({ maintNotifications: { mode: 'auto', endpointType: 'none', relaxedTimeoutMs: false } })
    createClient({ maintNotifications: { handoff: { retries: 1, instanceId: 'pod-1' } } })
    createClient({ hitless: { health: { checkIntervalMs: false }, age: false, provider: 'elasticache', azure: {} } })
    createClient({ hitless: false })
    createClient({ maintEndpointType: 'external-fqdn', maintRelaxedCommandTimeout: 20_000 })
  })

  it('refuses options that neither knows', () => {
    // @ts-expect-error: a mode that does not exist
    createClient({ maintNotifications: 'on' })
    // @ts-expect-error: an option that does not exist
    createClient({ maintNotifications: { relaxedTimeout: 1 } })
    // @ts-expect-error: an option of another group
    createClient({ hitless: { health: { maxAgeMs: 1 } } })
    // @ts-expect-error: an option in the wrong place
    createClient({ maintNotifications: { failFast: true } })
    // @ts-expect-error: the host's own check stays
    createClient({ database: 'two' })
  })

  it('gives commands the types that the host gives them', () => {
    type Ours = ReturnType<typeof ours>
    type Plain = ReturnType<typeof plain>
    expectTypeOf<Ours['get']>().toEqualTypeOf<Plain['get']>()
    expectTypeOf<Ours['hGetAll']>().toEqualTypeOf<Plain['hGetAll']>()
    expectTypeOf<Ours['scanIterator']>().toEqualTypeOf<Plain['scanIterator']>()
    expectTypeOf<Ours['subscribe']>().toEqualTypeOf<Plain['subscribe']>()
    expectTypeOf<ReturnType<Ours['multi']>>().toEqualTypeOf<ReturnType<Plain['multi']>>()
  })

  it('infers scripts as the host does', () => {
    const scripted = () => createClient(settings)
    const plainScripted = () => host(settings)
    expectTypeOf<ReturnType<typeof scripted>['add']>().toEqualTypeOf<ReturnType<typeof plainScripted>['add']>()
    expectTypeOf<ReturnType<typeof scripted>['add']>().parameters.toEqualTypeOf<[a: number, b: number]>()
  })

  it('infers the protocol', () => {
    const resp2 = () => createClient({ RESP: 2 })
    const plainResp2 = () => host({ RESP: 2 })
    expectTypeOf<ReturnType<typeof resp2>['hGetAll']>().toEqualTypeOf<ReturnType<typeof plainResp2>['hGetAll']>()
  })

  it('gives views the types that the host gives them', () => {
    const view = () => ours().withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer })
    const plainView = () => plain().withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer })
    expectTypeOf<ReturnType<typeof view>['get']>().toEqualTypeOf<ReturnType<typeof plainView>['get']>()
  })

  it('keeps maint on what connect and duplicate return, on views and on pools', () => {
    expectTypeOf(ours).returns.toHaveProperty('maint').toEqualTypeOf<Maint>()
    const connected = async () => (await createClient(settings).connect()).maint
    const duplicated = () => ours().duplicate({ RESP: 2 }).maint
    const pooled = () => ours().createPool().maint
    const views = () => [
      ours().withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer }).maint,
      ours().withCommandOptions({ timeout: 1_000 }).maint,
      ours().withAbortSignal(new AbortController().signal).maint,
      ours().asap().maint,
    ]
    expectTypeOf(connected).returns.resolves.toEqualTypeOf<Maint>()
    expectTypeOf(duplicated).returns.toEqualTypeOf<Maint>()
    expectTypeOf(pooled).returns.toEqualTypeOf<PoolMaint>()
    expectTypeOf(views).returns.toEqualTypeOf<Maint[]>()
  })
})
