import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type Compiler, Consumer } from '../support/consumer.js'

let consumer: Consumer
let withoutHost: Consumer
beforeAll(async () => {
  consumer = await Consumer.create({ peers: true })
  withoutHost = await Consumer.create({ peers: false })
})
afterAll(() => Promise.all([consumer.dispose(), withoutHost.dispose()]))

/** How long one run of a compiler may take on a busy machine. */
const COMPILING_MS = 240_000

const PASSED = { code: 0, stdout: '', stderr: '' }

/** An application that was written for `@redis/client`: only the module's name has changed. */
const application = (importLine: string): string => `${importLine}

export async function run(url: string): Promise<number> {
  const client: RedisClientType = createClient({ url, name: 'worker', database: 2, socket: { connectTimeout: 1_000 } })
  client.on('error', (error: Error) => { throw error })
  await client.connect()
  await client.set('key', 'value', { expiration: { type: 'EX', value: 10 } })
  const text: string | null = await client.get('key')
  const replies = await client.multi().set('a', 1).incr('a').execTyped()
  const count: number = replies[1]
  for await (const keys of client.scanIterator()) keys.map(key => key.toUpperCase())
  await client.subscribe('news', (message, channel) => void [message.length, channel.length])
  await client.close()
  return count + (text?.length ?? 0)
}
`

/** What only this library has. */
const additions = `
export async function watch(): Promise<string> {
  const client = await createClient({ maintNotifications: { mode: 'enabled', relaxedTimeoutMs: 5_000 } }).connect()
  const off: () => void = client.maint.on('moving', ({ endpoint, graceMs }) => void [endpoint?.host, graceMs])
  client.maint.hooks.use({ before: ({ type }) => (type === 'moving' ? 'skip' : undefined) })
  off()
  return client.maint.status().state
}
`

/** What an application imports of its host beside the client: from the same place. */
const IMPORT = `import {
  createClient, createCluster, defineScript, HitlessError, isHitlessError, RESP_TYPES, TimeoutError,
  type MaintOptions, type RedisClientType
} from 'redis-hitless/node-redis'
export const others = [createCluster, defineScript, RESP_TYPES.BLOB_STRING] as const
export const isOurs = (error: unknown): error is HitlessError => isHitlessError(error) && !(error instanceof TimeoutError)
export type Options = MaintOptions
`

it('an ES module compiles that uses the client as a drop-in', async () => {
  const text = application(IMPORT) + additions
  expect(await consumer.compile({ 'application.mts': text })).toEqual(PASSED)
})

it('a CommonJS module compiles that uses the client as a drop-in', async () => {
  const text = application(IMPORT) + additions
  expect(await consumer.compile({ 'application.cts': text })).toEqual(PASSED)
})

it('a CommonJS module compiles that requires the client', async () => {
  const text = application(`import redis = require('redis-hitless/node-redis')
    import type { RedisClientType } from '@redis/client'
    const { createClient } = redis`)
  expect(await consumer.compile({ 'required.cts': text })).toEqual(PASSED)
})

it('the root and the simulator compile where no host library is installed', async () => {
  const text = `import { decodePush, HitlessError, type MaintenanceNotification } from 'redis-hitless'
    import { RespDecoder } from 'redis-hitless/wire'
    import { createSimulator, type Simulator } from 'redis-hitless/simulator'
    export const all = [decodePush, HitlessError, RespDecoder, createSimulator] as const
    export type All = [MaintenanceNotification, Simulator]
  `
  expect(await withoutHost.compile({ 'tooling.mts': text })).toEqual(PASSED)
})

