import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { BasicPooledClientSideCache } from '@redis/client'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createClientPool } from '../../../src/adapters/node-redis/index.js'
import { describeBackends } from '../../support/backends.js'
import { connectClient, openClient } from '../../support/rig.js'

/** The host's list of clients for its metrics, which is empty unless an application wants metrics. */
interface HostRegistry {
  init(): void
  readonly instance: { getAll(): Iterable<unknown> }
}

const require = createRequire(import.meta.url)
const hostFolder = dirname(require.resolve('@redis/client'))
const { ClientRegistry } = require(join(hostFolder, 'lib/opentelemetry/client-registry.js')) as {
  ClientRegistry: HostRegistry
}

const known = (): number => [...ClientRegistry.instance.getAll()].length

describeBackends('what is left of a client in the metrics of the host', backend => {
  beforeAll(() => ClientRegistry.init())

  const CACHE = { RESP: 3, clientSideCache: { ttl: 0, maxEntries: 0 } } as const

  describe.each([
    ['without a cache', {}],
    ['with a cache', CACHE],
  ])('%s', (_, options) => {
    it('is nothing when it was never connected, a thousand times', () => {
      const before = known()
      for (let round = 0; round < 1_000; round++) openClient(options as never).destroy()
      expect(known()).toBe(before)
    })

    it('is nothing when it was closed, and one entry while it serves', async () => {
      const { node } = await backend.simulate()
      const before = known()
      for (let round = 0; round < 20; round++) {
        const client = await connectClient(node, options as never)
        expect(known()).toBe(before + 1)
        await client.close()
      }
      expect(known()).toBe(before)
    })

    it('does not grow with its reconnects', async () => {
      const { node } = await backend.simulate()
      const client = await connectClient(node, { ...options, socket: { reconnectStrategy: () => 0 } } as never)
      client.on('error', () => {})
      const before = known()
      for (let round = 0; round < 20; round++) {
        const ready = new Promise(resolve => client.once('ready', resolve))
        node.reset()
        await ready
      }
      expect(known()).toBe(before)
    })
  })

  it.each([
    ['without a cache', {}],
    ['with a cache', { clientSideCache: new BasicPooledClientSideCache({ ttl: 0, maxEntries: 0 }) }],
  ])('is nothing when it has left its pool, %s', async (_, shared) => {
    const { node } = await backend.simulate()
    const { host, port } = node.endpoint
    const before = known()
    const sizes = { minimum: 0, maximum: 3, cleanupDelay: 1, ...shared }
    const pool = createClientPool({ RESP: 3, socket: { host, port } } as never, sizes as never)
    onTestFinished(() => pool.destroy())
    await pool.connect()
    for (let round = 0; round < 20; round++) {
      await Promise.all([pool.ping(), pool.ping(), pool.ping()])
      await expect.poll(() => pool.totalClients, { interval: 1 }).toBe(0)
    }
    const left = known() - before
    await pool.close()
    expect([left, known() - before]).toEqual([0, 0])
  })

  it('has no effect on a cache that is in use, and the cache is as it was', async () => {
    const { node } = await backend.simulate()
    const clientSideCache = new BasicPooledClientSideCache({ ttl: 0, maxEntries: 0 })
    const client = await connectClient(node, { RESP: 3, clientSideCache } as never)
    await client.get('key')
    await client.get('key')
    const { hitCount } = clientSideCache.stats()
    openClient({ RESP: 3, clientSideCache } as never).destroy()
    await client.get('key')
    expect(clientSideCache.stats().hitCount).toBe(hitCount + 1)
    expect(Object.hasOwn(clientSideCache, 'onClose')).toBe(false)
  })
})
