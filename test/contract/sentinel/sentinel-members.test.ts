import { ClientClosedError, TimeoutError } from '@redis/client'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createSentinel } from '../../../src/adapters/node-redis/index.js'
import { createSimulator, type SimNode } from '../../../src/simulator/index.js'

type Options = Partial<Parameters<typeof createSentinel>[0]>

/** A simulated primary with replicas and three sentinels, and a way to make clients of it that end with the test. */
async function start(replicas = 1) {
  const simulator = await createSimulator({ record: true, sentinel: { replicas } })
  onTestFinished(() => simulator.dispose())
  const { sentinel: group } = simulator
  const create = (options: Options = {}) => {
    const client = createSentinel({
      name: 'mymaster',
      sentinelRootNodes: group.sentinels.map(({ endpoint }) => endpoint),
      ...options,
    } as Parameters<typeof createSentinel>[0])
    onTestFinished(() => client.destroy())
    client.on('error', () => {})
    return client
  }
  const connect = async (options: Options = {}) => {
    const client = create(options)
    await client.connect()
    return client
  }
  /** What a node was sent of a command. */
  const sentTo = (node: SimNode, word: string): number =>
    simulator.log.filter(event => event.type === 'command' && event.node === node.index && event.words[0] === word)
      .length
  return { simulator, group, create, connect, sentTo }
}