/** An application that was written for `ioredis`: only the module's name has changed. */
const overIoredis = `import { Cluster, Redis as Named, type ChainableCommander, type RedisOptions } from 'redis-hitless/ioredis'
export const host: RedisOptions = { host: 'localhost', maxRetriesPerRequest: null, retryStrategy: times => times * 50 }
const options = { host: 'localhost', maxRetriesPerRequest: null, retryStrategy: (times: number) => times * 50 }
export const spread = (): Named => new Named({ ...host, hitless: { health: false } })
export const cluster = (): Cluster => new Named.Cluster([{ host: 'localhost', port: 7_000 }])
export async function over(): Promise<string> {
  const redis: Named = new Named({ ...options, maintNotifications: { relaxedTimeoutMs: 5_000 }, hitless: { health: false } })
  redis.defineCommand('one', { numberOfKeys: 0, lua: 'return 1' })
  const block: ChainableCommander = redis.multi().set('a', 1).incr('a')
  const replies: [error: Error | null, result: unknown][] | null = await block.exec()
  redis.on('message', (channel: string, message: string) => void [channel, message])
  const buffer: Buffer | null = await redis.getBuffer('key')
  for await (const keys of redis.scanStream()) void keys
  const copy = redis.duplicate({ db: 1 })
  copy.maint.on('moving', ({ graceMs }) => void graceMs)
  return copy.maint.status().state + replies?.length + buffer?.length
}
`

/** With every subpath, and a class that is both a value and a type. */
const everything = `${application(IMPORT)}${additions}${overIoredis}
import { createClient as createFull, HitlessError as FullError } from 'redis-hitless/redis'
import { HitlessError as RootError } from 'redis-hitless'
import { createSimulator, type Simulator } from 'redis-hitless/simulator'
import { createVirtualClock } from 'redis-hitless/testing'
import { RespDecoder, type RespValue } from 'redis-hitless/wire'
export const more = [createSimulator, createVirtualClock, RespDecoder] as const
export type More = [Simulator, RespValue]
export async function setDocument(): Promise<RootError | undefined> {
  const client = await createFull().connect()
  const set: 'OK' | null = await client.json.set('key', '$', { a: 1 })
  const told: string = client.maint.status().state
  return set === null && told !== '' ? (new Error() as FullError) : undefined
}
`

const CONFIGURATIONS = {
  'TypeScript 5.6, CommonJS with the resolution of Node 10': {
    version: '5.6',
    options: { module: 'commonjs', moduleResolution: 'node10', esModuleInterop: true },
  },
  'TypeScript 5.6, node16': { version: '5.6', options: { module: 'node16' } },
  'TypeScript 5.6, nodenext': { version: '5.6', options: { module: 'nodenext' } },
  'TypeScript 7.0, node16': { options: { module: 'node16' } },
  'TypeScript 7.0, a bundler': { options: { module: 'preserve', moduleResolution: 'bundler' } },
} as const satisfies Readonly<Record<string, Compiler>>

// Whatever is imported, in one program each: compilers take their time.
it.each(Object.entries(CONFIGURATIONS))(
  '%s compiles CommonJS and ES modules',
  async (_, compiler) => {
    const files = { 'everything.cts': everything, 'everything.mts': everything }
    expect(await consumer.compile(files, compiler)).toEqual(PASSED)
  },
  COMPILING_MS,
)

describe('@redis/client 5.11', () => {
  it(
    'gives clients the types of the protocol that it speaks by default',
    async () => {
      const older = await Consumer.create({ peers: true, host: 'redis-client-5.11' })
      onTestFinished(() => older.dispose())
      const text = `import { createClient, createClientPool, type HitlessClient, type RedisClientType } from 'redis-hitless/node-redis'
      export const client = async (): Promise<RedisClientType> => await createClient().connect()
      export const ours: HitlessClient<{}, {}, {}, 2> = createClient()
      export const score = async (): Promise<number | null> => await createClientPool().zScore('key', 'member')
    `
      expect(await older.compile({ 'older.mts': text })).toEqual(PASSED)
    },
    COMPILING_MS,
  )
})

it('a wrong option does not compile', async () => {
  const text = `import { createClient } from 'redis-hitless/node-redis'
    createClient({ maintNotifications: 'sometimes' })
  `
  const { code, stdout } = await consumer.compile({ 'wrong.mts': text })
  expect(code).not.toBe(0)
  expect(stdout).toContain('"sometimes"')
})
