import { createClient as createPlain, createClientPool as createPlainPool } from '@redis/client'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createClient, createClientPool, type HitlessClientOptions } from '../../../src/adapters/node-redis/index.js'
import { createSimulator } from '../../../src/simulator/index.js'
import type { openClient, openPool } from '../../support/rig.js'

type Client = ReturnType<typeof openClient>
type Pool = ReturnType<typeof openPool>

/** What one order of calls works with. */
interface Stage {
  /** Makes a client of a server that is there, unless the options say otherwise. */
  client(options?: HitlessClientOptions): Client
  pool(options?: HitlessClientOptions, sizes?: { minimum?: number; maximum?: number }): Pool
  /** Options that lead to a port where nobody listens. */
  readonly away: HitlessClientOptions
  /** Writes down how a call settles. */
  note(call: string, ends: Promise<unknown>): Promise<void>
  /** Writes down whether a call throws. */
  try(call: string, make: () => unknown): void
  /** Ends the connections, and resolves once the client was told of it. */
  lose(client: Client): Promise<void>
}

/** The host's own library, and ours. */
const LIBRARIES = {
  plain: { createClient: createPlain, createClientPool: createPlainPool },
  ours: { createClient, createClientPool },
} as unknown as Readonly<
  Record<'plain' | 'ours', { createClient: typeof openClient; createClientPool: typeof openPool }>
>

/** Plays an order of calls, and returns what was seen, sorted: which of two calls settles first is not promised. */
async function play(
  library: keyof typeof LIBRARIES,
  order: (stage: Stage) => Promise<void>,
): Promise<readonly string[]> {
  const made = LIBRARIES[library]
  const own = library === 'plain' ? { maintNotifications: 'disabled' } : {}
  const simulator = await createSimulator({ nodes: 2 })
  onTestFinished(() => simulator.dispose())
  const [there, away] = simulator.nodes
  if (there === undefined || away === undefined) throw new Error('There are not two nodes')
  away.refuse()
  const seen: string[] = []
  await order({
    client: (options = {}) => {
      const client = made.createClient({ url: there.url, ...own, ...options } as HitlessClientOptions)
      onTestFinished(() => end(client))
      for (const event of ['connect', 'ready', 'end']) client.on(event, () => seen.push(`event ${event}`))
      return client
    },
    pool: (options = {}, sizes = {}) => {
      const pool = made.createClientPool({ url: there.url, ...own, ...options } as never, {
        minimum: 1,
        maximum: 2,
        ...sizes,
      })
      onTestFinished(() => end(pool))
      return pool
    },
    away: { url: away.url, socket: { reconnectStrategy: () => 5 } },
    note: (call, ends) =>
      ends.then(
        value => void seen.push(`${call} resolved ${typeof value === 'object' && value !== null ? 'object' : value}`),
        error => void seen.push(`${call} rejected ${error.code ?? error.constructor.name}`),
      ),
    try: (call, make) => {
      try {
        make()
        seen.push(`${call} returned`)
      } catch (error) {
        seen.push(`${call} threw ${(error as Error).constructor.name}`)
      }
    },
    lose: async client => {
      const lost = new Promise(resolve => client.once('error', resolve))
      there.reset()
      await lost
    },
  })
  return seen.sort()
}

function end(made: { readonly isOpen: boolean; destroy(): void }): void {
  // Versions of the host differ in what destroys what is not open.
  if (made.isOpen) made.destroy()
}

