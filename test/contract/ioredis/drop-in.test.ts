import { type ChainableCommander, Redis as Host } from 'ioredis'
import { expect, it, onTestFinished, vi } from 'vitest'
import { type HitlessRedis, Redis } from '../../../src/adapters/ioredis/drop-in/hitless-ioredis.js'
import type { SimEvent, SimNode } from '../../../src/simulator/index.js'
import { describeBackends } from '../../support/backends.js'
import { connectRedis, moveRedis, openRedis } from '../../support/ioredis-rig.js'
import { nextEvent } from '../../support/rig.js'

/** Counts up by single commands, pipelines and transactions at once, and resolves with how often. */
async function countUp(redis: HitlessRedis, worker: number, goesOn: () => boolean): Promise<number> {
  const twice = (key: string, block: ChainableCommander) =>
    block.incr(`${key}:${worker}`).incr(`${key}:${worker}`).exec()
  let rounds = 0
  for (; goesOn(); rounds++) {
    const [single, piped, block] = await Promise.all([
      redis.incr(`single:${worker}`),
      twice('piped', redis.pipeline()),
      twice('block', redis.multi()),
    ])
    const first = 2 * rounds + 1
    const both = [
      [null, first],
      [null, first + 1],
    ]
    expect({ single, piped, block }).toEqual({ single: rounds + 1, piped: both, block: both })
  }
  return rounds
}

const STEPS = new Map([
  ['multi', 1],
  ['exec', -1],
])

/** The connections on which more transactions were begun than ended, or the other way round. */
function openTransactions(log: readonly SimEvent[]): readonly unknown[] {
  const open = new Map<unknown, number>()
  for (const event of log) {
    if (event.type !== 'command') continue
    const step = STEPS.get(`${event.words[0]}`) ?? 0
    open.set(event.connection, (open.get(event.connection) ?? 0) + step)
  }
  return [...open].filter(([, count]) => count !== 0)
}

