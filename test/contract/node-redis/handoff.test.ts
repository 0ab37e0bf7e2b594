import { expect, it } from 'vitest'
import type { HitlessClient } from '../../../src/adapters/node-redis/index.js'
import type { SimNode } from '../../../src/simulator/index.js'
import { describeBackends } from '../../support/backends.js'
import { connectClient, type LoadReport, nextEvent, noteEvents, noteHooks, startLoad } from '../../support/rig.js'

async function expectNothingLost(client: HitlessClient, { acknowledged, failures, stale }: LoadReport): Promise<void> {
  expect(failures).toEqual([])
  expect(stale).toBe(0)
  expect(acknowledged).toBeGreaterThan(0)
  expect(await client.get('load:count')).toBe(String(acknowledged))
}

function nodesOf<N extends number>(nodes: readonly SimNode[], count: N): SimNode[] & { length: N } {
  expect(nodes).toHaveLength(count)
  return nodes as SimNode[] & { length: N }
}

describeBackends('a hand-off', backend => {
  const start = async (count: number) => nodesOf((await backend.simulate({ nodes: count })).nodes, count)

  it('moves the dispatcher to a target that needs a second to shake hands', async () => {
    const [a, b] = (await start(2)) as [SimNode, SimNode]
    const client = await connectClient(a)
    const events = noteEvents(client)
    const load = startLoad(client)
    b.delayHandshake(1_000)
    const completed = nextEvent(client, 'handoff:completed')
    await a.notify({ type: 'moving', graceMs: 5_000, endpoint: b })
    const { to, attempts, drained } = await completed
    await expectNothingLost(client, await load.stop())
    expect({ to, attempts, drained }).toEqual({
      to: { type: 'endpoint', endpoint: b.endpoint },
      attempts: 1,
      drained: true,
    })
    expect(b.totalConnections).toBe(1)
    await expect.poll(() => a.connections().length).toBe(0)
    expect(events).toEqual([])
  })

  it('is waited for, and read about in a loop that ends with the client', async () => {
    const [a, b] = (await start(2)) as [SimNode, SimNode]
    const client = await connectClient(a)
    const events = client.maint.events({ names: ['handoff:started', 'handoff:completed'] })
    const started = client.maint.once('handoff:started')
    await a.notify({ type: 'moving', graceMs: 5_000, endpoint: b })
    await started
    await client.maint.settled()
    await client.close()
    const names: string[] = []
    for await (const { name } of events) names.push(name)
    expect(names).toEqual(['handoff:started', 'handoff:completed'])
  })

  it('is told with one id, from the connection that is left to the one that takes over', async () => {
    const [a, b] = (await start(2)) as [SimNode, SimNode]
    const client = await connectClient(a)
    const started = nextEvent(client, 'handoff:started')
    const completed = nextEvent(client, 'handoff:completed')
    await a.notify({ type: 'moving', graceMs: 5_000, endpoint: b })
    const [from, to] = await Promise.all([started, completed])
    expect(to.handoffId).toBe(from.handoffId)
    expect(to.at).toBeGreaterThanOrEqual(from.at)
    const { link } = from.connection
    expect(from.connection).toEqual({ link, id: 1, route: { type: 'configured' }, address: a.endpoint.host })
    expect(to.connection).toEqual({ link, id: 2, route: to.to, address: b.endpoint.host })
  })

  it.each<[string, (target: SimNode) => void]>([
    ['refuses connections', target => target.refuse()],
    ['is silent', target => target.silent()],
    ['is loading its data', target => target.answerLoading()],
    ['is loading its data, but shakes hands', target => target.answerLoading('data')],
    ['hangs up at once', target => target.hangUp()],
    ['hangs up instead of answering', target => target.hangUp('after-first-command')],
  ])('falls back to the configured endpoint before the grace ends when the target %s', async (_, spoil) => {
    const [a, b] = (await start(2)) as [SimNode, SimNode]
    const client = await connectClient(a)
    const events = noteEvents(client)
    const load = startLoad(client)
    spoil(b)
    const completed = nextEvent(client, 'handoff:completed')
    await a.notify({ type: 'moving', graceMs: 2_000, endpoint: b })
    const { to } = await completed
    await expectNothingLost(client, await load.stop())
    expect(to).toEqual({ type: 'configured' })
    expect(events).toEqual([])
    await expect.poll(() => a.connections().length).toBe(1)
  })

  it('succeeds when the target recovers inside the deadline', async () => {
    const [a, b] = (await start(2)) as [SimNode, SimNode]
    const client = await connectClient(a)
    const load = startLoad(client)
    b.refuse()
    const failed = nextEvent(client, 'handoff:failed')
    const completed = nextEvent(client, 'handoff:completed')
    await a.notify({ type: 'moving', graceMs: 5_000, endpoint: b })
    expect(await failed).toMatchObject({ attempts: 1, followedBy: 'retry' })
    await b.accept()
    expect(await completed).toMatchObject({ to: { endpoint: b.endpoint }, attempts: 2 })
    await expectNothingLost(client, await load.stop())
  })

  it('acts once on a notification that comes three times, and again on the new connection', async () => {
    const [a, b] = (await start(2)) as [SimNode, SimNode]
    const client = await connectClient(a)
    const hooks = noteHooks(client)
    const load = startLoad(client)
    const completed = nextEvent(client, 'handoff:completed')
    const moving = { type: 'moving', sequence: 7, graceMs: 15_000, endpoint: b.endpoint } as const
    await Promise.all([a.notify(moving), a.notify(moving), a.notify(moving)])
    await completed
    const repeated = nextEvent(client, 'notification:ignored')
    await b.notify(moving)
    expect(await repeated).toMatchObject({ reason: 'duplicate' })
    await expectNothingLost(client, await load.stop())
    expect(b.totalConnections).toBe(1)
    expect(hooks.filter(name => name === 'handoff:started')).toHaveLength(1)
    expect(hooks.filter(name => name === 'notification:ignored')).toHaveLength(3)
  })

  it('goes from A to B to C', async () => {
    const [a, b, c] = (await start(3)) as [SimNode, SimNode, SimNode]
    const client = await connectClient(a)
    const load = startLoad(client)
    for (const [from, to] of [
      [a, b],
      [b, c],
    ] as const) {
      const completed = nextEvent(client, 'handoff:completed')
      await from.notify({ type: 'moving', graceMs: 15_000, endpoint: to })
      expect(await completed).toMatchObject({ to: { endpoint: to.endpoint }, attempts: 1 })
    }
    await expectNothingLost(client, await load.stop())
    expect([a, b, c].map(node => node.totalConnections)).toEqual([1, 1, 1])
    await expect.poll(() => [a, b, c].map(node => node.connections().length)).toEqual([0, 0, 1])
  })

  it('leaves a slow target alone when another one overtakes it', async () => {
    const [a, b, c] = (await start(3)) as [SimNode, SimNode, SimNode]
    const client = await connectClient(a)
    const hooks = noteHooks(client)
    const load = startLoad(client)
    b.delayHandshake(10_000)
    const dialled = b.nextConnection()
    await a.notify({ type: 'moving', graceMs: 15_000, endpoint: b })
    await dialled
    const completed = nextEvent(client, 'handoff:completed')
    await a.notify({ type: 'moving', graceMs: 15_000, endpoint: c })
    expect(await completed).toMatchObject({ to: { endpoint: c.endpoint }, attempts: 1 })
    await expectNothingLost(client, await load.stop())
    await expect.poll(() => [a, b, c].map(node => node.connections().length)).toEqual([0, 0, 1])
    expect(hooks.filter(name => name.startsWith('handoff:'))).toEqual([
      'handoff:started',
      'handoff:cancelled',
      'handoff:started',
      'handoff:completed',
    ])
  })

  it.each(['internal-ip', 'internal-fqdn', 'external-ip', 'external-fqdn', 'none', 'auto'] as const)(
    'goes to the configured endpoint at half of the grace when none is named, having asked for %s',
    async endpointType => {
      const [a, b] = (await start(2)) as [SimNode, SimNode]
      const target = { node: a }
      const lookup = (
        _: string,
        __: object,
        done: (error: null, found: { address: string; family: number }[]) => void,
      ) => done(null, [{ address: target.node.endpoint.host, family: 4 }])
      const client = await connectClient(a, {
        url: `redis://moving.invalid:${a.endpoint.port}`,
        socket: { lookup: lookup as never },
        maintNotifications: { endpointType },
      })
      const load = startLoad(client)
      const completed = nextEvent(client, 'handoff:completed')
      await a.notify({ type: 'moving', graceMs: 1_000, endpoint: null })
      expect(await completed).toMatchObject({ to: { type: 'configured' }, attempts: 1 })
      await expectNothingLost(client, await load.stop())
      expect(a.totalConnections).toBe(2)
      await expect.poll(() => a.connections().length).toBe(1)
      expect(b.totalConnections).toBe(0)
    },
  )

  it('survives ten plain disconnects in a row afterwards', async () => {
    const [a, b] = (await start(2)) as [SimNode, SimNode]
    const client = await connectClient(a)
    const completed = nextEvent(client, 'handoff:completed')
    await a.notify({ type: 'moving', graceMs: 1_000, endpoint: b })
    await completed
    for (let round = 0; round < 10; round++) {
      const ready = new Promise(resolve => client.once('ready', resolve))
      for (const node of [a, b]) node.reset()
      await ready
      await client.set('round', String(round))
      expect(await client.get('round')).toBe(String(round))
    }
  })

  it('leads back to the configured endpoint when the new node goes away', async () => {
    const [a, b] = (await start(2)) as [SimNode, SimNode]
    const client = await connectClient(a)
    const completed = nextEvent(client, 'handoff:completed')
    await a.notify({ type: 'moving', graceMs: 15_000, endpoint: b })
    await completed
    const ready = new Promise(resolve => client.once('ready', resolve))
    b.refuse()
    b.reset()
    await ready
    await client.set('key', 'value')
    await expect.poll(() => a.connections().length).toBe(1)
    expect(client.maint.status()).toMatchObject({ route: { type: 'configured' }, ready: true })
  })
})

