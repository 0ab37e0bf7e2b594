import { expect, it } from 'vitest'
import type { HitlessClient } from '../../../src/adapters/node-redis/index.js'
import type { SimNode } from '../../../src/simulator/index.js'
import { describeBackends } from '../../support/backends.js'
import { connectClient, nextEvent } from '../../support/rig.js'

async function move(client: HitlessClient, from: SimNode, to: SimNode): Promise<void> {
  const completed = nextEvent(client, 'handoff:completed')
  await from.notify({ type: 'moving', graceMs: 5_000, endpoint: to })
  await completed
}

describeBackends('a session', backend => {
  const start = async () => {
    const simulator = await backend.simulate({ nodes: 2, record: true })
    const [a, b] = simulator.nodes as [SimNode, SimNode]
    const sentTo = (node: SimNode): string[] =>
      simulator.log.flatMap(event =>
        event.type === 'command' && event.node === node.index ? [event.words.join(' ')] : [],
      )
    return { simulator, a, b, sentTo }
  }

  it('is set up again on the new connection: its name, its place in eviction', async () => {
    const { a, b, sentTo } = await start()
    const client = await connectClient(a)
    await client.clientSetName('first')
    await client.clientSetName('second')
    await client.sendCommand(['CLIENT', 'NO-EVICT', 'ON'])
    await client.sendCommand(['client', 'no-touch', 'on']).catch(() => 'unknown to Redis before 7.2')
    await move(client, a, b)
    expect(await client.clientGetName()).toBe('second')
    expect(sentTo(b)).toContain('CLIENT NO-EVICT ON')
    expect(sentTo(b)).not.toContain('CLIENT SETNAME first')
  })

  it('tells what the new server refused to set up', async () => {
    const { a, b } = await start()
    const client = await connectClient(a)
    await client.sendCommand(['CLIENT', 'NO-EVICT', 'ON'])
    b.intercept(words => (words[1] === 'NO-EVICT' ? '-NOPERM no permissions\r\n' : undefined))
    const incomplete = nextEvent(client, 'session:incomplete')
    await move(client, a, b)
    expect(await incomplete).toMatchObject({ command: ['CLIENT', 'NO-EVICT', 'ON'] })
  })

  it('lets a MULTI block that was sent by itself end where it began', async () => {
    const { a, b } = await start()
    const client = await connectClient(a)
    await client.sendCommand(['MULTI'])
    const dialled = b.nextConnection()
    const completed = nextEvent(client, 'handoff:completed')
    await a.notify({ type: 'moving', graceMs: 5_000, endpoint: b })
    await dialled
    expect(await client.sendCommand(['SET', 'key', 'value'])).toBe('QUEUED')
    expect(await client.sendCommand(['EXEC'])).toEqual(['OK'])
    await completed
    expect(await client.get('key')).toBe('value')
  })

  it('tells of a MULTI block that was left open for too long', async () => {
    const { a, b } = await start()
    const client = await connectClient(a)
    await client.sendCommand(['MULTI'])
    await client.sendCommand(['SET', 'key', 'value'])
    const torn = nextEvent(client, 'session:incomplete')
    await move(client, a, b)
    expect(await torn).toMatchObject({ command: ['MULTI'], error: { code: 'SESSION_TORN' } })
    await expect(client.sendCommand(['EXEC'])).rejects.toThrow('EXEC without MULTI')
    expect(await client.get('key')).toBeNull()
  })

  it('fails an EXEC sent by itself when the watch was left behind', async () => {
    const { a, b } = await start()
    const client = await connectClient(a)
    await client.sendCommand(['WATCH', 'key'])
    await move(client, a, b)
    await client.sendCommand(['MULTI'])
    await client.sendCommand(['SET', 'key', 'mine'])
    await expect(client.sendCommand(['EXEC'])).rejects.toThrow('Client reconnected after WATCH')
    expect(await client.get('key')).toBeNull()
    expect(await client.multi().set('key', 'mine').exec()).toEqual(['OK'])
  })

  it('forgets the watch that was left behind on UNWATCH', async () => {
    const { a, b } = await start()
    const client = await connectClient(a)
    await client.watch('key')
    await move(client, a, b)
    await client.unwatch()
    expect(await client.multi().set('key', 'mine').exec()).toEqual(['OK'])
  })

  it('tells since when messages may be missing after a connection broke', async () => {
    const { a } = await start()
    const client = await connectClient(a)
    const heard: string[] = []
    await client.subscribe('news', message => heard.push(message))
    const interrupted = nextEvent(client, 'subscriptions:interrupted')
    a.reset()
    const { fromAt, untilAt } = await interrupted
    expect(untilAt).toBeGreaterThanOrEqual(fromAt)
    // The wall clock: a process is not as old as that.
    expect(fromAt).toBeGreaterThan(Date.UTC(2020))
    const publisher = await connectClient(a)
    await publisher.publish('news', 'one')
    await client.ping()
    expect(heard).toEqual(['one'])
  })

  it('keeps listeners in both forms, patterns and shard channels, and takes them away again', async () => {
    const { a, b } = await start()
    const client = await connectClient(a)
    const heard: unknown[] = []
    const text = (message: string): unknown => heard.push(message)
    const raw = (message: Buffer): unknown => heard.push(message)
    await client.subscribe('news', text)
    await client.subscribe('news', raw, true)
    await client.pSubscribe('n?ws', text)
    await client.sSubscribe('shard', text)
    await move(client, a, b)
    const publisher = await connectClient(a)
    await publisher.publish('news', 'one')
    await publisher.sPublish('shard', 'two')
    await client.ping()
    expect(heard).toEqual([...['one', Buffer.from('one')].reverse(), 'one', 'two'].sort(byKind))
    await client.unsubscribe('news', text)
    await client.unsubscribe('news', raw, true)
    await client.pUnsubscribe()
    await client.sUnsubscribe('shard')
    expect(client.isPubSubActive).toBe(false)
    heard.length = 0
    await publisher.publish('news', 'three')
    await client.ping()
    expect(heard).toEqual([])
  })

  it('hears on the new connection what was subscribed while it was prepared', async () => {
    const { a, b } = await start()
    const client = await connectClient(a)
    await client.subscribe('first', () => {})
    b.delayHandshake(200)
    const completed = nextEvent(client, 'handoff:completed')
    await a.notify({ type: 'moving', graceMs: 5_000, endpoint: b })
    const heard: string[] = []
    await client.subscribe('second', message => heard.push(message))
    await completed
    const publisher = await connectClient(a)
    await publisher.publish('second', 'one')
    await client.ping()
    expect(heard).toEqual(['one'])
  })

  it('tells users of invalidations that everything may have changed', async () => {
    const { a, b } = await start()
    const client = await connectClient(a, { emitInvalidate: true })
    const invalidated: unknown[] = []
    client.on('invalidate', key => invalidated.push(key))
    await move(client, a, b)
    expect(invalidated).toEqual([null])
  })

  it('survives RESET: notifications are asked for again', async () => {
    const { a, b } = await start()
    const client = await connectClient(a)
    await client.select(3)
    await client.reset()
    await client.set('key', 'zero')
    await move(client, a, b)
    expect(await client.get('key')).toBe('zero')
  })

  // The built-in store has no MONITOR.
  const itMonitors = backend.name === 'store' ? () => {} : it
  itMonitors('keeps monitoring', async () => {
    const { a, b } = await start()
    const client = await connectClient(a)
    const other = await connectClient(b)
    const seen: string[] = []
    await client.monitor((line: unknown) => seen.push(String(line)))
    await move(client, a, b)
    await other.set('after', 'move')
    await expect.poll(() => seen.some(line => line.includes('"after"'))).toBe(true)
  })
})

function byKind(a: unknown, b: unknown): number {
  return Number(Buffer.isBuffer(b)) - Number(Buffer.isBuffer(a))
}
