import { createClient } from '@redis/client'
import { expect, it, onTestFinished } from 'vitest'
import { createSimulator, type SimNode } from '../../src/simulator/index.js'
import { describeWithRedisServer, findFreePort, type RedisServer, startRedisServer } from '../support/redis-server.js'

type Send = (...words: readonly string[]) => Promise<unknown>

async function start(): Promise<RedisServer> {
  const port = await findFreePort(['127.0.0.1'])
  const server = await startRedisServer({ host: '127.0.0.1', port, settings: ['--repl-diskless-sync-delay', '0'] })
  onTestFinished(() => server.kill())
  return server
}

async function connectTo({ url }: SimNode): Promise<Send> {
  const client = await createClient({ url }).connect()
  onTestFinished(() => client.destroy())
  return (...words) => client.sendCommand([...words])
}

describeWithRedisServer('two nodes with real servers of their own', () => {
  it('change roles, with the connections open and no write lost', async () => {
    const servers = [await start(), await start()]
    const nodes = servers.map(({ port }) => ({ backend: { kind: 'server', port } }) as const)
    const simulator = await createSimulator({ nodes })
    onTestFinished(() => simulator.dispose())
    const [a = simulator.node, b = simulator.node] = simulator.nodes
    const [atA, atB] = [await connectTo(a), await connectTo(b)]
    await atB('REPLICAOF', '127.0.0.1', String(servers[0]?.port))
    await atA('SET', 'key', 'before')
    expect(await atA('WAIT', '1', '20000')).toBe(1)

    await simulator.swapRoles(a, b)

    expect(await atA('ROLE')).toContain('slave')
    await expect(atA('SET', 'key', 'refused')).rejects.toThrow('READONLY')
    expect(await atB('GET', 'key')).toBe('before')
    expect(await atB('SET', 'key', 'after')).toBe('OK')
    expect([a.totalConnections, b.totalConnections]).toEqual([1, 1])
  })

  it('say why where they cannot', async () => {
    const [first, second] = [await start(), await start()]
    const nodes = [first, second].map(({ port }) => ({ backend: { kind: 'server', port } }) as const)
    const simulator = await createSimulator({ nodes })
    onTestFinished(() => simulator.dispose())
    const [a = simulator.node, b = simulator.node] = simulator.nodes
    const shared = await simulator.addNode()

    await expect(simulator.swapRoles(a, b)).rejects.toMatchObject({ code: 'SIMULATOR_UNAVAILABLE' })
    await expect(simulator.swapRoles(a, shared)).rejects.toThrow('Only nodes with servers of their own')
  })
})
