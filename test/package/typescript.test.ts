import { afterAll, beforeAll, expect, it } from 'vitest'
import { Consumer } from '../support/consumer.js'

let consumer: Consumer
let withoutHost: Consumer
beforeAll(async () => {
  consumer = await Consumer.create({ peers: true })
  withoutHost = await Consumer.create({ peers: false })
})
afterAll(() => Promise.all([consumer.dispose(), withoutHost.dispose()]))

const PASSED = { code: 0, stdout: '', stderr: '' }

/** An application that was written for `@redis/client`: only the module's name has changed. */
const application = (importLine: string): string => `${importLine}
import type { RedisClientType } from '@redis/client'

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

it('an ES module compiles that uses the client as a drop-in', async () => {
  const text = application(`import { createClient } from 'redis-hitless/node-redis'`) + additions
  expect(await consumer.compile({ 'application.mts': text })).toEqual(PASSED)
})

it('a CommonJS module compiles that uses the client as a drop-in', async () => {
  const text = application(`import { createClient } from 'redis-hitless/node-redis'`) + additions
  expect(await consumer.compile({ 'application.cts': text })).toEqual(PASSED)
})

it('a CommonJS module compiles that requires the client', async () => {
  const text = application(`import redis = require('redis-hitless/node-redis')\nconst { createClient } = redis`)
  expect(await consumer.compile({ 'required.cts': text })).toEqual(PASSED)
})

it('the root and the simulator compile where no host library is installed', async () => {
  const text = `import { decodePush, HitlessError, type MaintenanceNotification, RespDecoder } from 'redis-hitless'
    import { createSimulator, type Simulator } from 'redis-hitless/simulator'
    export const all = [decodePush, HitlessError, RespDecoder, createSimulator] as const
    export type All = [MaintenanceNotification, Simulator]
  `
  expect(await withoutHost.compile({ 'tooling.mts': text })).toEqual(PASSED)
})

it('a wrong option does not compile', async () => {
  const text = `import { createClient } from 'redis-hitless/node-redis'
    createClient({ maintNotifications: 'sometimes' })
  `
  const { code, stdout } = await consumer.compile({ 'wrong.mts': text })
  expect(code).not.toBe(0)
  expect(stdout).toContain('"sometimes"')
})
