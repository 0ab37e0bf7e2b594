import { AbortError, createClient as createPlain, TimeoutError } from '@redis/client'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createClient, type HitlessClientOptions } from '../../../src/adapters/node-redis/index.js'
import { createSimulator, type SimNode } from '../../../src/simulator/index.js'
import { connectClient, nextEvent, noteEvents, openClient } from '../../support/rig.js'

async function startNodes(count: number): Promise<SimNode[]> {
  const simulator = await createSimulator({ nodes: count })
  onTestFinished(() => simulator.dispose())
  return [...simulator.nodes]
}

describe('close and destroy', () => {
  it.each(['close', 'destroy'] as const)('%s ends both connections while a hand-off is prepared', async end => {
    const [a, b] = (await startNodes(2)) as [SimNode, SimNode]
    const client = await connectClient(a)
    b.silent()
    const dialled = b.nextConnection()
    await a.notify({ type: 'moving', graceMs: 15_000, endpoint: b })
    await dialled
    await client[end]()
    expect(client.isOpen).toBe(false)
    expect(client.maint.status()).toMatchObject({ state: 'closed', connections: 0 })
    await expect(client.get('key')).rejects.toThrow('closed')
  })

  it('close answers what was sent before it, also while the gate is held', async () => {
    const [a, b] = (await startNodes(2)) as [SimNode, SimNode]
    const client = await connectClient(a)
    const dialled = nextEvent(client, 'handoff:completed')
    await a.notify({ type: 'moving', graceMs: 15_000, endpoint: b })
    const replies = Array.from({ length: 500 }, (_, at) => client.set(`key:${at}`, 'value'))
    const closed = client.close()
    expect(await Promise.all(replies)).toEqual(replies.map(() => 'OK'))
    await closed
    await Promise.race([dialled, closed])
    expect(client.maint.status().connections).toBe(0)
  })

  it('close does not wait for a server that owes no answer', async () => {
    const [a] = (await startNodes(1)) as [SimNode]
    const client = await connectClient(a)
    a.silent()
    await client.close()
    expect(client.maint.status().connections).toBe(0)
  })

  it('destroy rejects what has no answer', async () => {
    const [a] = (await startNodes(1)) as [SimNode]
    const client = await connectClient(a)
    a.silent()
    const reply = client.get('key')
    client.destroy()
    await expect(reply).rejects.toThrow('Disconnects client')
    client.destroy()
  })

  it('close ends the wait for a server that is away, and what waits for it', async () => {
    const [a] = (await startNodes(1)) as [SimNode]
    const client = await connectClient(a)
    const lost = new Promise(resolve => client.once('reconnecting', resolve))
    a.refuse()
    a.reset()
    await lost
    const waiting = client.get('key')
    const failed = expect(waiting).rejects.toThrow('The client is closed')
    await client.close()
    await failed
    expect(client.maint.status()).toMatchObject({ state: 'closed', connections: 0 })
  })

  it('close rejects a connect that is under way', async () => {
    const [a] = (await startNodes(1)) as [SimNode]
    a.silent()
    const client = openClient({ url: a.url })
    client.on('error', () => {})
    const accepted = a.nextConnection()
    const connected = expect(client.connect()).rejects.toThrow('The client is closed')
    await accepted
    await client.close()
    await connected
  })

  it('connects again after close', async () => {
    const [a] = (await startNodes(1)) as [SimNode]
    const client = await connectClient(a)
    await client.close()
    await client.connect()
    expect(await client.ping()).toBe('PONG')
    await expect(client.connect()).rejects.toThrow('Socket already opened')
  })

  it('quit says QUIT behind everything else', async () => {
    const [a] = (await startNodes(1)) as [SimNode]
    const client = await connectClient(a)
    const reply = client.set('key', 'value')
    expect(await client.quit()).toBe('OK')
    expect(await reply).toBe('OK')
    expect(client.isOpen).toBe(false)
  })
})

