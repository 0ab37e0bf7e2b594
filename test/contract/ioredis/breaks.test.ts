import { expect, it } from 'vitest'
import type { SimNode } from '../../../src/simulator/index.js'
import { describeBackends } from '../../support/backends.js'
import { connectRedis, moveRedis, openRedis } from '../../support/ioredis-rig.js'

describeBackends('a client of ioredis whose connection breaks', backend => {
  const start = async () => {
    const simulator = await backend.simulate({ nodes: 2, record: true })
    const [a, b] = simulator.nodes as [SimNode, SimNode]
    const untilSent = (word: string) =>
      simulator.when(event => event.type === 'command' && event.words[0]?.toLowerCase() === word)
    return { a, b, untilSent }
  }

  /** Lets a node answer nothing until it breaks its connections, which it does at the last of some commands. */
  const breakAt = (node: SimNode, last: string, ...others: readonly string[]) => {
    const held = new Set([last, ...others])
    const answer = node.intercept(([name = '']) => {
      if (!held.has(name)) return undefined
      if (name === last) {
        answer()
        setImmediate(() => node.reset())
      }
      return ''
    })
  }

  it('sends everything in flight again, as the host does', async () => {
    const { a } = await start()
    const redis = await connectRedis(a, { retryStrategy: () => 1 })
    breakAt(a, 'exec', 'incr', 'get', 'multi')
    const replies = [redis.incr('n'), redis.get('n'), redis.multi().incr('n').exec()]
    const [single, read, block] = (await Promise.all(replies)) as [number, string, [unknown, number][]]
    expect({ single, read, block }).toEqual({ single: 1, read: '1', block: [[null, 2]] })
    expect(a.totalConnections).toBe(2)
  })

  it('sends thousands again in the order in which they were issued, each once, one by one and in pipelines', async () => {
    const { a } = await start()
    const redis = await connectRedis(a, { retryStrategy: () => 1 })
    breakAt(a, 'llen', 'rpush')
    const items = Array.from({ length: 4_000 }, (_, at) => `${at}`.padStart(100, '-'))
    const alone = items.slice(0, 2_000).map(item => redis.rpush('list', item))
    const pipeline = redis.pipeline()
    for (const item of items.slice(2_000)) pipeline.rpush('list', item)
    const [together, length] = await Promise.all([pipeline.exec(), redis.llen('list'), ...alone])
    expect(length).toBe(4_000)
    expect(together?.at(-1)).toEqual([null, 4_000])
    expect(await redis.lrange('list', 0, -1)).toEqual(items)
    expect(a.totalConnections).toBe(2)
  })

  it('sends only reads again where what came is no answer, as that says nothing of what was executed', async () => {
    const { a } = await start()
    const redis = await connectRedis(a, { retryStrategy: () => 1 })
    redis.on('error', () => {})
    let sets = 0
    a.intercept(([name = '']) => {
      if (name !== 'set') return undefined
      sets += 1
      return 'HTTP/1.1 400 Bad Request\r\n\r\n'
    })
    const failed = expect(redis.set('key', 'value')).rejects.toMatchObject({ code: 'WIRE_PROTOCOL' })
    expect(await redis.get('key')).toBeNull()
    await failed
    expect(sets).toBe(1)
  })

  it('sends only reads again where the host is told to send nothing', async () => {
    const { a } = await start()
    const redis = await connectRedis(a, { retryStrategy: () => 1, autoResendUnfulfilledCommands: false })
    breakAt(a, 'get', 'incr')
    const failed = expect(redis.incr('n')).rejects.toThrow('Connection is closed.')
    expect(await redis.get('n')).toBeNull()
    await failed
  })

  it('sends again what our own option says', async () => {
    const { a } = await start()
    const hitless = { recovery: { retryInFlight: ([name]: readonly unknown[]) => name === 'set' } }
    const redis = await connectRedis(a, { retryStrategy: () => 1, hitless })
    breakAt(a, 'set', 'incr')
    const failed = expect(redis.incr('n')).rejects.toThrow('Connection is closed.')
    expect(await redis.set('key', 'value')).toBe('OK')
    await failed
  })

  it('sends again at each break, as often as the host retries', async () => {
    const { a } = await start()
    const redis = await connectRedis(a, { retryStrategy: () => 1, maxRetriesPerRequest: 3 })
    let breaks = 0
    a.intercept(([name]) => {
      if (name !== 'incr' || breaks === 3) return undefined
      breaks += 1
      setImmediate(() => a.reset())
      return ''
    })
    expect(await redis.incr('n')).toBe(1)
    expect(a.totalConnections).toBe(4)
    breaks = -1
    await expect(redis.incr('n')).rejects.toThrow('Connection is closed.')
  })

  it('answers a blocking command with nothing after blockingTimeout, also one that has no connection', async () => {
    const { a } = await start()
    a.refuse()
    const redis = openRedis(a, { blockingTimeout: 20, retryStrategy: () => 1, maxRetriesPerRequest: null })
    expect(await redis.blpop('queue', 0)).toBeNull()
    await a.accept()
    await redis.rpush('queue', 'one')
    expect(await redis.llen('queue')).toBe(1)
    expect(await redis.blpop('queue', 1)).toEqual(['queue', 'one'])
  })

  it('ends a command in flight after commandTimeout, and gives its late answer to nobody', async () => {
    const { a } = await start()
    const redis = await connectRedis(a, { commandTimeout: 50 })
    await redis.set('key', 'value')
    a.silent()
    const replies = await redis.pipeline().get('key').get('other').exec()
    expect(replies?.map(([error]) => error?.message)).toEqual(['Command timed out', 'Command timed out'])
    a.silent(false)
    expect(await redis.get('key')).toBe('value')
  })

  it('lets a command block as long as it says besides commandTimeout, and loses nothing that it takes', async () => {
    const { a, untilSent } = await start()
    const worker = await connectRedis(a, { commandTimeout: 20 })
    const sent = untilSent('blpop')
    const taken = worker.blpop('queue', 5)
    await sent
    // Where it is late, the worker has waited for longer than that already.
    await expect(worker.ping()).rejects.toThrow('Command timed out')
    await (await connectRedis(a)).rpush('queue', 'job')
    expect(await taken).toEqual(['queue', 'job'])
  })

  it('fails what waits for too many retries, and goes on', async () => {
    const { a } = await start()
    const redis = openRedis(a, { lazyConnect: true, maxRetriesPerRequest: 2, retryStrategy: () => 1 })
    a.refuse()
    const error = { name: 'MaxRetriesPerRequestError', message: expect.stringContaining('(which is 2)') }
    await expect(redis.get('key')).rejects.toMatchObject(error)
    await a.accept()
    expect(await redis.get('key')).toBeNull()
  })

  it('lets any number of commands wait, also of those that are sent again, as the host', async () => {
    const { a } = await start()
    const redis = openRedis(a, { lazyConnect: true, retryStrategy: () => 1 })
    const pipeline = () => {
      const made = redis.pipeline()
      for (let at = 0; at < 100_001; at += 1) made.ping()
      return made.exec()
    }
    const failed = (answers: [Error | null, unknown][] | null) => answers?.filter(([error]) => error !== null)
    expect(failed(await pipeline())).toEqual([])
    breakAt(a, 'get', 'ping')
    const [again] = await Promise.all([pipeline(), redis.get('key')])
    expect(failed(again)).toEqual([])
  })

  it('lets no more wait than our own option says', async () => {
    const { a } = await start()
    const hitless = { availability: { maxWaitingCommands: 1 } }
    const redis = openRedis(a, { lazyConnect: true, hitless })
    const first = redis.ping()
    await expect(redis.ping()).rejects.toMatchObject({ code: 'GATE_FULL' })
    expect(await first).toBe('PONG')
  })

  it('tells that a connection is gone before what that ends, as the host', async () => {
    const { a } = await start()
    a.refuse()
    const redis = openRedis(a, {
      lazyConnect: true,
      maxRetriesPerRequest: 0,
      retryStrategy: times => (times < 2 ? 1 : null),
    })
    const told: string[] = []
    for (const name of ['close', 'reconnecting', 'end']) redis.on(name, () => told.push(name))
    const note = (error: Error) => told.push(error.name)
    await redis.get('key').catch(note)
    await redis.get('key').catch(note)
    expect(told).toEqual(['close', 'reconnecting', 'MaxRetriesPerRequestError', 'close', 'end', 'Error'])
  })

  it('fails what waits when the server refuses its password, and tries again', async () => {
    const { a } = await start()
    a.requireCredentials({ username: 'default', password: 'secret' })
    const redis = openRedis(a, { password: 'wrong', maxRetriesPerRequest: null, retryStrategy: () => 1 })
    await expect(redis.get('key')).rejects.toThrow('WRONGPASS')
    redis.options.password = 'secret'
    await expect.poll(() => redis.status).toBe('ready')
    expect(await redis.get('key')).toBeNull()
  })

  it('ends where its strategy says no number, and connects again when it is told to', async () => {
    const { a } = await start()
    const redis = await connectRedis(a, { retryStrategy: times => (times < 3 ? 1 : null) })
    a.refuse()
    a.reset()
    await expect.poll(() => redis.status).toBe('end')
    await expect(redis.get('key')).rejects.toThrow('Connection is closed.')
    await a.accept()
    await redis.connect()
    expect(await redis.get('key')).toBeNull()
    await expect(redis.connect()).rejects.toThrow('Redis is already connecting/connected')
  })

  it('connects again for an answer, where the host is asked to', async () => {
    const { a } = await start()
    let once = true
    const allow = a.intercept(([name]) => (name === 'get' ? '-OOPS try elsewhere\r\n' : undefined))
    const reconnectOnError = (error: Error): false | 2 => {
      if (!error.message.startsWith('OOPS') || !once) return false
      once = false
      allow()
      return 2
    }
    const redis = await connectRedis(a, { retryStrategy: () => 1, reconnectOnError })
    expect(await redis.get('key')).toBeNull()
    await expect.poll(() => a.totalConnections).toBe(2)
  })

  it('ends soon on disconnect, whatever blocks on it; what was sent before is answered', async () => {
    const { a, untilSent } = await start()
    const redis = await connectRedis(a)
    const set = redis.set('key', 'value')
    redis.disconnect()
    expect(await set).toBe('OK')
    const worker = await connectRedis(a)
    const failed = expect(worker.blpop('queue', 0)).rejects.toThrow('Connection is closed.')
    await untilSent('blpop')
    const ended = new Promise(resolve => worker.once('end', resolve))
    worker.disconnect()
    await ended
    await failed
    await expect.poll(() => a.connections()).toEqual([])
  })

  it('answers quit, and does not connect again', async () => {
    const { a } = await start()
    const redis = await connectRedis(a)
    expect(await redis.quit()).toBe('OK')
    await expect.poll(() => redis.status).toBe('end')
    expect(a.totalConnections).toBe(1)
  })

  it('hears every message once at hand-offs, in each form, and runs other commands beside', async () => {
    const { a, b } = await start()
    const subscriber = await connectRedis(a)
    const publisher = await connectRedis(a, { hitless: false })
    const heard: Record<string, unknown[]> = { message: [], messageBuffer: [], pmessage: [], pmessageBuffer: [] }
    for (const [event, list] of Object.entries(heard)) subscriber.on(event, (...told) => list.push(String(told.at(-1))))
    const counts = [subscriber.subscribe('news', 'jobs'), subscriber.psubscribe('n?ws')]
    expect(await Promise.all(counts)).toEqual([2, 3])
    expect(await subscriber.unsubscribe('jobs')).toBe(2)
    const sent: string[] = []
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      let moved = false
      const moving = moveRedis(subscriber, from, to).then(() => {
        moved = true
      })
      while (!moved) {
        sent.push(String(sent.length))
        await publisher.publish('news', `${sent.at(-1)}`)
      }
      await moving
    }
    expect(await subscriber.get('key')).toBeNull()
    for (let ping = 0; ping < 2; ping++) await subscriber.ping()
    for (const list of Object.values(heard)) expect(list).toEqual(sent)
  })

  it('forgets its subscriptions where it is told to, but not at a hand-off', async () => {
    const { a, b } = await start()
    const subscriber = await connectRedis(a, { autoResubscribe: false, retryStrategy: () => 1 })
    const publisher = await connectRedis(a)
    await subscriber.subscribe('news')
    await moveRedis(subscriber, a, b)
    // The connection that it left is subscribed until it ends.
    await expect.poll(() => publisher.publish('news', 'one')).toBe(1)
    b.closeConnections()
    await subscriber.ping()
    await expect.poll(() => publisher.publish('news', 'two')).toBe(0)
  })

  it('waits longer for an answer while the server is in maintenance', async () => {
    const { a } = await start()
    const redis = await connectRedis(a, { commandTimeout: 100 })
    const plain = await connectRedis(a, { commandTimeout: 100, hitless: false })
    await a.notify({ type: 'migrating', graceMs: 5_000 })
    await expect.poll(() => redis.maint.status().relaxations).toEqual(['migrating'])
    a.silent()
    const slow = redis.get('key').catch((error: Error) => error.message)
    await expect(plain.get('key')).rejects.toThrow('Command timed out')
    expect(await Promise.race([slow, Promise.resolve('waits')])).toBe('waits')
    // The host waits for a server that says nothing.
    a.reset()
  })
})
