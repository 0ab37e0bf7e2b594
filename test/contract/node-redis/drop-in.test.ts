import { createClient as createPlain, createClientPool as createPlainPool, RESP_TYPES } from '@redis/client'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createClient, createClientPool, type HitlessClientOptions } from '../../../src/adapters/node-redis/index.js'
import { createSimulator, type SimNode } from '../../../src/simulator/index.js'
import { noteEvents, openClient } from '../../support/rig.js'

async function startNode(): Promise<SimNode> {
  const simulator = await createSimulator({ nodes: 1 })
  onTestFinished(() => simulator.dispose())
  return simulator.nodes[0] as SimNode
}

/** The plain client and ours, which behave the same. */
const BOTH = [
  { name: 'the plain client', createClient: createPlain, createClientPool: createPlainPool },
  { name: 'ours', createClient, createClientPool },
] as unknown as readonly {
  readonly name: string
  readonly createClient: typeof openClient
  readonly createClientPool: (options: object, poolOptions?: object) => ReturnType<typeof openClient>
}[]

describe.each(BOTH)(
  'a first connect that fails, with $name',
  ({ createClient: create, createClientPool: createPool }) => {
    const strategies: [string, HitlessClientOptions['socket']][] = [
      ['no strategy', {}],
      ['a strategy that is false', { reconnectStrategy: false }],
      ['a strategy that gives up with an error', { reconnectStrategy: () => new Error('enough') }],
    ]
    const refused = { code: 'ECONNREFUSED' }

    it.each(strategies)('rejects and throws nothing else where nobody listens to `error`: %s', async (_, socket) => {
      const node = await startNode()
      node.refuse()
      const client = create({ url: node.url, ...(socket && { socket }) })
      await expect(client.connect()).rejects.toMatchObject(refused)
    })

    it.each(strategies)('rejects a pool likewise: %s', async (_, socket) => {
      const node = await startNode()
      node.refuse()
      const pool = createPool({ url: node.url, socket }, { minimum: 1, maximum: 1 })
      await expect(pool.connect()).rejects.toMatchObject(refused)
    })

    it.each(strategies)('rejects the first command of a pool that starts empty: %s', async (_, socket) => {
      const node = await startNode()
      node.refuse()
      const pool = createPool({ url: node.url, socket }, { minimum: 0, maximum: 1 })
      await pool.connect()
      await expect(pool.get('key')).rejects.toMatchObject(refused)
      pool.destroy()
    })

    it.each(strategies)('rejects with what a listener of `error` throws: %s', async (_, socket) => {
      const node = await startNode()
      node.refuse()
      const client = create({ url: node.url, ...(socket && { socket }) })
      client.on('error', () => {
        throw new Error('thrown by the listener')
      })
      await expect(client.connect()).rejects.toThrow('thrown by the listener')
    })
  },
)

describe('listeners that throw', () => {
  it.each(['connect', 'ready'])('are told as an `error` where they listen to `%s`', async event => {
    const node = await startNode()
    const client = openClient({ url: node.url })
    const errors: string[] = []
    client.on('error', error => errors.push(error.message))
    client.on(event, () => {
      throw new Error(`thrown in ${event}`)
    })
    await client.connect()
    expect(errors).toEqual([`thrown in ${event}`])
    expect(await client.ping()).toBe('PONG')
  })

  it.each(['connect', 'ready'])('fail `connect` where they listen to `%s` and nobody to `error`', async event => {
    const node = await startNode()
    const client = openClient({ url: node.url })
    client.on(event, () => {
      throw new Error(`thrown in ${event}`)
    })
    await expect(client.connect()).rejects.toThrow(`thrown in ${event}`)
    expect(client.isOpen).toBe(false)
  })

  it.each(BOTH)('of `end` throw out of destroy and reject close, with $name', async ({ createClient: create }) => {
    const node = await startNode()
    const open = async () => {
      const client = create({ url: node.url })
      await client.connect()
      client.on('end', () => {
        throw new Error('thrown in end')
      })
      return client
    }
    const destroyed = await open()
    expect(() => destroyed.destroy()).toThrow('thrown in end')
    await expect((await open()).close()).rejects.toThrow('thrown in end')
  })
})

describe.each(BOTH)('connect, with $name', ({ createClient: create, createClientPool: createPool }) => {
  it('resolves with the view on which it was called', async () => {
    const node = await startNode()
    const client = create({ url: node.url })
    onTestFinished(() => client.destroy())
    const view = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer })
    const connected = await view.connect()
    expect(connected).toBe(view)
    await connected.set('key', 'value')
    expect(await connected.get('key')).toEqual(Buffer.from('value'))
  })

  it.each([
    ['withCommandOptions', (client: ReturnType<typeof openClient>) => client.withCommandOptions({ timeout: 1_000 })],
    ['asap', (client: ReturnType<typeof openClient>) => client.asap()],
    [
      'withAbortSignal',
      (client: ReturnType<typeof openClient>) => client.withAbortSignal(new AbortController().signal),
    ],
  ])('resolves with the view of a client and of a pool: %s', async (_, viewOf) => {
    const node = await startNode()
    for (const made of [create({ url: node.url }), createPool({ url: node.url })]) {
      onTestFinished(() => made.destroy())
      const view = viewOf(made as ReturnType<typeof openClient>)
      expect(await view.connect()).toBe(view)
    }
  })
})

describe.each(BOTH)('the event `connect`, with $name', ({ createClient: create }) => {
  it('tells of each connection that is reached, also where its handshake fails', async () => {
    const node = await startNode()
    let refusals = 2
    node.intercept(([name]) => {
      if (name !== 'HELLO' || refusals === 0) return undefined
      refusals -= 1
      return '-ERR not now\r\n'
    })
    const client = create({ url: node.url, socket: { reconnectStrategy: () => 1 } })
    onTestFinished(() => client.destroy())
    const events = noteEvents(client)
    await client.connect()
    expect(events.join(' ')).toBe('connect error reconnecting connect error reconnecting connect ready')
  })
})

describe.each(BOTH)('a subscription before connect, with $name', ({ createClient: create }) => {
  const calls = ['subscribe', 'pSubscribe', 'sSubscribe'] as const

  it.each(calls)('waits for it, and hears each message once: %s', async call => {
    const node = await startNode()
    const [client, publisher] = [create({ url: node.url }), openClient({ url: node.url })]
    onTestFinished(() => client.destroy())
    const heard: string[] = []
    const subscribed = client[call]('channel', message => heard.push(String(message)))
    await client.connect()
    await subscribed
    await publisher.connect()
    for (const message of ['one', 'two']) {
      if (call === 'sSubscribe') await publisher.sPublish('channel', message)
      else await publisher.publish('channel', message)
    }
    await expect.poll(() => heard).toEqual(['one', 'two'])
  })

  it('is over when it was unsubscribed before', async () => {
    const node = await startNode()
    const [client, publisher] = [create({ url: node.url }), openClient({ url: node.url })]
    onTestFinished(() => client.destroy())
    const listener = (): void => {}
    const both = [client.subscribe('channel', listener), client.unsubscribe('channel', listener)]
    await client.connect()
    await Promise.all(both)
    await publisher.connect()
    expect(await publisher.publish('channel', 'message')).toBe(0)
  })

  it('ends no process that does not wait for it when connect fails', async () => {
    const node = await startNode()
    node.refuse()
    const client = create({ url: node.url })
    void client.subscribe('channel', () => {})
    await expect(client.connect()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })
})