describe('the events of the host', () => {
  type Fault = (node: SimNode) => Promise<void> | void
  const faults: [string, Fault][] = [
    ['the server resets the connection', node => node.reset()],
    ['the server closes the connection', node => node.closeConnections()],
    [
      'the server is away for three attempts',
      async node => {
        node.refuse()
        node.reset()
      },
    ],
  ]
  const strategy = (retries: number): number => (retries < 3 ? 5 : 1)

  it.each(faults)('are those of the plain client when %s', async (_, fault) => {
    const play = async (create: (options: HitlessClientOptions) => object): Promise<string> => {
      const [a] = (await startNodes(1)) as [SimNode]
      const client = create({ url: a.url, socket: { reconnectStrategy: strategy } }) as ReturnType<typeof openClient>
      onTestFinished(() => client.destroy())
      const events = noteEvents(client)
      await client.connect()
      const ready = new Promise(resolve => client.once('ready', resolve))
      let attempts = 0
      client.on('reconnecting', () => {
        attempts += 1
        if (attempts === 3) void a.accept()
      })
      await fault(a)
      await ready
      await client.close()
      // How often it is refused depends on when the port is open again.
      return events.join(' ').replace(/(reconnecting error )+/g, '$1')
    }
    const ours = await play(options => createClient(options as never))
    const plain = await play(options => createPlain({ ...options, maintNotifications: 'disabled' } as never))
    expect(ours).toEqual(plain)
    expect(ours).toMatch(/^connect ready error .* ready end$/)
  })

  it('reject connect with the first failure when nobody listens to errors', async () => {
    const [a] = (await startNodes(1)) as [SimNode]
    a.refuse()
    const client = openClient({ url: a.url })
    await expect(client.connect()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    expect(client.maint.status().connections).toBe(0)
  })

  it('end all attempts when the strategy says so, and fail what waits', async () => {
    const [a] = (await startNodes(1)) as [SimNode]
    const client = await connectClient(a, {
      socket: { reconnectStrategy: retries => (retries < 2 ? 1 : new Error('enough')) },
    })
    const events = noteEvents(client)
    a.refuse()
    const lost = new Promise(resolve => client.once('reconnecting', resolve))
    a.reset()
    await lost
    await expect(client.get('key')).rejects.toThrow()
    expect(client.isOpen).toBe(false)
    expect(events).toEqual(['error', 'reconnecting', 'error', 'reconnecting', 'terminated', 'error'])
  })

  it('reject at once while offline when the offline queue is disabled, but not during a hand-off', async () => {
    const [a, b] = (await startNodes(2)) as [SimNode, SimNode]
    const client = await connectClient(a, { disableOfflineQueue: true })
    const completed = nextEvent(client, 'handoff:completed')
    let moved = false
    void completed.then(() => {
      moved = true
    })
    await a.notify({ type: 'moving', graceMs: 5_000, endpoint: b })
    while (!moved) expect(await client.set('key', 'value')).toBe('OK')
    const lost = new Promise(resolve => client.once('reconnecting', resolve))
    for (const node of [a, b]) {
      node.refuse()
      node.reset()
    }
    await lost
    await expect(client.get('key')).rejects.toThrow('The client is offline')
  })
})

describe('commands that wait for a connection', () => {
  it('keep their own timeout and abort signal', async () => {
    const [a] = (await startNodes(1)) as [SimNode]
    const client = await connectClient(a, { socket: { reconnectStrategy: 60_000 } })
    const failing = new Promise(resolve => client.once('error', () => client.once('error', resolve)))
    a.refuse()
    a.reset()
    await failing
    const controller = new AbortController()
    const aborted = expect(client.withAbortSignal(controller.signal).get('key')).rejects.toBeInstanceOf(AbortError)
    await expect(client.withCommandOptions({ timeout: 5 }).get('key')).rejects.toBeInstanceOf(TimeoutError)
    controller.abort()
    await aborted
    expect(client.maint.status().waitingCommands).toBe(0)
  })

  it('are refused beyond the bound', async () => {
    const [a] = (await startNodes(1)) as [SimNode]
    const client = await connectClient(a, {
      socket: { reconnectStrategy: 60_000 },
      maintNotifications: { maxWaitingCommands: 2 },
    })
    const failing = new Promise(resolve => client.once('error', () => client.once('error', resolve)))
    a.refuse()
    a.reset()
    await failing
    const waiting = [client.get('one'), client.get('two')].map(reply => reply.catch(() => 'ended'))
    await expect(client.get('three')).rejects.toMatchObject({ code: 'GATE_FULL', retryable: true })
    client.destroy()
    expect(await Promise.all(waiting)).toEqual(['ended', 'ended'])
  })
})
