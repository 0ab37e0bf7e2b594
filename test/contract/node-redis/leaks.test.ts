import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { BasicPooledClientSideCache } from '@redis/client'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createClientPool } from '../../../src/adapters/node-redis/index.js'
import { CHANNEL_KINDS } from '../../../src/engine/session/subscriptions/listeners.js'
import type { SimNode } from '../../../src/simulator/index.js'
import { describeStore } from '../../support/backends.js'
import { createConnection } from '../../support/node-redis-context.js'
import { connectClient, nextEvent, openClient } from '../../support/rig.js'

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

describeStore('what is left of a client in the metrics of the host', backend => {
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

    it('is nothing after a thousand of them, twenty at a time', async () => {
      const { node } = await backend.simulate()
      const before = known()
      const live = async (rounds: number): Promise<void> => {
        for (let round = 0; round < rounds; round++) {
          const client = await connectClient(node, options as never)
          await client.close()
        }
      }
      await Promise.all(Array.from({ length: 20 }, () => live(50)))
      expect(known()).toBe(before)
      await expect.poll(() => node.connections().length).toBe(0)
    })

    it('does not grow with its hand-offs', async () => {
      const [a, b] = (await backend.simulate({ nodes: 2 })).nodes as [SimNode, SimNode]
      const client = await connectClient(a, options as never)
      const before = [known(), client.listenerCount('error'), client.eventNames().length]
      for (let round = 0; round < 50; round++) {
        const [from, to] = round % 2 === 0 ? [a, b] : [b, a]
        const completed = nextEvent(client, 'handoff:completed')
        await from.notify({ type: 'moving', graceMs: 5_000, endpoint: to })
        await completed
        from.endMove()
      }
      await expect.poll(() => [a, b].map(node => node.connections().length)).toEqual([1, 0])
      expect([known(), client.listenerCount('error'), client.eventNames().length]).toEqual(before)
      expect(client.maint.status()).toMatchObject({ connections: 1, relaxations: ['tail'] })
    })

    it('does not grow while a node is frozen and each further connection to it is given up', async () => {
      const { node } = await backend.simulate()
      const health = { unresponsiveAfterMs: 20, checkIntervalMs: 20 }
      const socket = { connectTimeout: 40 }
      const client = await connectClient(node, { ...options, socket, hitless: { health } } as never)
      const before = known()
      node.silent()
      const read = client.get('key')
      await expect.poll(() => node.totalConnections, { interval: 5 }).toBeGreaterThan(10)
      const frozen = { known: known() - before, connections: client.maint.status().connections }
      node.silent(false)
      expect(await read).toBeNull()
      expect(frozen.known).toBeLessThanOrEqual(1)
      expect(frozen.connections).toBeLessThanOrEqual(3)
      // One that only asks is kept for a while.
      await expect.poll(() => node.connections().length).toBeLessThanOrEqual(2)
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

  it('is nothing of channels that it has left, a thousand of each kind', async () => {
    const { node } = await backend.simulate()
    const connection = createConnection({ socket: { ...node.endpoint }, RESP: 3 } as never)
    onTestFinished(() => connection.destroy())
    await connection.connect()
    const { physical } = connection
    const { client } = physical as unknown as {
      client: { getPubSubListeners(kind: string): { readonly size: number } }
    }
    for (const kind of CHANNEL_KINDS) {
      const keys = Array.from({ length: 1_000 }, (_, at) => `${kind}:${at}`)
      await Promise.all(keys.map(key => physical.subscribe(kind, [key])))
      expect(client.getPubSubListeners(kind).size).toBe(1_000)
      await Promise.all(keys.map(key => physical.unsubscribe(kind, [key])))
    }
    expect(CHANNEL_KINDS.map(kind => client.getPubSubListeners(kind).size)).toEqual([0, 0, 0])
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
