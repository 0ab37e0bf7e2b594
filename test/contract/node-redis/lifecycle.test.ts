import { createClient as createPlain } from '@redis/client'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createClient, type HitlessClientOptions } from '../../../src/adapters/node-redis/index.js'
import { createSimulator, type SimNode } from '../../../src/simulator/index.js'
import { connectClient, noteEvents, openClient } from '../../support/rig.js'

async function startNodes(count: number): Promise<SimNode[]> {
  const simulator = await createSimulator({ nodes: count })
  onTestFinished(() => simulator.dispose())
  return [...simulator.nodes]
}

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
})