describeBackends('a client of ioredis', backend => {
  const start = async () => {
    const simulator = await backend.simulate({ nodes: 2, record: true })
    const [a, b] = simulator.nodes as [SimNode, SimNode]
    return { simulator, a, b }
  }

  it("is the host's own, made and copied as that, and connects by itself", async () => {
    const { a } = await start()
    const redis = openRedis(a)
    expect(redis).toBeInstanceOf(Host)
    expect(redis).toBeInstanceOf(Redis)
    expect(redis.status).toBe('connecting')
    await redis.set('key', 'value')
    expect(await redis.get('key')).toBe('value')
    expect(redis.status).toBe('ready')
    const copy = redis.duplicate({ db: 1 })
    await expect.poll(() => copy.status).toBe('ready')
    expect(copy).toBeInstanceOf(Redis)
    expect([redis.options.db, copy.options.db]).toEqual([0, 1])
    copy.disconnect()
  })

  it('has the options of its user, and keeps its own apart from them', async () => {
    const { a } = await start()
    const given = {
      ...a.endpoint,
      maxRetriesPerRequest: null,
      keyPrefix: 'app:',
      commandTimeout: 5_000,
      lazyConnect: true,
    }
    const before = structuredClone(given)
    const redis = openRedis(a, given)
    await redis.connect()
    await a.notify({ type: 'migrating', graceMs: 5_000 })
    await expect.poll(() => redis.maint.status().relaxations).toEqual(['migrating'])
    expect(given).toEqual(before)
    expect(redis.options).toMatchObject(before)
    await redis.set('key', 'value')
    const plain = await connectRedis(a)
    expect(await plain.get('app:key')).toBe('value')
  })

  it('tells its statuses as the host, in its order', async () => {
    const { a } = await start()
    const told: string[] = []
    const redis = openRedis(a, { lazyConnect: true, retryStrategy: () => 1 })
    for (const name of ['wait', 'connecting', 'connect', 'ready', 'close', 'reconnecting', 'end'])
      redis.on(name, () => told.push(name))
    await redis.connect()
    expect(told).toEqual(['wait', 'connecting', 'connect', 'ready'])
    a.closeConnections()
    await expect.poll(() => told.length).toBe(9)
    expect(told.slice(4)).toEqual(['close', 'reconnecting', 'connecting', 'connect', 'ready'])
    redis.disconnect()
    await expect.poll(() => told.slice(9)).toEqual(['close', 'end'])
    await expect(redis.get('key')).rejects.toThrow('Connection is closed.')
  })

  it('has left its connection where it tells that it reconnects, and may be told to connect then, as the host', async () => {
    const { a } = await start()
    const redis = await connectRedis(a, { retryStrategy: () => 1 })
    const told: string[] = []
    redis.on('close', () => told.push(redis.status))
    redis.once('reconnecting', () => {
      told.push(redis.status)
      redis.connect().then(
        () => told.push(redis.status),
        error => told.push(String(error)),
      )
    })
    a.closeConnections()
    await expect.poll(() => told).toEqual(['reconnecting', 'reconnecting', 'ready'])
  })

  it('selects a database as soon as there is a socket, also without an offline queue, as the host', async () => {
    const { a } = await start()
    const redis = openRedis(a, { lazyConnect: true, enableOfflineQueue: false })
    const told: unknown[] = []
    redis.on('select', database => told.push(database))
    redis.once('connect', () => {
      void redis.select(3).then(reply => told.push(reply))
      redis.set('key', 'value').catch(error => told.push(error.message))
    })
    await redis.connect()
    await expect.poll(() => told.length).toBe(3)
    expect(told).toEqual(["Stream isn't writeable and enableOfflineQueue options is false", 3, 'OK'])
    expect(await redis.client('INFO')).toContain(' db=3 ')
  })

  it('has a status that its user can set', async () => {
    const { a } = await start()
    const redis = await connectRedis(a)
    redis.status = 'end'
    await expect(redis.get('key')).rejects.toThrow('Connection is closed.')
    redis.status = 'ready'
    expect(await redis.get('key')).toBeNull()
  })

  it('logs an error to which nobody listens, and goes on', async () => {
    const { a } = await start()
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const redis = new Redis({ ...a.endpoint, lazyConnect: true, retryStrategy: () => 1, maxRetriesPerRequest: null })
    onTestFinished(() => {
      redis.disconnect()
      log.mockRestore()
    })
    await redis.connect()
    a.refuse()
    a.reset()
    await expect.poll(() => log.mock.calls.length).toBeGreaterThan(0)
    expect(log.mock.calls[0]?.[0]).toBe('[ioredis] Unhandled error event:')
    await a.accept()
    expect(await redis.get('key')).toBeNull()
  })

  it('calls back, transforms and pipelines as the host', async () => {
    const { a } = await start()
    const redis = await connectRedis(a)
    await redis.hset('hash', { one: 1, two: 2 })
    expect(await redis.hgetall('hash')).toEqual({ one: '1', two: '2' })
    expect(await redis.getBuffer('none')).toBeNull()
    const called = await new Promise(resolve => {
      void redis.set('key', 'value', (error, reply) => resolve([error, reply]))
    })
    expect(called).toEqual([null, 'OK'])
    const results = await redis.pipeline().incr('n').hgetall('hash').call('nonsense').get('key').exec()
    expect(results?.map(([error, reply]) => [error?.message.slice(0, 3) ?? null, reply])).toEqual([
      [null, 1],
      [null, { one: '1', two: '2' }],
      ['ERR', undefined],
      [null, 'value'],
    ])
    expect(await redis.multi().incr('n').hgetall('hash').exec()).toEqual([
      [null, 2],
      [null, { one: '1', two: '2' }],
    ])
    await expect(redis.multi().incr('n').call('nonsense').exec()).rejects.toThrow('EXECABORT')
  })

  it.each([false, true])(
    'keeps pipelines and transactions whole through hand-offs (autopipelining: %s)',
    async auto => {
      const { simulator, a, b } = await start()
      const redis = await connectRedis(a, { enableAutoPipelining: auto })
      let running = true
      const working = Promise.all([0, 1, 2].map(worker => countUp(redis, worker, () => running)))
      for (let round = 0; round < 4; round++) {
        const [from, to] = round % 2 === 0 ? [a, b] : [b, a]
        await moveRedis(redis, from, to)
      }
      running = false
      const rounds = await working
      expect(Math.min(...rounds)).toBeGreaterThan(2)
      for (const worker of [0, 1, 2]) expect(await redis.get(`single:${worker}`)).toBe(`${rounds[worker]}`)
      expect(openTransactions(simulator.log)).toEqual([])
    },
  )

  it('runs scripts that it defines, also where the next server does not know them', async () => {
    const { a, b } = await start()
    const answers: Readonly<Record<string, string>> = {
      eval: ':1\r\n',
      evalsha: '-NOSCRIPT No matching script\r\n',
    }
    for (const node of [a, b]) node.intercept(([name = '']) => answers[name])
    const redis = await connectRedis(a, { scripts: { one: { lua: 'return 1', numberOfKeys: 0 } } })
    const one = (): Promise<unknown> => (redis as unknown as { one(): Promise<unknown> }).one()
    expect(await one()).toBe(1)
    expect(await one()).toBe(1)
    await moveRedis(redis, a, b)
    expect(await Promise.all([one(), one()])).toEqual([1, 1])
  })

  it('prepares the fieldsets of HIMPORT on each connection, and tells what a server refuses of them', async () => {
    const { simulator, a, b } = await start()
    a.intercept(([name]) => (name === 'himport' ? '+OK\r\n' : undefined))
    b.intercept(([name, word]) => (name !== 'himport' ? undefined : word === 'SET' ? '+OK\r\n' : '-ERR no field\r\n'))
    const himportFieldsets = [{ name: 'set', fields: ['one'] }]
    const redis = openRedis(a, { lazyConnect: true, himportFieldsets } as object)
    const told: unknown[] = []
    redis.on('error', error => told.push(error.message))
    await redis.connect()
    await moveRedis(redis, a, b)
    const sent = simulator.log.flatMap(event =>
      event.type === 'command' && event.words[0] === 'himport' ? [event.words.slice(1).join(' ')] : [],
    )
    expect(sent).toEqual(['PREPARE set one', 'PREPARE set one'])
    expect(told).toEqual(['ERR no field'])
  })

  it('prepares a fieldset of HIMPORT again that RESET has forgotten', async () => {
    const { simulator, a } = await start()
    a.intercept(([name]) => (name === 'himport' ? '+OK\r\n' : undefined))
    const himportFieldsets = [{ name: 'set', fields: ['one'] }]
    const redis = openRedis(a, { lazyConnect: true, himportFieldsets } as object)
    await redis.connect()
    await redis.reset()
    await redis.call('himport', 'SET', 'key', 'set', '1')
    const sent = simulator.log.flatMap(event =>
      event.type === 'command' && event.words[0] === 'himport' ? [event.words.slice(1).join(' ')] : [],
    )
    expect(sent).toEqual(['PREPARE set one', 'PREPARE set one', 'SET key set 1'])
  })

  it('sends no HIMPORT SET that has timed out before its fieldset was prepared', async () => {
    const { simulator, a } = await start()
    let isBusy = false
    a.intercept(([name]) => {
      if (name === 'himport') return isBusy ? '' : '+OK\r\n'
      // With it comes the late answer to PREPARE.
      return name === 'get' ? '+OK\r\n$-1\r\n' : undefined
    })
    const himportFieldsets = [{ name: 'set', fields: ['one'] }]
    const redis = openRedis(a, { lazyConnect: true, himportFieldsets, commandTimeout: 200 } as object)
    await redis.connect()
    await redis.reset()
    isBusy = true
    await expect(redis.call('himport', 'SET', 'key', 'set', '1')).rejects.toThrow('Command timed out')
    await redis.get('key')
    await redis.ping()
    const sent = simulator.log.flatMap(event =>
      event.type === 'command' && event.words[0] === 'himport' ? [event.words.slice(1).join(' ')] : [],
    )
    expect(sent).toEqual(['PREPARE set one', 'PREPARE set one'])
  })

  it('passes each command once through what instrumentation puts in front of the host', async () => {
    const { a, b } = await start()
    const original = Host.prototype.sendCommand
    const passed: string[] = []
    Host.prototype.sendCommand = function (command, ...more) {
      if (['get', 'incr', 'blpop'].includes(command.name)) passed.push(command.name)
      return original.call(this, command, ...more)
    }
    try {
      const redis = await connectRedis(a)
      const commands = [redis.get('key'), redis.pipeline().incr('n').exec(), redis.multi().incr('n').exec()]
      await Promise.all(commands)
      await moveRedis(redis, a, b)
      await redis.blpop('queue', 0.01)
    } finally {
      Host.prototype.sendCommand = original
    }
    expect(passed).toEqual(['get', 'incr', 'incr', 'blpop'])
  })

  it('fails a command whose transformer throws, and nothing else', async () => {
    const { a } = await start()
    Host.Command.setReplyTransformer('type', () => {
      throw new Error('transformer')
    })
    const redis = await connectRedis(a)
    await expect(redis.type('key')).rejects.toThrow('transformer')
    expect(await redis.multi().type('key').exec()).toEqual([[expect.objectContaining({ message: 'transformer' })]])
    Host.Command.setReplyTransformer('type', reply => reply)
    expect(await redis.get('key')).toBeNull()
  })

  it('selects a database, tells it, and keeps it', async () => {
    const { a, b } = await start()
    const redis = await connectRedis(a)
    const told: unknown[] = []
    redis.on('select', database => told.push(database))
    await redis.select(3)
    await redis.set('key', 'three')
    await moveRedis(redis, a, b)
    expect(await redis.get('key')).toBe('three')
    expect(told).toEqual([3])
  })

  it('holds commands at a hand-off, also without an offline queue', async () => {
    const { a, b } = await start()
    const redis = await connectRedis(a, { enableOfflineQueue: false, enableReadyCheck: false })
    let moved = false
    void nextEvent(redis, 'handoff:completed').then(() => {
      moved = true
    })
    await a.notify({ type: 'moving', graceMs: 5_000, endpoint: b })
    while (!moved) {
      expect(await redis.set('key', 'value')).toBe('OK')
      expect(await redis.multi().get('key').exec()).toEqual([[null, 'value']])
    }
    for (const node of [a, b]) {
      node.refuse()
      node.reset()
    }
    await expect.poll(() => redis.status).not.toBe('ready')
    const offline = "Stream isn't writeable and enableOfflineQueue options is false"
    await expect(redis.get('key')).rejects.toThrow(offline)
    await expect(redis.multi().get('key').exec()).rejects.toThrow(offline)
    await expect(redis.subscribe('news')).rejects.toThrow(offline)
  })

  it('fails EXEC at a hand-off that left its watch behind, for which it waited', async () => {
    const { a, b } = await start()
    const redis = await connectRedis(a)
    await redis.watch('key')
    await moveRedis(redis, a, b)
    await expect(redis.multi().set('key', 'mine').exec()).rejects.toMatchObject({ name: 'WatchError' })
    expect(await redis.get('key')).toBeNull()
    expect(await redis.multi().set('key', 'mine').exec()).toEqual([[null, 'OK']])
    await redis.watch('key')
    const dialled = a.nextConnection()
    const completed = nextEvent(redis, 'handoff:completed')
    await b.notify({ type: 'moving', graceMs: 5_000, endpoint: a })
    await dialled
    expect(await redis.multi().set('key', 'again').exec()).toEqual([[null, 'OK']])
    await completed
  })

  it('reads its password for each connection, as its user may change it in the options', async () => {
    const { simulator, a, b } = await start()
    const redis = await connectRedis(a, { password: 'first' })
    redis.options.password = 'second'
    await moveRedis(redis, a, b)
    const hello = simulator.log.flatMap(event =>
      event.type === 'command' && event.words[0] === 'hello' ? [event.words.join(' ')] : [],
    )
    expect(hello).toEqual(['hello 3 AUTH default first', 'hello 3 AUTH default second'])
  })

  it('monitors on a client of its own', async () => {
    const { a } = await start()
    a.intercept(([name]) => (name?.toLowerCase() === 'monitor' ? '+OK\r\n' : undefined))
    const redis = await connectRedis(a)
    const monitor = await redis.monitor()
    expect(monitor).not.toBeInstanceOf(Redis)
    expect(monitor.status).toMatch(/^(?:ready|monitoring)$/)
    monitor.disconnect()
  })
})
