import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import {
  ClientOfflineError,
  ConnectionTimeoutError,
  createClient as createPlain,
  createClientPool as createPlainPool,
  RESP_TYPES,
  TimeoutError,
} from '@redis/client'
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
      ['a strategy that is null', { reconnectStrategy: null as never }],
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

describe('a reconnect strategy that throws', () => {
  it.each(BOTH)('is told behind why it was asked, with $name', async ({ createClient: create }) => {
    const node = await startNode()
    node.refuse()
    const reconnectStrategy = (retries: number): false => {
      if (retries > 0) return false
      throw new Error('thrown by the strategy')
    }
    const client = create({ url: node.url, socket: { reconnectStrategy } })
    const told: string[] = []
    client.on('error', ({ message }) => told.push(message))
    await expect(client.connect()).rejects.toThrow('ECONNREFUSED')
    expect(told.slice(0, 2)).toEqual([expect.stringMatching('ECONNREFUSED'), 'thrown by the strategy'])
  })
})

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
    node.intercept(([name, protocol]) => {
      if (name !== 'HELLO' || protocol === undefined || refusals === 0) return undefined
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

describe.each(BOTH)('MONITOR with a type mapping, with $name', ({ createClient: create }) => {
  it('gives its listener what the mapping says', async () => {
    const node = await startNode()
    const [client, other] = [create({ url: node.url }), openClient({ url: node.url })]
    onTestFinished(() => client.destroy())
    await client.connect()
    await other.connect()
    const lines: unknown[] = []
    node.intercept(([name]) => (name === 'MONITOR' ? '+OK\r\n+1.0 [0 x] "GET" "key"\r\n' : undefined))
    await client
      .withTypeMapping({ [RESP_TYPES.SIMPLE_STRING]: Buffer })
      .monitor(((line: unknown) => lines.push(line)) as never)
    await expect.poll(() => lines).toEqual([Buffer.from('1.0 [0 x] "GET" "key"')])
  })
})

it.each([{}, { database: 2, name: 'shop' }, { url: 'redis://ann:secret@localhost:6380/3' }])(
  'the options of a client made with %o can be read as those of the host',
  given => {
    const own = ['maintNotifications', 'maintEndpointType', 'maintRelaxedSocketTimeout', 'maintRelaxedCommandTimeout']
    const read = (client: { readonly options?: object }): unknown => {
      const others = Object.entries(client.options ?? {}).filter(([name]) => !own.includes(name))
      // The functions that the host makes of a password are equal to no others.
      return JSON.parse(JSON.stringify(Object.fromEntries(others)))
    }
    expect(read(createClient({ ...given }))).toEqual(read(createPlain({ ...given })))
  },
)

describe('while the server is away', () => {
  const away = async (options: object): Promise<ReturnType<typeof openClient>> => {
    const node = await startNode()
    const client = openClient({ url: node.url, socket: { reconnectStrategy: () => 60_000 }, ...options })
    client.on('error', () => {})
    await client.connect()
    const lost = new Promise(resolve => client.once('error', resolve))
    node.refuse()
    node.reset()
    await lost
    return client
  }
  type Call = (client: ReturnType<typeof openClient>) => Promise<unknown>
  const calls: [string, Call][] = [
    ['select', client => client.select(1)],
    ['watch', client => client.watch('key')],
    ['unwatch', client => client.unwatch()],
  ]

  it.each(calls)('the time limit of the client ends the wait of %s', async (_, call) => {
    const client = await away({ commandOptions: { timeout: 10 } })
    await expect(call(client)).rejects.toBeInstanceOf(TimeoutError)
  })

  it('commands beyond commandsQueueMaxLength are refused as by the host', async () => {
    const client = await away({ commandsQueueMaxLength: 3 })
    const waiting = ['one', 'two', 'three'].map(key => client.get(key).catch(() => 'ended'))
    await expect(client.get('four')).rejects.toStrictEqual(new Error('The queue is full'))
    client.destroy()
    expect(await Promise.all(waiting)).toEqual(['ended', 'ended', 'ended'])
  })

  it('a queue of 0 has no bound', async () => {
    const client = await away({ commandsQueueMaxLength: 0, commandOptions: { timeout: 5 } })
    await expect(client.get('key')).rejects.toBeInstanceOf(TimeoutError)
  })

  it('the time limit of a view ends its wait', async () => {
    const client = await away({})
    await expect(client.withCommandOptions({ timeout: 10 }).select(1)).rejects.toBeInstanceOf(TimeoutError)
  })
})

describe.each(BOTH)('connecting, with $name', ({ createClient: create }) => {
  it('succeeds with the smallest queue that the host needs itself', async () => {
    const node = await startNode()
    const client = create({ url: node.url, commandsQueueMaxLength: 4 })
    onTestFinished(() => client.destroy())
    await client.connect()
    expect(await client.ping()).toBe('PONG')
  })

  it('takes a name that is not resolved in time for a connection that is not made in time', async () => {
    const socket = { host: 'redis.test', lookup: () => {}, connectTimeout: 20, reconnectStrategy: false as const }
    const client = create({ socket } as never)
    client.on('error', () => {})
    await expect(client.connect()).rejects.toBeInstanceOf(ConnectionTimeoutError)
  })

  it('lets a block wait, though single commands may not', async () => {
    const node = await startNode()
    const client = create({ url: node.url, disableOfflineQueue: true })
    onTestFinished(() => client.destroy())
    const connecting = client.connect()
    const block = client.multi().set('key', 'value').get('key').exec()
    const pipeline = client.multi().ping().execAsPipeline()
    await expect(client.get('key')).rejects.toBeInstanceOf(ClientOfflineError)
    await connecting
    expect(await Promise.all([block, pipeline])).toEqual([['OK', 'value'], ['PONG']])
  })

  it('fails a block with the attempt for which it waited, where single commands may not wait', async () => {
    const node = await startNode()
    let goesOn = true
    const client = create({
      url: node.url,
      disableOfflineQueue: true,
      socket: { reconnectStrategy: () => goesOn && 10 },
    })
    client.on('error', () => {})
    await client.connect()
    const lost = new Promise(resolve => client.once('reconnecting', resolve))
    node.refuse()
    node.closeConnections()
    await lost
    await expect(client.multi().ping().exec()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await expect(client.subscribe('channel', () => {})).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    goesOn = false
    await expect.poll(() => client.isOpen).toBe(false)
  })
})

describe.each(BOTH)('HIMPORT, with $name', ({ createClient: create, createClientPool: createPool }) => {
  /** A node that knows fieldsets, each on the connection that prepared it. */
  const startImporter = async (): Promise<SimNode> => {
    const node = await startNode()
    const prepared = new Map<unknown, Map<string, readonly string[]>>()
    node.intercept(([name, subcommand, ...rest], connection) => {
      if (name !== 'HIMPORT') return undefined
      const sets = prepared.get(connection) ?? new Map<string, readonly string[]>()
      prepared.set(connection, sets)
      if (subcommand === 'PREPARE') {
        const [set = '', ...fields] = rest
        sets.set(set, fields)
        return '+OK\r\n'
      }
      const fields = sets.get(rest[1] ?? '')
      return fields === undefined ? '-ERR no such fieldset\r\n' : `+${fields.join()}\r\n`
    })
    return node
  }

  it('shares its fieldsets with duplicates', async () => {
    const node = await startImporter()
    const client = create({ url: node.url })
    onTestFinished(() => client.destroy())
    await client.connect()
    await client.hImportPrepare('set', ['one', 'two'])
    const other = client.duplicate()
    onTestFinished(() => other.destroy())
    await other.connect()
    expect(await other.hImportSet('key', 'set', ['1', '2'])).toBe('one,two')
  })

  it('shares its fieldsets among the clients of a pool, the latest ones', async () => {
    const node = await startImporter()
    const pool = createPool({ url: node.url }, { minimum: 2, maximum: 2 })
    onTestFinished(() => pool.destroy())
    await pool.connect()
    const setOnBoth = () => Promise.all(['a', 'b'].map(key => pool.hImportSet(key, 'set', ['1'])))
    await pool.hImportPrepare('set', ['old'])
    expect(await setOnBoth()).toEqual(['old', 'old'])
    await pool.hImportPrepare('set', ['new'])
    expect(await setOnBoth()).toEqual(['new', 'new'])
  })
})

describe.each(BOTH)('a streaming credentials provider, with $name', ({ createClient: create }) => {
  it('is disposed of once, on close, though it has reported an error', async () => {
    const node = await startNode()
    let disposed = 0
    let report: (error: Error) => void = () => {}
    const credentialsProvider = {
      type: 'streaming-credentials-provider',
      onReAuthenticationError() {},
      async subscribe(listener: { onError(error: Error): void }) {
        report = error => listener.onError(error)
        return [{ username: 'default', password: '' }, { dispose: () => (disposed += 1) }]
      },
    }
    node.intercept(([name]) => (name === 'AUTH' ? '+OK\r\n' : undefined))
    const client = create({ url: node.url, credentialsProvider } as never)
    await client.connect()
    report(new Error('no new token'))
    await client.close()
    await expect.poll(() => disposed).toBe(1)
  })
})

describe('what the host tells traces and metrics', () => {
  const listen = (name: string): { readonly clientId: string }[] => {
    const heard: { readonly clientId: string }[] = []
    const onMessage = (message: unknown): void => void heard.push(message as { readonly clientId: string })
    subscribe(name, onMessage)
    onTestFinished(() => void unsubscribe(name, onMessage))
    return heard
  }

  it('names one client for the commands of all its connections', async () => {
    const node = await startNode()
    const client = openClient({ url: node.url, socket: { reconnectStrategy: () => 1 } })
    client.on('error', () => {})
    const commands = listen('tracing:node-redis:command:start')
    await client.connect()
    for (let round = 0; round < 3; round++) {
      await client.get('key')
      await client.multi().get('key').execAsPipeline()
      const ready = new Promise(resolve => client.once('ready', resolve))
      node.reset()
      await ready
    }
    expect(commands).toHaveLength(6)
    expect(new Set(commands.map(({ clientId }) => clientId)).size).toBe(1)
  })

  it('counts no attempt as a connection that was closed', async () => {
    const node = await startNode()
    node.refuse()
    const client = openClient({ url: node.url, socket: { reconnectStrategy: retries => (retries < 5 ? 1 : false) } })
    client.on('error', () => {})
    const closed = listen('node-redis:connection:closed')
    await expect(client.connect()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    expect(closed).toEqual([])
  })

  it('measures how long each task of a pool waits for its client', async () => {
    const node = await startNode()
    const pool = createClientPool({ url: node.url }, { minimum: 1, maximum: 1 })
    onTestFinished(() => pool.destroy())
    const waits = listen('node-redis:pool:connection-wait')
    await pool.connect()
    await Promise.all([pool.get('a'), pool.get('b'), pool.execute(client => client.get('c'))])
    expect(waits).toHaveLength(3)
    expect(new Set(waits.map(({ clientId }) => clientId)).size).toBe(1)
  })
})
