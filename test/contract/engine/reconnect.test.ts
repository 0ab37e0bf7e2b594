import { expect, it } from 'vitest'
import type { SimNode } from '../../../src/simulator/index.js'
import { describeHosts, type EngineClient } from '../../support/engine-hosts.js'
import { nextEvent } from '../../support/rig.js'

describeHosts('a connection that breaks', ({ start, connect }) => {
  const connections = (client: EngineClient): number => client.events.filter(event => event === 'connected').length

  it.each<[string, (node: SimNode) => void]>([
    ['is reset', node => node.reset()],
    ['is closed by the server', node => node.closeConnections()],
  ])('is made again when it %s', async (_, fault) => {
    const { node } = await start()
    const client = await connect(node, { reconnect: () => 1 })
    fault(node)
    await expect.poll(() => connections(client)).toBe(2)
    expect(client.events).toEqual(['connected', 'failed', 'reconnecting', 'connected'])
    expect(await client.command(['PING'])).toBe('PONG')
  })

  it('is made again as often as the strategy wants, which is told why', async () => {
    const { node } = await start()
    const asked: [number, unknown][] = []
    const reconnect = (retries: number, cause: unknown): number | false => {
      asked.push([retries, (cause as { code?: string }).code])
      return retries < 3 ? 1 : false
    }
    const client = await connect(node, { reconnect })
    node.refuse()
    node.reset()
    await expect(client.command(['GET', 'key'])).rejects.toThrow()
    await expect.poll(() => client.events).toContain('terminated')
    await expect(client.command(['GET', 'key'])).rejects.toThrow()
    expect(asked.map(([retries]) => retries)).toEqual([0, 1, 2, 3])
    expect(asked.slice(1).map(([, code]) => code)).toEqual(['ECONNREFUSED', 'ECONNREFUSED', 'ECONNREFUSED'])
    expect(client.maint.status()).toMatchObject({ ready: false, connections: 0 })
  })

  it('leads back to the configured endpoint after a hand-off, ten times in a row', async () => {
    const [a, b] = (await start({ nodes: 2 })).nodes as [SimNode, SimNode]
    const client = await connect(a, { reconnect: () => 1 })
    const completed = nextEvent(client, 'handoff:completed')
    await a.notify({ type: 'moving', graceMs: 1_000, endpoint: b })
    await completed
    for (let round = 0; round < 10; round++) {
      const before = connections(client)
      for (const node of [a, b]) node.reset()
      await expect.poll(() => connections(client)).toBe(before + 1)
      await client.command(['SET', 'round', String(round)])
      expect(await client.command(['GET', 'round'])).toBe(String(round))
    }
  })

  it('leads back to the configured endpoint when the new node goes away', async () => {
    const [a, b] = (await start({ nodes: 2 })).nodes as [SimNode, SimNode]
    const client = await connect(a, { reconnect: () => 1 })
    const completed = nextEvent(client, 'handoff:completed')
    await a.notify({ type: 'moving', graceMs: 15_000, endpoint: b })
    await completed
    b.refuse()
    b.reset()
    await expect.poll(() => connections(client)).toBe(2)
    await client.command(['SET', 'key', 'value'])
    await expect.poll(() => a.connections().length).toBe(1)
    expect(client.maint.status()).toMatchObject({ route: { type: 'configured' }, ready: true })
  })
})

describeHosts('a server that refuses notifications', ({ start, create, connect }) => {
  it('is told at once in mode enabled, also where errors are listened to', async () => {
    const { node } = await start()
    node.maintSupport('unknown-subcommand')
    const client = create(node, { maint: { mode: 'enabled' } })
    await expect(client.connect()).rejects.toMatchObject({ code: 'MAINT_UNSUPPORTED' })
    expect(client.events).not.toContain('reconnecting')
    expect(await (await connect(node)).command(['PING'])).toBe('PONG')
  })
})
