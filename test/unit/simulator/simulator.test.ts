import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { dirname } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createSimulator, findRedisServer, type Simulator } from '../../../src/simulator/index.js'
import { createVirtualClock } from '../../../src/testing/virtual-clock.js'
import { ScriptedClient } from '../../support/backend-client.js'

describe('a simulator', () => {
  let simulator: Simulator | undefined

  afterEach(() => simulator?.dispose())

  it('begins its numbering where it is told, and takes numbers that it is given', async () => {
    simulator = await createSimulator({ firstSequence: 0 })
    const client = await ScriptedClient.connect(simulator.node.endpoint)
    await client.optIn()
    await simulator.notify({ type: 'migrating', graceMs: 0 })
    await simulator.notify({ type: 'migrated', sequence: 9 })
    await simulator.notify({ type: 'migrating', graceMs: 0 })
    const numbers = [await client.push(), await client.push(), await client.push()].map(items => items[1])
    expect(numbers).toEqual([0, 9, 10])
  })

  it('forgets a completion when it is told to', async () => {
    simulator = await createSimulator()
    await simulator.notify({ type: 'migrated' })
    simulator.forgetCompletion()
    const client = await ScriptedClient.connect(simulator.node.endpoint)
    await client.optIn()
    await client.call('PING')
    expect(client.order).not.toContain('push')
  })

  it('records what happens, in order', async () => {
    simulator = await createSimulator({ record: true })
    const { node } = simulator
    const client = await ScriptedClient.connect(node.endpoint)
    await client.optIn('none')
    await node.notify({ type: 'moving', graceMs: 1_000, endpoint: node })
    client.close()
    await simulator.when(({ type }) => type === 'closed')
    expect(simulator.log.map(({ type, words }) => [type, ...words].join(' '))).toEqual([
      'connected',
      'command HELLO 3',
      'command CLIENT MAINT_NOTIFICATIONS ON moving-endpoint-type none',
      'opted-in',
      'pushed',
      'closed',
    ])
  })

  it('ends every socket, timer and waiting promise when disposed of, twice as well as once', async () => {
    const clock = createVirtualClock()
    simulator = await createSimulator({ nodes: 2, clock })
    const { node } = simulator
    node.delayHandshake(60_000)
    const client = await ScriptedClient.connect(node.endpoint)
    client.send(['BLPOP', 'queue', 100])
    await expect.poll(() => node.connections()[0]?.commands).toBe(1)
    await node.notify({ type: 'moving', graceMs: 15_000, endpoint: null })
    const waiting = [node.nextConnection(), simulator.next(() => true)]
    expect(clock.pending).toBeGreaterThan(2)
    await Promise.all([simulator.dispose(), simulator.dispose()])
    expect(clock.pending).toBe(0)
    expect(node.connections()).toEqual([])
    expect((await Promise.allSettled(waiting)).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    await client.ended
    await expect(ScriptedClient.connect(node.endpoint)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('adds no node that nobody would end', async () => {
    simulator = await createSimulator()
    const adding = simulator.addNode({ tls: true })
    await simulator.dispose()
    await expect(adding).rejects.toMatchObject({ code: 'SIMULATOR_UNAVAILABLE' })
    await expect(simulator.addNode()).rejects.toThrow('The simulator was disposed of')
    expect(simulator.nodes.length).toBe(1)
  })

  it('says which server it cannot reach', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0
    await new Promise(resolve => server.close(resolve))
    const creating = createSimulator({ backend: { kind: 'server', port } })
    await expect(creating).rejects.toThrow(`Cannot reach a server at 127.0.0.1 port ${port}`)
  })

  it('says which binary it cannot start', async () => {
    const creating = createSimulator({ backend: { kind: 'spawn', command: '/nowhere/redis-server' } })
    await expect(creating).rejects.toMatchObject({ code: 'SIMULATOR_UNAVAILABLE' })
    const failing = createSimulator({ backend: { kind: 'spawn', command: '/bin/false' } })
    await expect(failing).rejects.toThrow('/bin/false did not get ready')
  })

  it.runIf(findRedisServer() !== undefined)('takes the server that it started down with it', async () => {
    simulator = await createSimulator({ backend: { kind: 'spawn' } })
    const client = await ScriptedClient.connect(simulator.node.endpoint)
    const answer = String(await client.call('CONFIG', 'GET', 'unixsocket'))
    const path = answer.split(',').at(-1) ?? ''
    expect(existsSync(path)).toBe(true)
    await simulator.dispose()
    expect(existsSync(path)).toBe(false)
    await expect(once(connect(path), 'connect')).rejects.toMatchObject({ code: 'ENOENT' })
    expect(existsSync(dirname(path))).toBe(false)
  })

  it('closes a connection that sends what is no command, and says why', async () => {
    simulator = await createSimulator()
    const client = await ScriptedClient.connect(simulator.node.endpoint)
    client.sendBytes('*1\r\n+PING\r\n')
    expect(await client.reply()).toMatchObject({ message: "ERR Protocol error: expected '$', got '+'" })
    expect(await client.ended).toBe('closed')
  })

  it('falls silent for good on a connection that opts in, where it is told to', async () => {
    simulator = await createSimulator({ record: true })
    const { node } = simulator
    node.maintSupport('silent')
    const client = await ScriptedClient.connect(node.endpoint)
    client.send(['HELLO', 3], ['CLIENT', 'MAINT_NOTIFICATIONS', 'ON'], ['PING'])
    expect(await client.reply()).toBeInstanceOf(Map)
    await simulator.when(({ words }) => words[1] === 'MAINT_NOTIFICATIONS')
    const other = await ScriptedClient.connect(node.endpoint)
    expect(await other.call('PING')).toBe('PONG')
    expect(client.unread).toBe(0)
  })
})