/** Which calls are made in which order. */
const SAME: Readonly<Record<string, (stage: Stage) => Promise<void>>> = {
  'connect twice': async ({ client, note }) => {
    const one = client()
    await note('first', one.connect())
    await note('second', one.connect())
    await note('get', one.get('key'))
  },
  'connect twice at once': async ({ client, note }) => {
    const one = client()
    await Promise.all([note('first', one.connect()), note('second', one.connect())])
    await note('get', one.get('key'))
  },
  'connect, and destroy a turn later': async ({ client, note, try: attempt }) => {
    const one = client()
    const connected = note('connect', one.connect())
    await new Promise(resolve => setImmediate(resolve))
    attempt('destroy', () => one.destroy())
    await connected
  },
  'commands without words': async ({ client, note }) => {
    const one = client()
    await note('closed', one.sendCommand(null as never))
    const connected = one.connect()
    await Promise.all([connected, note('waiting', one.sendCommand(null as never))])
    await note('open', one.sendCommand(undefined as never))
    await note('get', one.get('key'))
  },
  'close before connect': async ({ client, note }) => note('close', client().close()),
  'quit before connect': async ({ client, note }) => note('quit', client().quit()),
  'close twice': async ({ client, note }) => {
    const one = await client().connect()
    await note('close', one.close())
    await note('again', one.close())
  },
  'close twice at once': async ({ client, note }) => {
    const one = await client().connect()
    await Promise.all([note('close', one.close()), note('again', one.close())])
  },
  'close, and destroy at once': async ({ client, note, try: attempt }) => {
    const one = await client().connect()
    const closed = note('close', one.close())
    attempt('destroy', () => one.destroy())
    await closed
  },
  'quit twice at once': async ({ client, note }) => {
    const one = await client().connect()
    await Promise.all([note('quit', one.quit()), note('again', one.quit())])
  },
  'quit, then close': async ({ client, note }) => {
    const one = await client().connect()
    await note('quit', one.quit())
    await note('close', one.close())
  },
  'get before connect': async ({ client, note }) => {
    const one = client()
    const got = note('get', one.get('key'))
    await note('connect', one.connect())
    await got
  },
  'get after close and after destroy': async ({ client, note }) => {
    const [one, other] = [await client().connect(), await client().connect()]
    await one.close()
    other.destroy()
    await note('get', one.get('key'))
    await note('get', other.get('key'))
    await note('multi', one.multi().get('key').exec())
  },
  'quit, get and set at once': async ({ client, note }) => {
    const one = await client().connect()
    await Promise.all([note('quit', one.quit()), note('get', one.get('key')), note('set', one.set('key', 'value'))])
  },
  'get, close and get at once': async ({ client, note }) => {
    const one = await client().connect()
    await Promise.all([note('get', one.get('key')), note('close', one.close()), note('late', one.get('key'))])
  },
  'get and destroy': async ({ client, note, try: attempt }) => {
    const one = await client().connect()
    const got = note('get', one.get('key'))
    attempt('destroy', () => one.destroy())
    await got
  },
  'close in `error`': async ({ client, note, lose }) => {
    const one = client()
    const closed = new Promise<void>(done => one.once('error', () => void note('close', one.close()).then(done)))
    await one.connect()
    await lose(one)
    await closed
    await note('get', one.get('key'))
  },
  'destroy in `error`': async ({ client, note, lose, try: attempt }) => {
    const one = client()
    one.once('error', () => attempt('destroy', () => one.destroy()))
    await one.connect()
    await lose(one)
    await note('get', one.get('key'))
  },
  'destroy in `ready`': async ({ client, note, try: attempt }) => {
    const one = client()
    one.on('ready', () => attempt('destroy', () => one.destroy()))
    await note('connect', one.connect())
    await note('get', one.get('key'))
  },
  'close in `ready`': async ({ client, note }) => {
    const one = client()
    const closed = new Promise<void>(done => one.on('ready', () => void note('close', one.close()).then(done)))
    await note('connect', one.connect())
    await closed
    await note('get', one.get('key'))
  },
  'get in `ready`': async ({ client, note }) => {
    const one = client()
    const got = new Promise<void>(done => one.on('ready', () => void note('get', one.get('key')).then(done)))
    await note('connect', one.connect())
    await got
  },
  'get in `end`': async ({ client, note }) => {
    const one = await client().connect()
    const got = new Promise<void>(done => one.on('end', () => void note('get', one.get('key')).then(done)))
    await note('close', one.close())
    await got
  },
  'connect after close, after quit and after destroy': async ({ client, note, try: attempt }) => {
    const one = await client().connect()
    await note('close', one.close())
    await note('connect', one.connect())
    await note('quit', one.quit())
    await note('connect', one.connect())
    attempt('destroy', () => one.destroy())
    await note('connect', one.connect())
    await note('get', one.get('key'))
  },
  'close while the server is away': async ({ client, note, away }) => {
    const one = client(away)
    const failed = new Promise(resolve => one.on('error', resolve))
    const connected = note('connect', one.connect())
    await failed
    await note('close', one.close())
    await connected
  },
  'destroy while the server is away, and a get waits': async ({ client, note, try: attempt, away }) => {
    const one = client(away)
    const failed = new Promise(resolve => one.on('error', resolve))
    const ended = [note('connect', one.connect()), note('get', one.get('key'))]
    await failed
    attempt('destroy', () => one.destroy())
    await Promise.all(ended)
  },
  'a first connect that fails for good': async ({ client, note, away }) => {
    const one = client({ ...away, socket: { reconnectStrategy: false } })
    one.on('error', () => {})
    await note('connect', one.connect())
    await note('get', one.get('key'))
    await note('close', one.close())
    await note('connect', one.connect())
  },
  'duplicate before connect': async ({ client, note }) => {
    const copy = client().duplicate()
    await note('connect', copy.connect())
    await note('get', copy.get('key'))
    copy.destroy()
  },
  'duplicate after destroy': async ({ client, note }) => {
    const one = await client().connect()
    one.destroy()
    const copy = one.duplicate()
    await note('connect', copy.connect())
    await note('get', copy.get('key'))
    copy.destroy()
  },
  'subscribe before connect': async ({ client, note }) => {
    const one = client()
    const subscribed = note(
      'subscribe',
      one.subscribe('channel', () => {}),
    )
    await note('connect', one.connect())
    await subscribed
    await note('unsubscribe', one.unsubscribe('channel'))
    await note('close', one.close())
  },
  'unsubscribe from what was never subscribed to': async ({ client, note }) => {
    const one = await client().connect()
    await note('channel', one.unsubscribe('channel'))
    await note('all', one.unsubscribe())
    await note('pattern', one.pUnsubscribe('pattern'))
  },
  'execute a block twice, and an empty one': async ({ client, note }) => {
    const one = await client().connect()
    const block = one.multi().incr('count')
    await note('once', block.exec())
    await note('twice', block.exec())
    await note('empty', one.multi().exec())
    await note('empty pipeline', one.multi().execAsPipeline())
  },
  'arguments that are none': async ({ client, note }) => {
    const one = await client().connect()
    await note('set', (async () => one.set('key', {} as never))())
    await note('null', one.sendCommand([null as never]))
    await note('get', one.get('key'))
  },
  'a signal that was aborted before': async ({ client, note }) => {
    const one = await client().connect()
    await note('get', one.withAbortSignal(AbortSignal.abort()).get('key'))
    await note('get', one.get('key'))
  },
  'a pool: use before connect, after close and after destroy': async ({ pool, note, try: attempt }) => {
    const all = pool()
    await note('get', all.get('key'))
    await note('close', all.close())
    await note('connect', all.connect())
    await note('close', all.close())
    await note('get', all.get('key'))
    await note('connect', all.connect())
    attempt('destroy', () => all.destroy())
    attempt('destroy', () => all.destroy())
    await note('get', all.get('key'))
    await note('multi', all.multi().get('key').exec())
  },
  'a pool: close twice': async ({ pool, note }) => {
    const all = pool()
    await all.connect()
    await Promise.all([note('close', all.close()), note('close', all.close())])
    await note('close', all.close())
  },
  'a pool: close while it connects': async ({ pool, note }) => {
    const all = pool()
    const connected = all.connect().then(() => 'connected')
    await note('close', all.close())
    await note('connect', connected)
  },
  'a pool: close in a task': async ({ pool, note }) => {
    const all = pool()
    await all.connect()
    let closed: Promise<void> | undefined
    const task = all.execute(async client => {
      closed = note('close', all.close())
      return client.get('key')
    })
    await note('task', task)
    await closed
  },
  'a pool: tasks that throw': async ({ pool, note }) => {
    const all = pool()
    await all.connect()
    const fail = (): never => {
      throw new RangeError('thrown by the task')
    }
    await note('at once', all.execute(fail))
    await note(
      'later',
      all.execute(async () => fail()),
    )
    await note('value', all.execute(() => 7) as Promise<unknown>)
    await note('get', all.get('key'))
  },
  'a pool: a first connect that fails': async ({ pool, note, away }) => {
    const all = pool({ ...away, socket: { reconnectStrategy: false } })
    await note('connect', all.connect())
    await note('get', all.get('key'))
  },
}

describe('an odd order of calls ends as with the plain client', () => {
  it.each(Object.entries(SAME))('%s', async (_, order) => {
    const plain = await play('plain', order)
    expect(plain.length).toBeGreaterThan(0)
    expect(await play('ours', order)).toEqual(plain)
  })
})

describe.each(Object.keys(LIBRARIES) as (keyof typeof LIBRARIES)[])('connect, and the end at once, %s', library => {
  // The plain client goes on to connect afterwards, which nobody can want.
  it.each(['close', 'destroy'] as const)('resolves at %s', async how => {
    const seen = await play(library, async ({ client, note }) => {
      const one = client()
      const connected = note('connect', one.connect())
      await one[how]()
      await connected
    })
    expect(seen).toContain('connect resolved object')
  })
})
