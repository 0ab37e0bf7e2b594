import { expect, it } from 'vitest'
import type { SimNode } from '../../../src/simulator/index.js'
import { describeHosts } from '../../support/engine-hosts.js'
import { nextEvent } from '../../support/rig.js'

/** Notes what a server is asked about subscriptions, in order. */
function noteAsked(node: SimNode): string[] {
  const asked: string[] = []
  node.intercept(([name = '', ...keys]) => {
    if (/subscribe$/i.test(name)) asked.push([name.toLowerCase(), ...keys].join(' '))
    return undefined
  })
  return asked
}

describeHosts('a subscription', ({ start, connect, create }) => {
  it('loses no message at a hand-off, gets none twice, and all in order', async () => {
    const [a, b] = (await start({ nodes: 2 })).nodes as [SimNode, SimNode]
    const client = await connect(a)
    const publisher = await connect(a, { maint: { mode: 'disabled' } })
    const heard: Record<'channel' | 'pattern', string[]> = { channel: [], pattern: [] }
    await client.subscribe('news', message => heard.channel.push(message))
    await client.psubscribe('n?ws', message => heard.pattern.push(message))
    b.delayHandshake(50)
    const completed = nextEvent(client, 'handoff:completed')
    let moved = false
    void completed.then(() => {
      moved = true
    })
    await a.notify({ type: 'moving', graceMs: 5_000, endpoint: b, closeAtGraceEnd: false })
    const sent: string[] = []
    const publish = async (): Promise<void> => {
      sent.push(String(sent.length))
      await publisher.command(['PUBLISH', 'news', `${sent.at(-1)}`])
    }
    while (!moved) await publish()
    for (let more = 0; more < 10; more++) await publish()
    // What was published before is delivered before the answer.
    for (let ping = 0; ping < 2; ping++) await client.command(['PING'])
    expect(heard).toEqual({ channel: sent, pattern: sent })
  })

  it('that is given up hears what was published before', async () => {
    const { node } = await start()
    const client = await connect(node)
    const heard: string[] = []
    await client.subscribe('news', message => heard.push(message))
    const message = '>3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$6\r\nbefore\r\n'
    const confirmation = '>3\r\n$11\r\nunsubscribe\r\n$4\r\nnews\r\n:0\r\n'
    node.intercept(([name = '']) => (/^unsubscribe$/i.test(name) ? message + confirmation : undefined))
    await client.unsubscribe('news')
    await client.command(['PING'])
    expect(heard).toEqual(['before'])
  })

  it('that begins while a hand-off is prepared is heard on the new connection', async () => {
    const [a, b] = (await start({ nodes: 2 })).nodes as [SimNode, SimNode]
    const client = await connect(a)
    const publisher = await connect(a, { maint: { mode: 'disabled' } })
    await client.subscribe('first', () => {})
    b.delayHandshake(200)
    const completed = nextEvent(client, 'handoff:completed')
    await a.notify({ type: 'moving', graceMs: 5_000, endpoint: b })
    const heard: string[] = []
    await client.subscribe('second', message => heard.push(message))
    await completed
    await publisher.command(['PUBLISH', 'second', 'one'])
    await client.command(['PING'])
    expect(heard).toEqual(['one'])
  })

  it('is there again after a plain reconnect, and tells since when messages may be missing', async () => {
    const { node } = await start()
    const client = await connect(node, { reconnect: () => 1 })
    const heard: string[] = []
    await client.subscribe('news', message => heard.push(message))
    const interrupted = nextEvent(client, 'subscriptions:interrupted')
    node.reset()
    const { fromAt, untilAt } = await interrupted
    expect(untilAt).toBeGreaterThanOrEqual(fromAt)
    // The wall clock: a process is not as old as that.
    expect(fromAt).toBeGreaterThan(Date.UTC(2020))
    const publisher = await connect(node)
    await publisher.command(['PUBLISH', 'news', 'one'])
    await client.command(['PING'])
    expect(heard).toEqual(['one'])
  })

  it('that was taken back is not carried along', async () => {
    const [a, b] = (await start({ nodes: 2 })).nodes as [SimNode, SimNode]
    const client = await connect(a)
    const heard: string[] = []
    await client.subscribe('news', message => heard.push(message))
    await client.unsubscribe('news')
    const completed = nextEvent(client, 'handoff:completed')
    await a.notify({ type: 'moving', graceMs: 5_000, endpoint: b })
    await completed
    expect(await client.command(['PUBLISH', 'news', 'one'])).toBe(0)
    expect(heard).toEqual([])
  })

  it('that was refused fails, and is heard once it is asked for again and allowed', async () => {
    const { node } = await start()
    const client = await connect(node)
    const allow = node.intercept(words =>
      words[0]?.toLowerCase() === 'subscribe' ? '-NOPERM no permissions\r\n' : undefined,
    )
    const heard: string[] = []
    const listen = (message: string): unknown => heard.push(message)
    const calls = [client.subscribe('news', listen), client.subscribe('news', () => {})]
    const outcomes = await Promise.allSettled(calls)
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    allow()
    await client.subscribe('news', listen)
    const publisher = await connect(node)
    expect(await publisher.command(['PUBLISH', 'news', 'one'])).toBe(1)
    await client.command(['PING'])
    expect(heard).toEqual(['one'])
  })

  it('that is taken back and made again in one tick is heard', async () => {
    const { node } = await start()
    const client = await connect(node)
    const heard: string[] = []
    await client.subscribe('news', () => heard.push('before'))
    await client.psubscribe('n?ws', () => {})
    await Promise.all([client.unsubscribe('news'), client.subscribe('news', message => heard.push(message))])
    const publisher = await connect(node)
    await publisher.command(['PUBLISH', 'news', 'one'])
    await client.command(['PING'])
    expect(heard).toEqual(['one'])
    await client.unsubscribe('news')
    expect(await publisher.command(['PUBSUB', 'NUMSUB', 'news'])).toEqual(['news', 0])
  })

  it('that is made again before the server has confirmed its end is heard', async () => {
    const { node } = await start()
    const client = await connect(node)
    const publisher = await connect(node, { maint: { mode: 'disabled' } })
    const heard: string[] = []
    const listen = (message: string): unknown => heard.push(message)
    node.intercept(([name = '']) => (/^unsubscribe$/i.test(name) ? '' : undefined))
    const first = client.subscribe('news', listen)
    const ended = client.unsubscribe('news')
    await first
    const again = client.subscribe('news', listen)
    await node.push(Buffer.from('>3\r\n$11\r\nunsubscribe\r\n$4\r\nnews\r\n:0\r\n'))
    await Promise.all([ended, again])
    await publisher.command(['PUBLISH', 'news', 'one'])
    await client.command(['PING'])
    expect(heard).toEqual(['one'])
  })

  it('that is the first one, made when the next connection was ready already, gets each message once', async () => {
    const [a, b] = (await start({ nodes: 2 })).nodes as [SimNode, SimNode]
    const client = await connect(a)
    const publisher = await connect(a, { maint: { mode: 'disabled' } })
    await client.command(['WATCH', 'key'])
    await a.notify({ type: 'moving', graceMs: 5_000, endpoint: b })
    await expect.poll(() => client.maint.status().state).toBe('awaiting-release')
    const completed = nextEvent(client, 'handoff:completed')
    const heard: string[] = []
    await client.subscribe('news', message => heard.push(message))
    // Behind these the next connection is subscribed as well.
    for (let ping = 0; ping < 3; ping++) await publisher.command(['PING'])
    await expect.poll(() => publisher.command(['PUBSUB', 'NUMSUB', 'news'])).toEqual(['news', 2])
    for (const word of ['one', 'two']) await publisher.command(['PUBLISH', 'news', word])
    await client.command(['UNWATCH'])
    await completed
    await publisher.command(['PUBLISH', 'news', 'three'])
    await client.command(['PING'])
    expect(heard).toEqual(['one', 'two', 'three'])
  })

  it('that is given up and made again at each message gets each once, also what the next connection hears late', async () => {
    const [a, b] = (await start({ nodes: 2 })).nodes as [SimNode, SimNode]
    const client = await connect(a)
    const publisher = await connect(a, { maint: { mode: 'disabled' } })
    const heard: string[] = []
    const listen = (message: string): void => {
      heard.push(message)
      again = Promise.all([client.unsubscribe('news'), client.subscribe('news', listen)])
    }
    let again: Promise<unknown> = client.subscribe('news', listen)
    await again
    await client.command(['WATCH', 'key'])
    await a.notify({ type: 'moving', graceMs: 5_000, endpoint: b })
    await expect.poll(() => client.maint.status().state).toBe('awaiting-release')
    const completed = nextEvent(client, 'handoff:completed')
    b.slow({ delayMs: 60_000 })
    await publisher.command(['PUBLISH', 'news', 'one'])
    await expect.poll(() => heard).toEqual(['one'])
    await again
    b.slow(undefined)
    await client.command(['UNWATCH'])
    await completed
    await publisher.command(['PUBLISH', 'news', 'two'])
    await client.command(['PING'])
    await again
    expect(heard).toEqual(['one', 'two'])
  })

  it('that was made before the client connects is heard once it does', async () => {
    const { node } = await start()
    const client = create(node)
    const heard: string[] = []
    const calls = [
      client.subscribe('news', message => heard.push(message)),
      client.subscribe('gone', message => heard.push(message)),
      client.unsubscribe('gone'),
    ]
    await client.connect()
    await Promise.all(calls)
    const publisher = await connect(node)
    for (const channel of ['news', 'gone']) await publisher.command(['PUBLISH', channel, channel])
    await client.command(['PING'])
    expect(heard).toEqual(['news'])
  })

  it('that waits for a connection is asked for once on it, and so is what was subscribed to before', async () => {
    const { node } = await start()
    const asked = noteAsked(node)
    const heard: string[] = []
    const listen = (message: string): unknown => heard.push(message)
    const calls: Promise<unknown>[] = []
    const client = create(node, {
      reconnect() {
        // The end of the test is a break too.
        if (asked.length > 0) return 1_000
        calls.push(client.subscribe('jobs', listen), client.subscribe('gone', listen), client.unsubscribe('gone'))
        calls.push(client.unsubscribe('old'), client.unsubscribe('new'), client.subscribe('new', listen))
        return 1
      },
    })
    calls.push(
      ...['news', 'old', 'new'].map(channel => client.subscribe(channel, listen)),
      client.psubscribe('b?', listen),
    )
    await client.connect()
    await Promise.all(calls)
    expect(asked.splice(0)).toEqual(['subscribe news', 'subscribe old', 'subscribe new', 'psubscribe b?'])
    const interrupted = nextEvent(client, 'subscriptions:interrupted')
    node.reset()
    await interrupted
    await Promise.all(calls)
    expect(asked).toEqual([
      'subscribe news',
      'psubscribe b?',
      'subscribe jobs',
      'subscribe gone',
      'unsubscribe gone',
      'unsubscribe old',
      'unsubscribe new',
      'subscribe new',
    ])
    const publisher = await connect(node)
    for (const channel of ['news', 'jobs', 'gone', 'old', 'new', 'by'])
      await publisher.command(['PUBLISH', channel, channel])
    await client.command(['PING'])
    expect(heard).toEqual(['news', 'jobs', 'new', 'by'])
  })

  it('that waits for a connection is there on the next one when that breaks before it answers', async () => {
    const { node } = await start()
    const client = create(node, { reconnect: () => 1 })
    let breaks = 2
    node.intercept(([name = '']) => {
      if (/^subscribe$/i.test(name) && breaks-- > 0) node.reset()
      return undefined
    })
    const heard: string[] = []
    const subscribed = client.subscribe('news', message => heard.push(message))
    await client.connect()
    await subscribed
    const publisher = await connect(node)
    expect(await publisher.command(['PUBLISH', 'news', 'one'])).toBe(1)
    await client.command(['PING'])
    expect(heard).toEqual(['one'])
  })

  it('that one target refuses is told and tried again, while the others and all commands go on', async () => {
    const [a, b] = (await start({ nodes: 2 })).nodes as [SimNode, SimNode]
    const client = await connect(a)
    const heard: string[] = []
    for (const channel of ['news', 'jobs']) await client.subscribe(channel, message => heard.push(message))
    const allow = b.intercept(words => (words.includes('news') ? '-NOPERM no permissions\r\n' : undefined))
    const refused = nextEvent(client, 'subscriptions:refused')
    const completed = nextEvent(client, 'handoff:completed')
    await a.notify({ type: 'moving', graceMs: 5_000, endpoint: b })
    await completed
    expect(await refused).toMatchObject({ kind: 'channels', channels: ['news'] })
    const publisher = await connect(b, { maint: { mode: 'disabled' } })
    await publisher.command(['PUBLISH', 'jobs', 'one'])
    await client.command(['PING'])
    const restored = nextEvent(client, 'subscriptions:restored')
    allow()
    expect(await restored).toMatchObject({ kind: 'channels', channels: ['news'] })
    await publisher.command(['PUBLISH', 'news', 'two'])
    await client.command(['PING'])
    expect(heard).toEqual(['one', 'two'])
  })

  it('to a channel that says the same all the time loses none of it at hand-offs', async () => {
    const nodes = (await start({ nodes: 2 })).nodes as [SimNode, SimNode]
    const client = await connect(nodes[0])
    const publisher = await connect(nodes[0], { maint: { mode: 'disabled' } })
    let heard = 0
    await client.subscribe('beat', () => {
      heard += 1
    })
    let published = 0
    for (let move = 0; move < 6; move++) {
      const [from, to] = move % 2 === 0 ? nodes : nodes.toReversed()
      let moved = false
      void nextEvent(client, 'handoff:completed').then(() => {
        moved = true
      })
      await from?.notify({ type: 'moving', graceMs: 5_000, endpoint: to ?? null, closeAtGraceEnd: false })
      while (!moved) {
        await Promise.all([1, 2, 3].map(() => publisher.command(['PUBLISH', 'beat', 'x'])))
        published += 3
      }
    }
    await publisher.command(['PUBLISH', 'beat', 'x'])
    for (let ping = 0; ping < 3; ping++) await client.command(['PING'])
    expect(heard).toBeGreaterThanOrEqual(published + 1)
  })
})
