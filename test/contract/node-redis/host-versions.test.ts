import { describe, expect, it, onTestFinished } from 'vitest'
import { createNodeRedisAdapter, type HitlessClientOptions } from '../../../src/adapters/node-redis/index.js'
import { createSimulator, type SimNode, type Simulator } from '../../../src/simulator/index.js'
import { type HostVersion, hostVersions } from '../../support/host-versions.js'
import { nextEvent, startLoad } from '../../support/rig.js'

async function simulate(nodes: number): Promise<{ simulator: Simulator; nodes: SimNode[] }> {
  const simulator = await createSimulator({ nodes })
  onTestFinished(() => simulator.dispose())
  return { simulator, nodes: [...simulator.nodes] }
}

async function connect({ createClient }: HostVersion, node: SimNode, options: HitlessClientOptions = {}) {
  const client = createClient({ url: node.url, ...options })
  onTestFinished(() => client.destroy())
  client.on('error', () => {})
  return client.connect()
}

describe.each(hostVersions)('@redis/client $version', version => {
  it('is handed off under load without a failed command', async () => {
    const { nodes } = await simulate(2)
    const [a, b] = nodes as [SimNode, SimNode]
    const client = await connect(version, a)
    const load = startLoad(client)
    const completed = nextEvent(client, 'handoff:completed')
    await a.notify({ type: 'moving', graceMs: 5_000, endpoint: b })
    await completed
    const { failures, acknowledged } = await load.stop()
    expect(failures).toEqual([])
    expect(await client.get('load:count')).toBe(String(acknowledged))
    await expect.poll(() => [a, b].map(node => node.connections().length)).toEqual([0, 1])
  })

  it('opts in within the handshake', async () => {
    const { nodes } = await simulate(1)
    const [a] = nodes as [SimNode]
    const client = await connect(version, a)
    expect(client.maint.status().capability).toEqual({ state: 'supported', endpointType: 'internal-ip' })
  })

  it('reconnects time and again, and tells it by the same events each time', async () => {
    const { nodes } = await simulate(1)
    const [a] = nodes as [SimNode]
    const client = await connect(version, a)
    for (let round = 0; round < 3; round++) {
      const events: string[] = []
      for (const name of ['error', 'reconnecting', 'connect', 'ready']) client.once(name, () => events.push(name))
      const ready = new Promise(resolve => client.once('ready', resolve))
      a.reset()
      await ready
      expect(events).toEqual(['error', 'reconnecting', 'connect', 'ready'])
      expect(await client.ping()).toBe('PONG')
    }
    await expect.poll(() => a.connections().length).toBe(1)
  })

  it('sends what a broken connection never wrote on the next one', async () => {
    const { nodes } = await simulate(1)
    const [a] = nodes as [SimNode]
    const client = await connect(version, a)
    await client.set('count', '0')
    const ready = new Promise(resolve => client.once('ready', resolve))
    const late: Promise<unknown>[] = []
    // Issued while the host tells of the loss: too early for the new connection, too late for the old one.
    client.once('error', () => late.push(client.incr('count')))
    a.reset()
    await ready
    expect(await Promise.all(late)).toEqual([1])
  })

  it('carries subscriptions, the database and the client name over', async () => {
    const { nodes } = await simulate(2)
    const [a, b] = nodes as [SimNode, SimNode]
    const client = await connect(version, a, { name: 'worker' })
    const publisher = await connect(version, b)
    const heard: string[] = []
    await client.subscribe('news', message => heard.push(message))
    await client.select(3)
    const completed = nextEvent(client, 'handoff:completed')
    await a.notify({ type: 'moving', graceMs: 5_000, endpoint: b })
    await completed
    await publisher.publish('news', 'one')
    await client.set('key', 'value')
    await publisher.select(3)
    expect(await publisher.get('key')).toBe('value')
    expect(heard).toEqual(['one'])
    expect(b.connections().map(({ name }) => name)).toContain('worker')
  })

  it('fails EXEC when the watched keys were left behind by a hand-off', async () => {
    const { nodes } = await simulate(2)
    const [a, b] = nodes as [SimNode, SimNode]
    const client = await connect(version, a)
    await client.watch('key')
    const completed = nextEvent(client, 'handoff:completed')
    await a.notify({ type: 'moving', graceMs: 5_000, endpoint: b })
    await completed
    await expect(client.multi().set('key', 'mine').exec()).rejects.toThrow(/WATCH/)
    expect(await client.multi().set('key', 'mine').exec()).toEqual(['OK'])
  })

  it('keeps a longer socket timeout through a window, and a disabled one disabled', async () => {
    const { nodes } = await simulate(1)
    const [a] = nodes as [SimNode]
    const client = await connect(version, a, { socket: { socketTimeout: 60_000 } as never })
    const relaxed = nextEvent(client, 'timeouts:relaxed')
    await a.notify({ type: 'migrating', graceMs: 1_000 })
    await relaxed
    expect(await client.ping()).toBe('PONG')
  })
})

describe('@redis/client 5.10', () => {
  it('is refused with the versions that are supported', async () => {
    const host = (await import('redis-client-5.10')) as never
    const { createClient } = createNodeRedisAdapter(host)
    expect(() => createClient({ RESP: 3 })).toThrow(
      expect.objectContaining({ code: 'HOST_UNSUPPORTED', message: expect.stringContaining('>=5.11.0 <7') }),
    )
  })
})
