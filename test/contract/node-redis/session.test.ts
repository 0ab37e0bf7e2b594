import * as redis from '@redis/client'
import { expect, it, onTestFinished } from 'vitest'
import { createNodeRedisAdapter, type HitlessClient } from '../../../src/adapters/node-redis/index.js'
import type { SimNode } from '../../../src/simulator/index.js'
import { createVirtualClock } from '../../../src/testing/index.js'
import { describeBackends } from '../../support/backends.js'
import { connectClient, nextEvent } from '../../support/rig.js'

/** Connects a client for which no time passes, so that it does nothing merely because it has waited for long enough. */
async function connectWithoutTime(node: SimNode): Promise<HitlessClient> {
  const adapter = createNodeRedisAdapter(redis, { clock: createVirtualClock() })
  const client = adapter.createClient({
    url: node.url,
    maintNotifications: { handoff: { spread: 0 } },
  }) as HitlessClient
  onTestFinished(() => client.destroy())
  client.on('error', () => {})
  return client.connect()
}

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

  it('of a subscriber on RESP2 is restored beside clients of its database that run scripts', async () => {
    const { a } = await start()
    a.intercept(([name]) => (name === 'EVAL' ? ':1\r\n' : name === 'SCRIPT' ? '*1\r\n:1\r\n' : undefined))
    const [writer, subscriber] = [await connectClient(a), await connectClient(a, { RESP: 2 } as never)]
    const heard: string[] = []
    await subscriber.subscribe('channel', message => heard.push(message))
    await subscriber.pSubscribe('pattern*', message => heard.push(message))
    await writer.eval('return 1')
    const ready = new Promise(resolve => subscriber.once('ready', resolve))
    a.reset()
    await ready
    await writer.publish('channel', 'one')
    await writer.publish('pattern:1', 'two')
    await expect.poll(() => heard).toEqual(['one', 'two'])
  })

  it('takes the names of channels as buffers too, alone and in arrays', async () => {
    const { a } = await start()
    const [client, publisher] = [await connectClient(a), await connectClient(a)]
    const heard: string[] = []
    const listener = (message: string): void => void heard.push(message)
    await client.subscribe(Buffer.from('one') as never, listener)
    await client.subscribe([Buffer.from('two'), 'three'] as never, listener)
    for (const channel of ['one', 'two', 'three']) await publisher.publish(channel, channel)
    await expect.poll(() => heard).toEqual(['one', 'two', 'three'])
    await client.unsubscribe([Buffer.from('one'), 'two'] as never)
    expect(await publisher.publish('one', 'nobody')).toBe(0)
    await client.unsubscribe(null as never)
    expect(await publisher.publish('three', 'nobody')).toBe(0)
    await expect(client.subscribe(5 as never, listener)).rejects.toThrow(TypeError)
  })

  it('forgets the watch that was left behind on UNWATCH', async () => {
    const { a, b } = await start()
    const client = await connectClient(a)
    await client.watch('key')
    await move(client, a, b)
    await client.unwatch()
    expect(await client.multi().set('key', 'mine').exec()).toEqual(['OK'])
  })

  it.each([
    ['a block', (client: HitlessClient) => client.multi().set('key', 'mine').exec()],
    [
      'a block that failed',
      (client: HitlessClient) =>
        client
          .multi()
          .addCommand(['NOPE'])
          .exec()
          .catch(() => {}),
    ],
    ['EXEC by itself', (client: HitlessClient) => client.sendCommand(['EXEC']).catch(() => {})],
    ['UNWATCH', (client: HitlessClient) => client.unwatch()],
    ['RESET', (client: HitlessClient) => client.reset()],
  ])('lets a hand-off go on as soon as a watch has ended, by %s', async (name, end) => {
    const { a, b } = await start()
    const client = await connectWithoutTime(a)
    if (name === 'EXEC by itself') await client.sendCommand(['WATCH', 'key'])
    else await client.watch('key')
    await a.notify({ type: 'moving', graceMs: 5_000, endpoint: b })
    await expect.poll(() => client.maint.status().state).toBe('awaiting-release')
    const completed = nextEvent(client, 'handoff:completed')
    await end(client)
    expect(await completed).toMatchObject({ attempts: 1, drained: true })
    expect(await client.multi().set('key', 'mine').exec()).toEqual(['OK'])
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

  it.each(['exec', 'execAsPipeline'] as const)('has what a block has set, sent by %s', async send => {
    const { a, b } = await start()
    const client = await connectClient(a)
    await client.multi().clientSetName('inside').set('key', 'value')[send]()
    await move(client, a, b)
    expect(await client.clientGetName()).toBe('inside')
  })

  it('goes on with a cache that cannot be emptied, and tells so once', async () => {
    const { a, b } = await start()
    const clientSideCache = new redis.BasicClientSideCache()
    const client = await connectClient(a, { clientSideCache })
    clientSideCache.clear = () => {
      throw new Error('cannot be emptied')
    }
    const failures: string[] = []
    client.maint.on('internal:failed', ({ during, error }) => failures.push(`${during}: ${String(error)}`))
    await move(client, a, b)
    await move(client, b, a)
    expect(await client.set('key', 'value')).toBe('OK')
    expect(failures).toEqual(['resume: Error: cannot be emptied'])
    // The host empties it as well when a socket fails.
    Reflect.deleteProperty(clientSideCache, 'clear')
  })

  it('subscribes again to the shard channels of different slots', async () => {
    const { a, b } = await start()
    const client = await connectClient(a)
    const heard: string[] = []
    for (const channel of ['a', 'b', 'c']) await client.sSubscribe(channel, message => heard.push(message))
    const isTorn = (words: readonly string[]): boolean => /^ssubscribe$/i.test(words[0] ?? '') && words.length > 2
    b.intercept(words => (isTorn(words) ? "-CROSSSLOT Keys in request don't hash to the same slot\r\n" : undefined))
    await move(client, a, b)
    const publisher = await connectClient(a)
    for (const channel of ['a', 'b', 'c']) await publisher.sPublish(channel, channel)
    await client.ping()
    expect(heard).toEqual(['a', 'b', 'c'])
  })

  it('is subscribed again after RESET when it is asked to', async () => {
    const { a } = await start()
    const client = await connectClient(a)
    const heard: string[] = []
    await client.subscribe('news', () => {})
    await client.reset()
    await client.subscribe('news', message => heard.push(message))
    const publisher = await connectClient(a)
    await publisher.publish('news', 'one')
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