describe('a sentinel client', () => {
  it('runs commands, blocks and pipelines on the primary that its sentinels name', async () => {
    const { simulator, connect, sentTo } = await start()
    const client = await connect()
    await client.set('key', 'value')
    expect(await client.get('key')).toBe('value')
    expect(await client.multi().incr('count').incr('count').exec()).toEqual([1, 2])
    expect(await client.multi().get('key').execAsPipeline()).toEqual(['value'])
    expect(client.getMasterNode()).toMatchObject(simulator.node.endpoint)
    expect(client.getSentinelNode()).toBeDefined()
    expect(sentTo(simulator.node, 'SET')).toBe(1)
  })

  it('is told once that it is open already, and connects again after its end', async () => {
    const { connect } = await start()
    const client = await connect()
    await expect(client.connect()).rejects.toThrow('already')
    await client.close()
    expect(client.isOpen).toBe(false)
    await client.connect()
    await client.set('key', 'again')
    expect(await client.get('key')).toBe('again')
  })

  it('gives out clients, which come back without what was left open on them', async () => {
    const { connect } = await start()
    const client = await connect({ masterPoolSize: 2 })
    const replies = await client.use(async taken => {
      await taken.watch('key')
      return taken.multi().set('key', 'taken').exec()
    })
    expect(replies).toEqual(['OK'])
    const [first, second] = [await client.acquire(), await client.acquire()]
    await first.watch('key')
    const waits = client.use(taken => taken.get('key'))
    expect(await second.get('key')).toBe('taken')
    await first.release()
    expect(await waits).toBe('taken')
    await second.release()
  })

  it('ends the wait for a client that is in use: by the timeout of a command, and for all with its own end', async () => {
    const { connect } = await start()
    const client = await connect()
    const taken = await client.acquire()
    const impatient = client.withCommandOptions({ timeout: 20 }).get('key')
    await expect(impatient).rejects.toThrow(TimeoutError)
    const waiting = [client.get('key'), client.use(async () => 'used'), client.acquire()]
    const ended = Promise.allSettled(waiting)
    await client.destroy()
    const closed = expect.objectContaining({ reason: expect.any(ClientClosedError) })
    expect(await ended).toEqual([closed, closed, closed])
    await taken.release()
    await client.connect()
    expect(await client.use(again => again.ping())).toBe('PONG')
    expect(await client.get('key')).toBe(null)
  })

  it('gives an error in a task to the caller, and the client back', async () => {
    const { connect } = await start()
    const client = await connect()
    const task = client.use(async () => {
      throw new RangeError('of the task')
    })
    await expect(task).rejects.toThrow('of the task')
    expect(await client.use(taken => taken.ping())).toBe('PONG')
  })

  it('keeps a client for itself where it is told to', async () => {
    const { connect } = await start()
    const client = await connect({ masterPoolSize: 2, reserveClient: true })
    const taken = await client.acquire()
    expect(await client.ping()).toBe('PONG')
    await taken.release()
  })

  it('reads from replicas, where there are to be clients of them', async () => {
    const { simulator, connect, sentTo } = await start(2)
    const changes: string[] = []
    const client = await connect({ replicaPoolSize: 1 })
    client.on('topology-change', ({ type }) => changes.push(type))
    await client.set('key', 'value')
    for (let count = 0; count < 6; count++) expect(await client.get('key')).toBe('value')
    const replicas = simulator.nodes.filter(node => sentTo(node, 'GET') > 0 && node !== simulator.node)
    expect(replicas).toHaveLength(2)
    expect(sentTo(simulator.node, 'GET')).toBe(0)
    expect([...client.getReplicaNodes().values()]).toEqual([1, 1])
  })

  it('subscribes to channels and patterns, and hears no more what it left', async () => {
    const { connect } = await start()
    const client = await connect()
    const heard: string[] = []
    const listen = (message: string): unknown => heard.push(message)
    await client.subscribe('news', listen)
    await client.pSubscribe('n?ws', listen)
    await client.publish('news', 'one')
    await expect.poll(() => heard).toEqual(['one', 'one'])
    await client.unsubscribe('news')
    await client.publish('news', 'two')
    await expect.poll(() => heard).toEqual(['one', 'one', 'two'])
    await client.pUnsubscribe()
    await client.publish('news', 'three')
    await client.ping()
    expect(heard).toHaveLength(3)
  })

  it('goes to the primary of a failover, with what is subscribed to', async () => {
    const { group, simulator, connect } = await start()
    const client = await connect()
    const changed = new Promise(resolve => {
      client.on('topology-change', change => change.type === 'MASTER_CHANGE' && resolve(change.node))
    })
    const heard: string[] = []
    await client.subscribe('news', message => heard.push(message))
    await client.set('key', 'before')
    group.failover()
    const next = await changed
    await expect.poll(() => client.getMasterNode()).toMatchObject(next as object)
    expect(simulator.node.endpoint).not.toEqual(next)
    await client.set('key', 'after')
    expect(await client.get('key')).toBe('after')
    await client.publish('news', 'one')
    await expect.poll(() => heard).toContain('one')
  })

  it('tells of another primary when what is subscribed to is there, and of another sentinel that it asks first', async () => {
    const { group, simulator, connect, sentTo } = await start()
    const client = await connect()
    await client.subscribe('news', () => {})
    const told: unknown[] = []
    client.on('topology-change', change => {
      if (change.type === 'MASTER_CHANGE') told.push(change.type, sentTo(group.primary, 'subscribe') > 0)
      if (change.type === 'SENTINEL_CHANGE') told.push(change.type, change.node)
    })
    group.failover()
    await expect.poll(() => told).toEqual(['MASTER_CHANGE', true])
    const first = client.getSentinelNode()
    const sentinel = simulator.nodes.find(({ endpoint }) => endpoint.port === first?.port)
    sentinel?.refuse()
    sentinel?.reset()
    await expect.poll(() => told.length).toBe(4)
    expect(client.getSentinelNode()).not.toEqual(first)
    expect(told.slice(2)).toEqual(['SENTINEL_CHANGE', client.getSentinelNode()])
  })

  it('dials nodes where its map says that they are', async () => {
    const { simulator, connect } = await start()
    const asked: string[] = []
    const client = await connect({
      nodeAddressMap: address => {
        asked.push(address)
        return undefined
      },
    })
    await client.set('key', 'value')
    const { host, port } = simulator.node.endpoint
    expect(asked).toContain(`${host}:${port}`)
  })

  it('passes on the errors of its clients where it is told to', async () => {
    const { simulator, connect } = await start()
    const client = await connect({ passthroughClientErrorEvents: true })
    const told = new Promise<Error>(resolve => client.once('error', resolve))
    const failed = new Promise<{ type: string }>(resolve => client.once('client-error', resolve))
    simulator.node.reset()
    expect((await told).message).toMatch(/^Master Client \(/)
    expect((await failed).type).toBe('MASTER')
    expect(await client.ping()).toBe('PONG')
  })

  it('makes another one like it, with some options of its own', async () => {
    const { connect } = await start()
    const client = await connect({ masterPoolSize: 2 })
    const copy = client.duplicate({ masterPoolSize: 1 })
    onTestFinished(() => copy.destroy())
    copy.on('error', () => {})
    await copy.connect()
    await copy.set('key', 'copied')
    expect(await client.get('key')).toBe('copied')
    expect(copy.maint.status().clients).toBe(1)
    expect(client.maint.status().clients).toBe(2)
  })

  it('says that nobody names a primary of its name, within its bound', async () => {
    const { create } = await start()
    const client = create({ name: 'other', maxCommandRediscovers: 1 })
    await expect(client.connect()).rejects.toMatchObject({ code: 'PRIMARY_UNKNOWN', facts: { name: 'other' } })
    expect(client.isOpen).toBe(false)
  })

  it('fails what waits for a primary that nobody finds, within the same bound', async () => {
    const { simulator, connect } = await start()
    const client = await connect({ maxCommandRediscovers: 0, commandOptions: { timeout: undefined } as never })
    for (const node of simulator.nodes) {
      node.refuse()
      node.reset()
    }
    await expect(client.get('key')).rejects.toThrow()
  })

  it('is the plain one where everything is off', async () => {
    const { connect } = await start()
    const client = await connect({ hitless: false } as Options)
    await client.set('key', 'plain')
    expect(await client.get('key')).toBe('plain')
    expect(client.maint.status()).toMatchObject({ mode: 'off', capability: { state: 'off' } })
  })
})
