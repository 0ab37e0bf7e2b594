import { expect, it } from 'vitest'
import type { SimNode } from '../../../src/simulator/index.js'
import { describeHosts, type EngineClient } from '../../support/engine-hosts.js'
import { startLoad } from '../../support/engine-load.js'
import { nextEvent, noteHooks } from '../../support/rig.js'
import { createTestName } from '../../support/test-name.js'

/** What a client told that never noticed anything. */
const CALM = ['connected']

describeHosts('a hand-off', ({ start, connect }) => {
  const nodes = async (count: number): Promise<readonly SimNode[]> => (await start({ nodes: count })).nodes
  const completion = (client: EngineClient) => nextEvent(client, 'handoff:completed')

  it('moves to a target that needs a second to shake hands', async () => {
    const [a, b] = (await nodes(2)) as [SimNode, SimNode]
    const client = await connect(a)
    const load = startLoad(client)
    b.delayHandshake(1_000)
    const completed = completion(client)
    await a.notify({ type: 'moving', graceMs: 5_000, endpoint: b })
    const { to, attempts, drained } = await completed
    await load.expectPerfect()
    expect({ to, attempts, drained }).toEqual({
      to: { type: 'endpoint', endpoint: b.endpoint },
      attempts: 1,
      drained: true,
    })
    expect(b.totalConnections).toBe(1)
    await expect.poll(() => a.connections().length).toBe(0)
    expect(client.events).toEqual(CALM)
  })

  it.each<[string, (target: SimNode) => void]>([
    ['refuses connections', target => target.refuse()],
    ['is silent', target => target.silent()],
    ['is loading its data', target => target.answerLoading()],
    ['is loading its data, but shakes hands', target => target.answerLoading('data')],
    ['hangs up at once', target => target.hangUp()],
    ['hangs up instead of answering', target => target.hangUp('after-first-command')],
  ])('falls back to the configured endpoint before the grace ends when the target %s', async (_, spoil) => {
    const [a, b] = (await nodes(2)) as [SimNode, SimNode]
    const client = await connect(a)
    const load = startLoad(client)
    spoil(b)
    const completed = completion(client)
    await a.notify({ type: 'moving', graceMs: 2_000, endpoint: b })
    const { to } = await completed
    await load.expectPerfect()
    expect(to).toEqual({ type: 'configured' })
    expect(client.events).toEqual(CALM)
    await expect.poll(() => a.connections().length).toBe(1)
  })

  it('succeeds when the target recovers inside the deadline', async () => {
    const [a, b] = (await nodes(2)) as [SimNode, SimNode]
    const client = await connect(a)
    const load = startLoad(client)
    b.refuse()
    const failed = nextEvent(client, 'handoff:failed')
    const completed = completion(client)
    await a.notify({ type: 'moving', graceMs: 5_000, endpoint: b })
    expect(await failed).toMatchObject({ attempts: 1, followedBy: 'retry' })
    await b.accept()
    expect(await completed).toMatchObject({ to: { endpoint: b.endpoint }, attempts: 2 })
    await load.expectPerfect()
  })

  it('is made once for a notification that comes three times, and again on the new connection', async () => {
    const [a, b] = (await nodes(2)) as [SimNode, SimNode]
    const client = await connect(a)
    const hooks = noteHooks(client)
    const load = startLoad(client)
    const completed = completion(client)
    const moving = { type: 'moving', sequence: 7, graceMs: 15_000, endpoint: b.endpoint } as const
    await Promise.all([a.notify(moving), a.notify(moving), a.notify(moving)])
    await completed
    const repeated = nextEvent(client, 'notification:ignored')
    await b.notify(moving)
    expect(await repeated).toMatchObject({ cause: 'duplicate' })
    await load.expectPerfect()
    expect(b.totalConnections).toBe(1)
    expect(hooks.filter(name => name === 'handoff:started')).toHaveLength(1)
    expect(hooks.filter(name => name === 'notification:ignored')).toHaveLength(3)
  })

  it('is told with one id, from the connection that is left to the one that takes over', async () => {
    const [a, b] = (await nodes(2)) as [SimNode, SimNode]
    const client = await connect(a)
    const started = nextEvent(client, 'handoff:started')
    const completed = completion(client)
    await a.notify({ type: 'moving', graceMs: 5_000, endpoint: b })
    const [from, to] = await Promise.all([started, completed])
    expect(to.handoffId).toBe(from.handoffId)
    expect(to.at).toBeGreaterThanOrEqual(from.at)
    const { link } = from.connection
    expect(from.connection).toEqual({ link, id: 1, route: { type: 'configured' }, address: a.endpoint.host })
    expect(to.connection).toEqual({ link, id: 2, route: to.to, address: b.endpoint.host })
  })

  it('leads from A to B to C', async () => {
    const [a, b, c] = (await nodes(3)) as [SimNode, SimNode, SimNode]
    const client = await connect(a)
    const load = startLoad(client)
    for (const [from, to] of [
      [a, b],
      [b, c],
    ] as const) {
      const completed = completion(client)
      await from.notify({ type: 'moving', graceMs: 15_000, endpoint: to })
      expect(await completed).toMatchObject({ to: { endpoint: to.endpoint }, attempts: 1 })
    }
    await load.expectPerfect()
    expect([a, b, c].map(node => node.totalConnections)).toEqual([1, 1, 1])
    await expect.poll(() => [a, b, c].map(node => node.connections().length)).toEqual([0, 0, 1])
  })

  it('leaves a slow target alone when another one overtakes it', async () => {
    const [a, b, c] = (await nodes(3)) as [SimNode, SimNode, SimNode]
    const client = await connect(a)
    const hooks = noteHooks(client)
    const load = startLoad(client)
    b.delayHandshake(10_000)
    const dialled = b.nextConnection()
    await a.notify({ type: 'moving', graceMs: 15_000, endpoint: b })
    await dialled
    const completed = completion(client)
    await a.notify({ type: 'moving', graceMs: 15_000, endpoint: c })
    expect(await completed).toMatchObject({ to: { endpoint: c.endpoint }, attempts: 1 })
    await load.expectPerfect()
    await expect.poll(() => [a, b, c].map(node => node.connections().length)).toEqual([0, 0, 1])
    expect(hooks.filter(name => name.startsWith('handoff:'))).toEqual([
      'handoff:started',
      'handoff:cancelled',
      'handoff:started',
      'handoff:completed',
    ])
  })

  it.each(['internal-ip', 'internal-fqdn', 'external-ip', 'external-fqdn', 'none', 'auto'] as const)(
    'leads to the configured endpoint at half of the grace when none is named, having asked for %s',
    async endpointType => {
      const [a, b] = (await nodes(2)) as [SimNode, SimNode]
      const name = createTestName('moving.invalid', a.endpoint.host)
      const client = await connect(a, { host: name.host, lookup: name.lookup, maint: { endpointType } })
      const load = startLoad(client)
      const completed = completion(client)
      await a.notify({ type: 'moving', graceMs: 2_000, endpoint: null })
      expect(await completed).toMatchObject({ to: { type: 'configured' }, attempts: 1 })
      await load.expectPerfect()
      expect(a.totalConnections).toBe(2)
      await expect.poll(() => a.connections().length).toBe(1)
      expect(b.totalConnections).toBe(0)
    },
  )

  it('reaches an IPv6 target', async () => {
    const [a, b] = (await start({ nodes: [{}, { host: '::1' }] })).nodes as [SimNode, SimNode]
    const client = await connect(a)
    const load = startLoad(client)
    const completed = completion(client)
    await a.notify({ type: 'moving', graceMs: 5_000, endpoint: `[::1]:${b.endpoint.port}` })
    expect(await completed).toMatchObject({ to: { endpoint: { host: '::1', port: b.endpoint.port } } })
    await load.expectPerfect()
  })

  it("resolves a target's name with the user's own lookup", async () => {
    const [a, b] = (await start({ nodes: [{}, { host: '127.0.0.2' }] })).nodes as [SimNode, SimNode]
    const name = createTestName('node-2.invalid', '127.0.0.2')
    const client = await connect(a, { lookup: name.lookup })
    const completed = completion(client)
    await a.notify({ type: 'moving', graceMs: 5_000, endpoint: `${name.host}:${b.endpoint.port}` })
    await completed
    expect(name.lookups).toBe(1)
    await expect.poll(() => b.connections().length).toBe(1)
  })
})
