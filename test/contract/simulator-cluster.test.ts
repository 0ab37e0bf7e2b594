import { afterEach, describe, expect, it } from 'vitest'
import { createSimulator, type SimNode, type Simulator, type SimulatorOptions } from '../../src/simulator/index.js'
import type { RespValue } from '../../src/wire/value.js'
import { ScriptedClient } from '../support/backend-client.js'

const opened: { simulators: Simulator[]; clients: ScriptedClient[] } = { simulators: [], clients: [] }

async function simulate(options: SimulatorOptions): Promise<Simulator> {
  const simulator = await createSimulator(options)
  opened.simulators.push(simulator)
  return simulator
}

async function connect(node: SimNode | undefined, type?: string): Promise<ScriptedClient> {
  if (node === undefined) throw new Error('The node is missing')
  const client = await ScriptedClient.connect(node.endpoint)
  opened.clients.push(client)
  if (type !== undefined) await client.optIn(type)
  return client
}

afterEach(async () => {
  for (const client of opened.clients.splice(0)) client.close()
  await Promise.all(opened.simulators.splice(0).map(simulator => simulator.dispose()))
})

describe('A cluster of the simulator', () => {
  it('announces slots that move on every node under one number each, and tells newcomers in between', async () => {
    const { cluster, nodes } = await simulate({ cluster: { shards: 3 } })
    const [a, b] = nodes
    if (a === undefined || b === undefined) throw new Error('A node is missing')
    const clients = [await connect(a, 'external-ip'), await connect(nodes[2], 'external-ip')]
    const move = await cluster.announceMove(
      { slots: { from: 0, to: 99 }, to: b },
      { slots: { from: 200, to: 200 }, to: b },
    )
    clients.push(await connect(b, 'external-ip'))
    for (const client of clients) expect(await client.push()).toEqual(['SMIGRATING', 1, '0-99,200'])
    expect(cluster.ownerOf(50)).toBe(a)
    expect(await move.finish()).toBe(3)
    expect(cluster.ownerOf(50)).toBe(b)
    const [from, to] = [a, b].map(({ endpoint: { host, port } }) => `${host}:${port}`)
    for (const client of clients)
      expect(await client.push()).toEqual([
        'SMIGRATED',
        2,
        [
          [from, to, '0-99'],
          [from, to, '200'],
        ],
      ])
  })

  it.each([
    ['remove', [false, true, true]],
    ['add', [true, true, true, true]],
    ['remove-add', [false, true, true, true]],
    ['slot-shuffle', [true, true, true]],
  ] as const)('has the effect %s on the nodes that own slots', async (effect, owning) => {
    const { cluster } = await simulate({ cluster: { shards: 3 } })
    const move = await cluster.announceEffect(effect)
    await move.finish()
    expect(cluster.shards.map(({ slots }) => slots.length > 0)).toEqual(owning)
  })

  it('names nodes by their addresses, by their names, or not at all', async () => {
    const { cluster, nodes } = await simulate({
      cluster: { shards: 2, node: () => ({ host: '::1', name: 'node.test' }) },
    })
    const client = await connect(nodes[0])
    const { port } = cluster.ownerOf('foo')?.endpoint ?? { port: 0 }
    expect(await client.call('GET', 'foo')).toBe(`MOVED 12182 ::1:${port}`)
    cluster.endpointType = 'fqdn'
    expect(await client.call('GET', 'foo')).toBe(`MOVED 12182 node.test:${port}`)
    cluster.endpointType = 'none'
    const rows = (await client.call('CLUSTER', 'SLOTS')) as readonly (readonly [number, number, readonly RespValue[]])[]
    expect(rows.map(([from, to, [host]]) => [from, to, host])).toEqual([
      [0, 8191, null],
      [8192, 16383, null],
    ])
  })

  it('lets one node say that the cluster is down, and sends a wait elsewhere when its slot goes', async () => {
    const simulator = await simulate({ cluster: { shards: 2 } })
    const { cluster, nodes } = simulator
    const [a, b] = nodes
    if (a === undefined || b === undefined) throw new Error('A node is missing')
    const client = await connect(a)
    cluster.down(true, a)
    expect(await client.call('GET', 'hello')).toBe('CLUSTERDOWN The cluster is down')
    cluster.down(false, a)
    const waits = simulator.next(({ words }) => words[0] === 'BLPOP')
    const popped = client.call('BLPOP', 'hello', '0')
    await waits
    cluster.moveSlots({ slots: { from: 866, to: 866 }, to: b })
    expect(await popped).toBe(`MOVED 866 127.0.0.1:${b.endpoint.port}`)
  })
})

describe('Sentinels of the simulator', () => {
  it('name the primary, fail over when asked, and tell it on their channels', async () => {
    const { sentinel } = await simulate({ sentinel: {} })
    const [first, second] = sentinel.sentinels
    const [replica] = sentinel.replicas
    if (replica === undefined || second === undefined) throw new Error('A node is missing')
    const [asking, listening, stale] = [
      await connect(first),
      await connect(second),
      await connect(sentinel.sentinels[2]),
    ]
    const before = sentinel.primary
    await listening.call('HELLO', 3)
    listening.send(['PSUBSCRIBE', '+switch-*'])
    await listening.push()
    if (sentinel.sentinels[2] !== undefined) sentinel.freeze(sentinel.sentinels[2])
    expect(await asking.call('SENTINEL', 'FAILOVER', 'mymaster')).toBe('OK')
    const [from, to] = [before, replica].map(({ endpoint: { host, port } }) => `${host} ${port}`)
    expect(await listening.push()).toEqual(['pmessage', '+switch-*', '+switch-master', `mymaster ${from} ${to}`])
    const question = ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'mymaster'] as const
    expect(await listening.call(...question)).toEqual(to?.split(' '))
    expect(await stale.call(...question)).toEqual(from?.split(' '))
    const former = await connect(before)
    expect(await former.call('SET', 'key', '1')).toMatch(/^READONLY/)
    expect(await former.call('ROLE')).toEqual(['slave', replica.endpoint.host, replica.endpoint.port, 'connected', 0])
    expect(await (await connect(replica)).call('SET', 'key', '1')).toBe('OK')
  })
})

describe('A node that says that it is Valkey', () => {
  it('sends connections with the capability to its primary, and others not', async () => {
    const { nodes } = await simulate({ nodes: [{ server: 'valkey' }, { server: 'valkey' }] })
    const [a, b] = nodes
    if (a === undefined || b === undefined) throw new Error('A node is missing')
    const [able, plain] = [await connect(a), await connect(a)]
    expect(await able.call('CLIENT', 'CAPA', 'redirect')).toBe('OK')
    a.follow(b)
    const elsewhere = `REDIRECT ${b.endpoint.host}:${b.endpoint.port}`
    expect(await able.call('SET', 'key', '1')).toBe(elsewhere)
    expect(await able.call('GET', 'key')).toBe(elsewhere)
    expect(await able.call('PING')).toBe('PONG')
    await able.call('READONLY')
    expect(await able.call('GET', 'key')).toBe(null)
    expect(await plain.call('SET', 'key', '1')).toMatch(/^READONLY/)
    expect(await plain.call('GET', 'key')).toBe(null)
  })
})
