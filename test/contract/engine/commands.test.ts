import { expect, it } from 'vitest'
import type { SendOptions } from '../../../src/engine/ports.js'
import type { SimNode } from '../../../src/simulator/index.js'
import { describeHosts, type EngineClient } from '../../support/engine-hosts.js'
import { nextEvent } from '../../support/rig.js'

const COUNT = 100

describeHosts('commands that cannot be sent now', ({ host, errors, start, connect }) => {
  /** A client whose node is away, and which tries again when it is told to. */
  const offline = async (options: Parameters<typeof connect>[1] = {}): Promise<[EngineClient, SimNode]> => {
    const { node } = await start()
    const client = await connect(node, { reconnect: () => 60_000, ...options })
    node.refuse()
    node.reset()
    await expect.poll(() => client.events.filter(event => event === 'failed').length).toBe(2)
    return [client, node]
  }

  it('wait for the next connection, and go first and in order', async () => {
    const { node } = await start()
    const client = await connect(node, { reconnect: () => 1 })
    node.refuse()
    node.reset()
    await expect.poll(() => client.maint.status().state).not.toBe('serving')
    const replies = Array.from({ length: COUNT }, (_, at) => client.command(['RPUSH', 'list', `${at}`]))
    expect(client.maint.status()).toMatchObject({ ready: false, waitingCommands: COUNT })
    await node.accept()
    await replies[0]
    await client.command(['RPUSH', 'list', 'last'])
    await Promise.all(replies)
    const ids = Array.from({ length: COUNT }, (_, at) => `${at}`)
    expect(await client.command(['LRANGE', 'list', '0', '-1'])).toEqual([...ids, 'last'])
  })

  it('keep their own timeout and abort signal', async () => {
    const [client] = await offline()
    const controller = new AbortController()
    const get = (options: SendOptions): Promise<unknown> => client.command(['GET', 'key'], options)
    const aborted = expect(get({ abortSignal: controller.signal })).rejects.toStrictEqual(errors.aborted())
    await expect(get({ timeout: 5 })).rejects.toStrictEqual(errors.timeout())
    controller.abort()
    await aborted
    expect(client.maint.status().waitingCommands).toBe(0)
  })

  it('are refused beyond the bound', async () => {
    const [client] = await offline({ hitless: { availability: { maxWaitingCommands: 2 } } })
    const waiting = ['one', 'two'].map(key => client.command(['GET', key]).catch(() => 'ended'))
    await expect(client.command(['GET', 'three'])).rejects.toMatchObject({ code: 'GATE_FULL', retryable: true })
    client.destroy()
    expect(await Promise.all(waiting)).toEqual(['ended', 'ended'])
  })

  const itWithBound = host.boundsQueue ? it : () => {}
  itWithBound("are refused beyond the host's own bound, which counts before ours", async () => {
    const bound = 10
    const [client] = await offline({ maxWaitingCommands: bound, hitless: { availability: { maxWaitingCommands: 1 } } })
    for (let at = 0; at < bound; at++) client.command(['GET', 'key']).catch(() => {})
    await expect(client.command(['GET', 'key'])).rejects.toStrictEqual(errors.queueFull())
  })

  it('fail at once where the host has no offline queue, but not during a hand-off', async () => {
    const [a, b] = (await start({ nodes: 2 })).nodes as [SimNode, SimNode]
    const client = await connect(a, { offlineQueue: false, reconnect: () => 60_000 })
    let moved = false
    client.maint.on('handoff:completed', () => {
      moved = true
    })
    await a.notify({ type: 'moving', graceMs: 5_000, endpoint: b })
    while (!moved) expect(await client.command(['SET', 'key', 'value'])).toBe('OK')
    for (const node of [a, b]) {
      node.refuse()
      node.reset()
    }
    await expect.poll(() => client.events).toContain('failed')
    await expect(client.command(['GET', 'key'])).rejects.toStrictEqual(errors.offline())
  })

  it('fail at once while the server is known to be away, where that is wanted', async () => {
    const { node } = await start()
    const client = await connect(node, { hitless: { availability: { failFast: true } } })
    const changed = nextEvent(client, 'availability:changed')
    node.refuse()
    node.reset()
    expect(await changed).toMatchObject({ state: 'unavailable' })
    await expect(client.command(['GET', 'key'])).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true })
  })

  it('go to the next connection when theirs broke before they were written', async () => {
    const { node } = await start()
    const client = await connect(node)
    // More than fits into the buffers of the sockets, so that the rest is never written.
    const padding = 'x'.repeat(1_000_000)
    node.silent()
    // However long this machine takes to write so much, no command gives up before it was written.
    const patient = { timeout: 60_000 }
    const replies = Array.from({ length: 40 }, (_, at) =>
      client.command(['RPUSH', 'list', `${at}:${padding}`], patient),
    )
    const settled = Promise.allSettled(replies)
    // The pushes of the kernel and of the event loop are over when a timer has run.
    await expect(client.command(['GET', 'key'], { timeout: 100 })).rejects.toStrictEqual(errors.timeout())
    node.reset()
    await node.heal()
    const acknowledged = (await settled).flatMap(({ status }, at) => (status === 'fulfilled' ? [`${at}`] : []))
    expect(acknowledged.length).toBeGreaterThan(0)
    expect(acknowledged.at(-1)).toBe('39')
    const list = (await client.command(['LRANGE', 'list', '0', '-1'])) as readonly string[]
    const ids = list.map(item => `${item.split(':', 1)[0]}`)
    // What was written before may have been executed without an answer.
    expect(ids.filter(id => acknowledged.includes(id))).toEqual(acknowledged)
    expect(new Set(ids).size).toBe(ids.length)
  })
})
