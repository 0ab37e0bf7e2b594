import { expect, it } from 'vitest'
import { createVirtualClock } from '../../src/testing/virtual-clock.js'
import { ScriptedClient } from '../support/backend-client.js'
import { describeBackends } from '../support/backends.js'

describeBackends('a simulator that announces', backend => {
  it('tells a connection that opted in', async () => {
    const { node } = await backend.simulate()
    const client = await ScriptedClient.connect(node.endpoint)
    await client.optIn()
    expect(await node.notify({ type: 'migrating', graceMs: 2_000, shards: ['1', '2'] })).toBe(1)
    expect(await client.push()).toEqual(['MIGRATING', 1, 2, '["1","2"]'])
  })

  it('tells neither those that did not opt in nor those that opted out', async () => {
    const { node } = await backend.simulate()
    const [stranger, leaver] = await Promise.all([
      ScriptedClient.connect(node.endpoint),
      ScriptedClient.connect(node.endpoint),
    ])
    await stranger.call('HELLO', 3)
    await leaver.optIn()
    expect(await leaver.call('CLIENT', 'MAINT_NOTIFICATIONS', 'OFF')).toBe('OK')
    expect(await node.notify({ type: 'migrating', graceMs: 2_000 })).toBe(0)
  })

  it('refuses to notify a RESP2 connection', async () => {
    const { node } = await backend.simulate()
    const client = await ScriptedClient.connect(node.endpoint)
    expect(await client.call('CLIENT', 'MAINT_NOTIFICATIONS', 'ON')).toMatch(/^ERR .*RESP3/)
    expect(node.connections()[0]?.optedIn).toBe(false)
  })

  it('accepts an opt-in that comes in one write with HELLO and other commands, and answers all in order', async () => {
    const { node } = await backend.simulate()
    const client = await ScriptedClient.connect(node.endpoint)
    client.send(
      ['HELLO', 3],
      ['ECHO', 'before'],
      ['CLIENT', 'MAINT_NOTIFICATIONS', 'ON', 'moving-endpoint-type', 'internal-fqdn'],
      ['ECHO', 'after'],
    )
    expect(await client.reply()).toBeInstanceOf(Map)
    expect([await client.reply(), await client.reply(), await client.reply()]).toEqual(['before', 'OK', 'after'])
    expect(node.connections()[0]?.optedIn).toBe('internal-fqdn')
  })

  it('answers an opt-in behind a blocked command only once that is answered', async () => {
    const { node } = await backend.simulate()
    const [waiting, other] = [await ScriptedClient.connect(node.endpoint), await ScriptedClient.connect(node.endpoint)]
    await waiting.call('HELLO', 3)
    waiting.send(['BLPOP', 'queue', 0], ['CLIENT', 'MAINT_NOTIFICATIONS', 'ON'])
    await other.call('RPUSH', 'queue', 'item')
    expect(await waiting.reply()).toEqual(['queue', 'item'])
    expect(await waiting.reply()).toBe('OK')
  })

  it('names the endpoint as each connection asked', async () => {
    const simulator = await backend.simulate({ nodes: 2 })
    const [a, b] = simulator.nodes
    if (a === undefined || b === undefined) throw new Error('two nodes')
    const told = ['internal-ip', 'external-ip', 'internal-fqdn', 'external-fqdn', 'none'].map(async type => {
      const client = await ScriptedClient.connect(a.endpoint)
      await client.optIn(type)
      return client
    })
    const clients = await Promise.all(told)
    await a.notify({ type: 'moving', sequence: 7, graceMs: 15_000, endpoint: b })
    const { port } = b.endpoint
    const targets = await Promise.all(clients.map(async client => (await client.push())[3]))
    const [ip, name] = [`127.0.0.1:${port}`, `localhost:${port}`]
    expect(targets).toEqual([ip, ip, name, name, null])
  })

  it('repeats a MOVING to newcomers with the seconds left, until its grace ends', async () => {
    const clock = createVirtualClock()
    const { node } = await backend.simulate({ clock })
    await node.notify({ type: 'moving', sequence: 0, graceMs: 15_000, endpoint: '10.0.0.1:6380' })
    clock.advanceBy(5_500)
    const inTime = await ScriptedClient.connect(node.endpoint)
    await inTime.optIn()
    expect(await inTime.push()).toEqual(['MOVING', 0, 10, '10.0.0.1:6380'])
    clock.advanceBy(9_500)
    const late = await ScriptedClient.connect(node.endpoint)
    await late.optIn()
    await late.call('PING')
    expect(late.order).not.toContain('push')
  })

  it('stops to repeat a MOVING when the move is ended', async () => {
    const { node } = await backend.simulate()
    await node.notify({ type: 'moving', graceMs: 15_000, endpoint: null })
    node.endMove()
    const client = await ScriptedClient.connect(node.endpoint)
    await client.optIn()
    await client.call('PING')
    expect(client.order).not.toContain('push')
  })

  it('repeats the last completion, and no starter, to all that opt in on any node', async () => {
    const simulator = await backend.simulate({ nodes: 2 })
    const [a, b] = simulator.nodes
    await a?.notify({ type: 'failing-over', graceMs: 2_000 })
    await a?.notify({ type: 'failed-over', shards: ['21'] })
    await a?.notify({ type: 'migrating', graceMs: 2_000 })
    const client = await ScriptedClient.connect(b?.endpoint ?? { host: '', port: 0 })
    await client.optIn()
    expect(await client.push()).toEqual(['FAILED_OVER', 2, '["21"]'])
    await client.call('PING')
    expect(client.order.filter(kind => kind === 'push')).toHaveLength(1)
  })

  it('closes the connections that were open at MOVING when the grace ends, and no later ones', async () => {
    const clock = createVirtualClock()
    const { node } = await backend.simulate({ clock })
    const old = await ScriptedClient.connect(node.endpoint)
    await old.optIn()
    await node.notify({ type: 'moving', graceMs: 15_000, endpoint: null })
    const newcomer = await ScriptedClient.connect(node.endpoint)
    await newcomer.optIn()
    clock.advanceBy(15_000)
    expect(await old.ended).toBe('closed')
    expect(await newcomer.call('PING')).toBe('PONG')
  })

  it('tells all nodes under one number', async () => {
    const simulator = await backend.simulate({ nodes: 2 })
    const clients = await Promise.all(simulator.nodes.map(({ endpoint }) => ScriptedClient.connect(endpoint)))
    for (const client of clients) await client.optIn()
    expect(
      await simulator.notify({
        type: 'slots-migrating',
        slots: [
          { from: 0, to: 100 },
          { from: 205, to: 205 },
        ],
      }),
    ).toBe(2)
    for (const client of clients) expect(await client.push()).toEqual(['SMIGRATING', 1, '0-100,205'])
  })

  it('writes pushes only between replies, however large and many these are', async () => {
    const { node } = await backend.simulate()
    const client = await ScriptedClient.connect(node.endpoint)
    await client.optIn()
    const large = 'x'.repeat(200_000)
    await client.call('SET', 'large', large)
    client.send(...Array.from({ length: 100 }, () => ['GET', 'large']))
    let told = 0
    const replies: unknown[] = []
    for (let index = 0; index < 100; index += 1) {
      told += await node.push(['ANNOUNCEMENT', index, 'in the midst of it'])
      replies.push(await client.reply())
    }
    expect(told).toBe(100)
    expect(replies.every(reply => reply === large)).toBe(true)
    for (let index = 0; index < 100; index += 1) expect((await client.push())[1]).toBe(index)
  })

  it('reaches connections that did not opt in where it is asked to', async () => {
    const { node } = await backend.simulate()
    const client = await ScriptedClient.connect(node.endpoint)
    await client.call('HELLO', 3)
    expect(await node.push(['ANYTHING', null], 'resp3')).toBe(1)
    expect(await client.push()).toEqual(['ANYTHING', null])
  })

  it('refuses the opt-in as a server that never heard of it, or with the words given', async () => {
    const { node } = await backend.simulate()
    const client = await ScriptedClient.connect(node.endpoint)
    await client.call('HELLO', 3)
    node.maintSupport('unknown-subcommand')
    const optIn = ['CLIENT', 'MAINT_NOTIFICATIONS', 'ON', 'moving-endpoint-type', 'none'] as const
    expect(await client.call(...optIn)).toBe("ERR unknown subcommand 'MAINT_NOTIFICATIONS'. Try CLIENT HELP.")
    node.maintSupport({ error: 'ERR not today' })
    expect(await client.call(...optIn)).toBe('ERR not today')
    node.maintSupport('ok')
    expect(await client.call(...optIn)).toBe('OK')
    expect(await client.call('CLIENT', 'MAINT_NOTIFICATIONS', 'ON', 'moving-endpoint-type', 'moon')).toMatch(/^ERR/)
  })
})