describeBackends('a hand-off to another kind of address', backend => {
  it('reaches an IPv6 target', async () => {
    const { nodes } = await backend.simulate({ nodes: [{}, { host: '::1' }] })
    const [a, b] = nodes as [SimNode, SimNode]
    const client = await connectClient(a)
    const load = startLoad(client)
    const completed = nextEvent(client, 'handoff:completed')
    await a.notify({ type: 'moving', graceMs: 5_000, endpoint: `[::1]:${b.endpoint.port}` })
    expect(await completed).toMatchObject({ to: { endpoint: { host: '::1', port: b.endpoint.port } } })
    await expectNothingLost(client, await load.stop())
  })

  it("resolves a target's name with the user's own lookup", async () => {
    const { nodes } = await backend.simulate({ nodes: [{}, { host: '127.0.0.2' }] })
    const [a, b] = nodes as [SimNode, SimNode]
    const asked: string[] = []
    const lookup = (
      host: string,
      _: object,
      done: (error: null, found: { address: string; family: number }[]) => void,
    ) => {
      asked.push(host)
      done(null, [{ address: '127.0.0.2', family: 4 }])
    }
    const client = await connectClient(a, { socket: { lookup: lookup as never } })
    const completed = nextEvent(client, 'handoff:completed')
    await a.notify({ type: 'moving', graceMs: 5_000, endpoint: `node-2.invalid:${b.endpoint.port}` })
    await completed
    expect(asked).toEqual(['node-2.invalid'])
    await expect.poll(() => b.connections().length).toBe(1)
  })
})
