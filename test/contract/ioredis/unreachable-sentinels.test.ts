import { Redis as HostRedis } from 'ioredis'
import { expect, it } from 'vitest'
import { Redis } from '../../../src/adapters/ioredis/drop-in/hitless-ioredis.js'
import { findFreePort } from '../../support/redis-server.js'

/** What a client tells of sentinels that nobody listens for, until its strategies give up. */
async function tellsOf(Class: typeof HostRedis, port: number): Promise<readonly string[]> {
  const client = new Class({
    name: 'main',
    sentinels: [1, 2].map(() => ({ host: '127.0.0.1', port })),
    sentinelRetryStrategy: times => (times < 3 ? 1 : null),
    retryStrategy: null,
    lazyConnect: true,
  })
  const told: string[] = []
  for (const name of ['sentinelError', 'error'])
    client.on(name, (error: Error) => void told.push(`${name}: ${error.message}`))
  const failed = await client.connect().catch((error: Error) => `connect: ${error.message}`)
  return [...told, String(failed)]
}

it('sentinels that cannot be reached are told of as by the host, each time that they are tried', async () => {
  const port = await findFreePort(['127.0.0.1'])
  const told = await tellsOf(Redis as never, port)
  expect(told.filter(text => text.includes('Retrying from scratch'))).toHaveLength(2)
  expect(told).toEqual(await tellsOf(HostRedis, port))
})
