import { expect, it } from 'vitest'
import type { SimNode } from '../../../src/simulator/index.js'
import { describeHosts } from '../../support/engine-hosts.js'
import { nextEvent } from '../../support/rig.js'

describeHosts('a subscription', ({ start, connect }) => {
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
})
