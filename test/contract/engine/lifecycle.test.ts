import { expect, it } from 'vitest'
import type { SimNode } from '../../../src/simulator/index.js'
import { describeHosts } from '../../support/engine-hosts.js'
import { nextEvent } from '../../support/rig.js'

// A socket or a timer that outlives its client fails the test that left it: see test/support/leak-check.ts.
describeHosts('a client', ({ errors, start, create, connect }) => {
  const pair = async () => (await start({ nodes: 2 })).nodes as [SimNode, SimNode]

  it.each(['close', 'quit', 'destroy'] as const)(
    'ends both connections on %s while a hand-off is prepared',
    async end => {
      const [a, b] = await pair()
      const client = await connect(a)
      b.silent()
      const dialled = b.nextConnection()
      await a.notify({ type: 'moving', graceMs: 15_000, endpoint: b })
      await dialled
      await client[end]()
      expect(client.maint.status()).toMatchObject({ state: 'closed', connections: 0, ready: false })
      expect(client.events).toEqual(['connected', 'ended'])
      await expect(client.command(['GET', 'key'])).rejects.toStrictEqual(errors.closed())
    },
  )

  it.each(['close', 'quit'] as const)('answers what was sent before %s, also during a hand-off', async end => {
    const [a, b] = await pair()
    const client = await connect(a)
    const completed = nextEvent(client, 'handoff:completed')
    await a.notify({ type: 'moving', graceMs: 15_000, endpoint: b })
    if (end === 'quit') await completed
    const replies = Array.from({ length: 500 }, (_, at) => client.command(['SET', `key:${at}`, 'value']))
    await client[end]()
    expect(await Promise.all(replies)).toEqual(replies.map(() => 'OK'))
    expect(client.maint.status().connections).toBe(0)
  })

  it('does not wait on close for a server that owes no answer', async () => {
    const { node } = await start()
    const client = await connect(node)
    node.silent()
    await client.close()
    expect(client.maint.status().connections).toBe(0)
  })

  it('rejects on destroy what has no answer, and may be destroyed twice', async () => {
    const { node } = await start()
    const client = await connect(node)
    node.silent()
    const failed = expect(client.command(['SET', 'key', 'value'])).rejects.toStrictEqual(errors.destroyed())
    client.destroy()
    await failed
    client.destroy()
    expect(client.events).toEqual(['connected', 'ended'])
  })

  it('ends on close the wait for a server that is away, and what waits for it', async () => {
    const { node } = await start()
    const client = await connect(node)
    node.refuse()
    node.reset()
    await expect.poll(() => client.events).toContain('reconnecting')
    const failed = expect(client.command(['GET', 'key'])).rejects.toStrictEqual(errors.closed())
    await client.close()
    await failed
    expect(client.maint.status()).toMatchObject({ state: 'closed', connections: 0 })
  })

  it('rejects on close a connect that is under way', async () => {
    const { node } = await start()
    node.silent()
    const client = create(node)
    const accepted = node.nextConnection()
    const connected = expect(client.connect()).rejects.toStrictEqual(errors.closed())
    await accepted
    await client.close()
    await connected
  })

  it('connects again after close, but not twice at once', async () => {
    const { node } = await start()
    const client = await connect(node)
    await client.close()
    await client.connect()
    expect(await client.command(['PING'])).toBe('PONG')
    await expect(client.connect()).rejects.toStrictEqual(errors.alreadyOpen())
  })

  it('answers quit behind everything else', async () => {
    const { node } = await start()
    const client = await connect(node)
    const order: string[] = []
    const reply = client.command(['SET', 'key', 'value']).then(() => order.push('set'))
    expect(await client.quit()).toBe('OK')
    await reply
    expect(order).toEqual(['set'])
    expect(client.events).toEqual(['connected', 'ended'])
  })

  it('tells its status as it is', async () => {
    const [a, b] = await pair()
    const client = create(a, { reconnect: () => 60_000 })
    const { status } = client.maint
    expect(status()).toMatchObject({ ready: false, connections: 0, route: undefined })
    await client.connect()
    const capability = { state: 'supported', endpointType: 'internal-ip' }
    const serving = { state: 'serving', ready: true, inMaintenance: false, connections: 1, capability }
    expect(status()).toMatchObject({ ...serving, route: { type: 'configured' } })
    b.delayHandshake(100)
    const dialled = b.nextConnection()
    const completed = nextEvent(client, 'handoff:completed')
    await a.notify({ type: 'moving', graceMs: 5_000, endpoint: b })
    await dialled
    expect(status()).toMatchObject({ state: 'preparing', ready: true, inMaintenance: true, connections: 2 })
    await completed
    expect(status()).toMatchObject({ state: 'serving', ready: true, route: { type: 'endpoint', endpoint: b.endpoint } })
    for (const node of [a, b]) {
      node.refuse()
      node.reset()
    }
    await expect.poll(status).toMatchObject({ state: 'pausing', ready: false, connections: 0 })
    client.destroy()
    expect(status()).toMatchObject({ state: 'closed', ready: false, connections: 0, waitingCommands: 0 })
  })
})
