import { once } from 'node:events'
import { expect, it, onTestFinished } from 'vitest'
import { Cluster, type HitlessClusterOptions, Redis } from '../../../src/adapters/ioredis/drop-in/hitless-ioredis.js'
import { createSimulator } from '../../../src/simulator/index.js'
import { countCalls } from '../../support/counted-calls.js'

/** A cluster of two shards, and a client of it. */
async function start(options: HitlessClusterOptions = {}) {
  const simulator = await createSimulator({ record: true, cluster: { shards: 2 } })
  onTestFinished(() => simulator.dispose())
  const { cluster: nodes } = simulator
  if (nodes === undefined) throw new Error('The simulator has no cluster')
  const cluster = new Cluster([simulator.node.endpoint], { ...options, lazyConnect: true })
  onTestFinished(() => cluster.disconnect())
  cluster.on('error', () => {})
  await cluster.connect()
  return { simulator, nodes, cluster }
}

it('slots whose move is announced are asked for at their new node from then on, without a redirect', async () => {
  const { simulator, nodes, cluster } = await start()
  const slot = nodes.slotOf('key')
  const from = nodes.ownerOf(slot)
  const to = simulator.nodes.find(node => node !== from)
  if (to === undefined) throw new Error('There are not two nodes')
  await cluster.set('key', '0')
  const told: string[] = []
  cluster.maint.onAny(({ name }) => told.push(name))

  const { failed, stop } = countCalls(() => cluster.incr('key'))
  const move = await nodes.announceMove({ slots: { from: slot, to: slot }, to })
  await expect.poll(() => told).toContain('slots-migrating')
  await move.finish()
  await expect.poll(() => told).toContain('slots-migrated')
  const countOfNew = (): number =>
    simulator.log.filter(event => event.type === 'command' && event.node === to.index && event.words[0] === 'incr')
      .length
  await expect.poll(countOfNew).toBeGreaterThan(10)
  const done = await stop()
  expect(failed).toEqual([])
  expect(await cluster.get('key')).toBe(String(done))
  expect(told.filter(name => name === 'slots-migrated')).toHaveLength(1)
})

it('is the class that Redis has as a member, and has the status of all its nodes together', async () => {
  const { cluster } = await start()
  expect(Redis.Cluster).toBe(Cluster)
  expect(cluster.duplicate()).toBeInstanceOf(Cluster)
  await cluster.set('a', '1')
  await cluster.set('b', '1')
  expect(cluster.nodes('master').every(node => node instanceof Redis)).toBe(true)
  expect(cluster.maint.status()).toMatchObject({ ready: true, clients: 2, nodes: [{ ready: true }, { ready: true }] })
})

it.each(['announced', 'silent'])('shard channels follow their slot when it moves: %s', async kind => {
  const { simulator, nodes, cluster } = await start({ shardedSubscribers: true })
  const slot = nodes.slotOf('channel')
  const to = simulator.nodes.find(node => node !== nodes.ownerOf(slot))
  if (to === undefined) throw new Error('There are not two nodes')
  const heard: string[] = []
  cluster.on('smessage', (_, message) => heard.push(message))
  expect(await cluster.ssubscribe('channel')).toBe(1)
  await cluster.spublish('channel', 'one')
  await expect.poll(() => heard).toEqual(['one'])
  if (kind === 'announced') await (await nodes.announceMove({ slots: { from: slot, to: slot }, to })).finish()
  else nodes.beginMove(slot, to).finish()
  await expect.poll(() => cluster.spublish('channel', 'two')).toBe(1)
  await expect.poll(() => heard.filter(message => message === 'two').length).toBe(1)
  expect(await cluster.sunsubscribe('channel')).toBe(0)
})

it('a shard channel whose slot has moved without a word goes where its node says, and others there are heard on', async () => {
  const { simulator, nodes, cluster } = await start({ shardedSubscribers: true })
  const slot = nodes.slotOf('channel')
  const from = nodes.ownerOf(slot)
  const to = simulator.nodes.find(node => node !== from)
  const names = Array.from({ length: 100 }, (_, at) => `other${at}`)
  const other = names.find(name => nodes.ownerOf(name) === from)
  if (to === undefined || other === undefined) throw new Error('A node is missing')
  await cluster.ssubscribe('channel')
  await cluster.ssubscribe(other)
  const before = simulator.log.length
  nodes.moveSlots({ slots: { from: slot, to: slot }, to })
  await expect.poll(() => cluster.spublish('channel', 'message')).toBe(1)
  const words = simulator.log.slice(before).flatMap(event => (event.type === 'command' ? [event.words.join(' ')] : []))
  expect(words).not.toContain(`sunsubscribe ${other}`)
  const asked = words.filter(line => line === 'ssubscribe channel' || line === 'cluster SLOTS')
  expect(asked.slice(0, 2)).toEqual(['ssubscribe channel', 'ssubscribe channel'])
})

it('channels are heard on when their node leaves, each message once', async () => {
  const { simulator, nodes, cluster } = await start()
  await cluster.incr('a')
  const heard: string[] = []
  cluster.on('message', (_, message) => heard.push(message))
  await cluster.subscribe('news')
  const clientsOf = () => simulator.nodes.map(node => node.connections().length)
  const before = clientsOf()
  const [first] = simulator.nodes
  const [from, other] = before[0] === Math.max(...before) ? simulator.nodes : [...simulator.nodes].reverse()
  if (from === undefined || other === undefined || first === undefined) throw new Error('A node is missing')
  for (const { from: low, to: high } of nodes.shards.find(({ primary }) => primary === from)?.slots ?? [])
    await (await nodes.announceMove({ slots: { from: low, to: high }, to: other })).finish()
  await expect.poll(() => from.connections().length).toBe(0)
  await cluster.publish('news', 'last')
  await expect.poll(() => heard).toEqual(['last'])
})

it('an item of a pipeline that a node goes on refusing fails when the redirects of the host are used up', async () => {
  const { simulator, cluster } = await start({ maxRedirections: 1, retryDelayOnTryAgain: 20 })
  let refused = 0
  for (const node of simulator.nodes) {
    node.intercept(([name, key]) => {
      if (name?.toUpperCase() !== 'INCR' || key !== '{key}b') return undefined
      refused += 1
      return '-TRYAGAIN Multiple keys request during rehashing of slot\r\n'
    })
  }
  const [first, second] = (await cluster.pipeline().incr('{key}a').incr('{key}b').exec()) ?? []
  expect(first).toEqual([null, 1])
  expect(second?.[0]).toMatchObject({ message: expect.stringContaining('Too many Cluster redirections') })
  // While a slot may move they do not count for half a second each.
  expect(refused).toBeLessThan(50)
})

it('channels and patterns are subscribed to again when a cluster that was disconnected connects again', async () => {
  const { cluster } = await start()
  await cluster.subscribe('news')
  await cluster.psubscribe('new*')
  const heard: string[] = []
  cluster.on('message', (_, message) => heard.push(`message ${message}`))
  cluster.on('pmessage', (_, __, message) => heard.push(`pmessage ${message}`))
  const ended = once(cluster, 'end')
  cluster.disconnect()
  await ended
  await cluster.connect()
  await expect.poll(async () => Number(await cluster.publish('news', 'one')) > 1).toBe(true)
  await expect.poll(() => heard).toEqual(expect.arrayContaining(['message one', 'pmessage one']))
})

it('clusterNodeRetryStrategy: null gives a node up as soon as it has gone, as with the host', async () => {
  const { simulator, cluster } = await start({ clusterNodeRetryStrategy: null })
  await cluster.set('key', '1')
  const [, second] = simulator.nodes
  if (second === undefined) throw new Error('There are not two nodes')
  await Promise.all(cluster.nodes().map(node => node.ping()))
  const gone = once(cluster, '-node')
  second.refuse()
  second.closeConnections()
  const [node] = await gone
  expect(node.options.port).toBe(second.endpoint.port)
})

/** A cluster whose shards have replicas, a client of it, the owner of `key`, and who may follow that. */
async function startWithSuccessor() {
  const simulator = await createSimulator({ record: true, cluster: { shards: 2, replicas: 1 } })
  onTestFinished(() => simulator.dispose())
  const { cluster: nodes } = simulator
  const cluster = new Cluster([simulator.node.endpoint], { lazyConnect: true })
  onTestFinished(() => cluster.disconnect())
  cluster.on('error', () => {})
  await cluster.connect()
  const owner = nodes.ownerOf('key')
  const [successor] = nodes.shards.find(({ primary }) => primary === owner)?.replicas ?? []
  if (owner === undefined || successor === undefined) throw new Error('There is no replica')
  return { simulator, cluster, nodes, owner, successor }
}

it('what a master refuses that was cut off from its cluster goes to its successor', async () => {
  const { simulator, cluster, nodes, owner, successor } = await startWithSuccessor()
  nodes.down(true, owner)
  const writes = [cluster.incr('key'), cluster.incr('key')]
  nodes.failover(successor)
  expect((await Promise.all(writes)).sort()).toEqual([1, 2])
  // A wait for the master itself takes more than twenty tries.
  const tries = simulator.log.filter(
    event => event.type === 'command' && event.node === owner.index && event.words[0] === 'incr',
  )
  expect(tries.length).toBeLessThan(15)
})

it('a master that hangs is left for its successor: what it was sent is told as not known, and read there', async () => {
  const { cluster, nodes, owner, successor } = await startWithSuccessor()
  await cluster.set('key', '0')
  owner.silent()
  const pipelined = cluster.pipeline().incr('key').get('key').exec()
  const answers = Promise.allSettled([cluster.incr('key'), pipelined, cluster.get('key')])
  nodes.failover(successor)
  const [write, pipeline, read] = await answers
  expect(write).toMatchObject({ status: 'rejected', reason: { code: 'FATE_UNKNOWN' } })
  expect(pipeline).toMatchObject({ value: [[{ code: 'FATE_UNKNOWN' }], [null, '0']] })
  expect(read).toEqual({ status: 'fulfilled', value: '0' })
})

it('what a master acknowledges that has hung and lost its slots meanwhile is told as not known, and asked for at the next one', async () => {
  const { cluster, nodes, owner, successor } = await startWithSuccessor()
  await cluster.set('key', '0')
  owner.silent()
  const writes = [cluster.incr('key'), cluster.pipeline().incr('key').exec(), cluster.multi().incr('key').exec()]
  const reads = [cluster.get('key'), cluster.pipeline().get('key').exec(), cluster.multi().get('key').exec()]
  const settled = Promise.allSettled([...writes, ...reads])
  // Its client has found out that it says nothing.
  await expect.poll(() => cluster.maint.status().unansweredMs, { timeout: 3_000 }).toBeGreaterThan(550)
  // It knows of no successor yet: it executes what it finds, and answers.
  for (const name of ['incr', 'multi', 'exec', 'get'])
    owner.intercept(words => (words[0] === name ? '+executed\r\n' : undefined))
  nodes.failover(successor)
  owner.silent(false)
  const [write, pipeline, transaction, ...read] = await settled
  const unknown = { code: 'FATE_UNKNOWN' }
  expect(write).toMatchObject({ status: 'rejected', reason: unknown })
  expect(pipeline).toMatchObject({ value: [[unknown]] })
  expect(transaction).toMatchObject({ status: 'rejected', reason: { ...unknown, facts: { command: 'MULTI' } } })
  expect(read).toMatchObject([{ value: '0' }, { value: [[null, '0']] }, { value: [[null, '0']] }])
})

it('items of a pipeline that were never written to a master which has gone are sent to its successor', async () => {
  const { cluster, nodes, owner, successor } = await startWithSuccessor()
  await cluster.set('key', '0')
  const waiting = once(
    cluster.nodes('master').find(node => node.options.port === owner.endpoint.port) ?? cluster,
    'close',
  )
  owner.refuse()
  owner.closeConnections()
  await waiting
  const answers = cluster.pipeline().incr('key').incr('key').exec()
  nodes.failover(successor)
  expect(await answers).toEqual([
    [null, 1],
    [null, 2],
  ])
})

it('of a pipeline only those items go to the successor that its master has refused until then', async () => {
  const { cluster, nodes, owner, successor } = await startWithSuccessor()
  owner.intercept(([name, key]) =>
    name === 'incr' && key === '{key}b' ? '-CLUSTERDOWN The cluster is down\r\n' : undefined,
  )
  const answers = cluster.pipeline().incr('{key}a').incr('{key}b').exec()
  nodes.failover(successor)
  expect(await answers).toEqual([
    [null, 1],
    [null, 1],
  ])
})

it('while the keys of a slot are at two nodes what needs both is sent again, and nothing else waits for it', async () => {
  const { simulator, nodes, cluster } = await start()
  await cluster.mset('{key}a', '1', '{key}b', '1')
  const to = simulator.nodes.find(node => node !== nodes.ownerOf('key'))
  if (to === undefined) throw new Error('There are not two nodes')
  const move = nodes.beginMove(nodes.slotOf('key'), to)
  move.moveKeys(['{key}b'])
  let isOver = false
  const waiting = cluster.mget('{key}a', '{key}b').finally(() => {
    isOver = true
  })
  const mixed = [['incr', '{key}c'], ['multi'], ['incr', '{key}a'], ['incr', '{key}b'], ['exec']]
  const both = [cluster.multi().incr('{key}a').incr('{key}b').exec(), cluster.pipeline(mixed).exec()]
  await Promise.all([cluster.get('{key}a'), cluster.get('{key}b'), cluster.multi().get('{key}b').exec()])
  expect(isOver).toBe(false)
  move.finish()
  await Promise.all([waiting, ...both])
  expect(await cluster.mget('{key}a', '{key}b', '{key}c')).toEqual(['3', '3', '1'])
})

it('a transaction under a watch is not executed where nothing is watched', async () => {
  const { simulator, nodes, cluster } = await start()
  await cluster.watch('key')
  const to = simulator.nodes.find(node => node !== nodes.ownerOf('key'))
  if (to === undefined) throw new Error('There are not two nodes')
  nodes.moveSlots({ slots: { from: nodes.slotOf('key'), to: nodes.slotOf('key') }, to })
  await expect(cluster.multi().incr('key').exec()).rejects.toThrow('WATCH')
  expect(await cluster.get('key')).toBe(null)
})

it('natMap: a redirect leads to the node by its mapped name, and counts from then on', async () => {
  const simulator = await createSimulator({ record: true, cluster: { shards: 2 } })
  onTestFinished(() => simulator.dispose())
  const { cluster: nodes } = simulator
  const natMap = Object.fromEntries(
    simulator.nodes.map(({ endpoint: { host, port } }) => [`${host}:${port}`, { host: 'localhost', port }]),
  )
  const cluster = new Cluster([simulator.node.endpoint], { natMap, lazyConnect: true })
  onTestFinished(() => cluster.disconnect())
  cluster.on('error', () => {})
  await cluster.connect()
  const slot = nodes.slotOf('key')
  const from = nodes.ownerOf(slot)
  const to = simulator.nodes.find(node => node !== from)
  if (from === undefined || to === undefined) throw new Error('There are not two nodes')
  await cluster.incr('key')
  nodes.moveSlots({ slots: { from: slot, to: slot }, to })
  for (const count of [2, 3, 4, 5]) expect(await cluster.incr('key')).toBe(count)
  const asked = simulator.log.flatMap(event =>
    event.type === 'command' && event.words[0] === 'incr' ? event.node : [],
  )
  expect(asked).toEqual([from, from, to, to, to, to].map(({ index }) => index))
  expect(Object.keys(cluster.nodes()).length).toBe(2)
})

it.each(['slave', 'all'] as const)(
  'scaleReads: %s: what was to be read from a replica that has gone is read from its master',
  async scaleReads => {
    const simulator = await createSimulator({ record: true, cluster: { shards: 2, replicas: 1 } })
    onTestFinished(() => simulator.dispose())
    const { cluster: nodes } = simulator
    const cluster = new Cluster([simulator.node.endpoint], { scaleReads, lazyConnect: true })
    onTestFinished(() => cluster.disconnect())
    cluster.on('error', () => {})
    await cluster.connect()
    await cluster.mset('{key}a', '1', '{key}b', '1')
    const [replica] = nodes.shards.find(({ primary }) => primary === nodes.ownerOf('key'))?.replicas ?? []
    const readsAt = () =>
      simulator.log.filter(e => e.type === 'command' && e.words[0] === 'get' && e.node === replica?.index)
    while (readsAt().length === 0) await cluster.get('{key}a')
    replica?.refuse()
    replica?.closeConnections()
    for (let count = 0; count < 20; count += 1) expect(await cluster.get('{key}a')).toBe('1')
    expect(await cluster.pipeline().get('{key}a').get('{key}b').exec()).toHaveLength(2)
  },
)

it('connects again as soon as all nodes have gone, with what startup nodes there are then', async () => {
  const [before, after] = [await start(), await start()]
  await before.cluster.set('key', 'before')
  await after.cluster.set('key', 'after')
  // The host keeps the array.
  const seeds = [before.simulator.node.endpoint]
  const cluster = new Cluster(seeds)
  onTestFinished(() => cluster.disconnect())
  cluster.on('error', () => {})
  expect(await cluster.get('key')).toBe('before')
  seeds.splice(0, 1, after.simulator.node.endpoint)
  for (const node of before.simulator.nodes) {
    node.refuse()
    node.closeConnections()
  }
  const ask = (): Promise<unknown> => cluster.get('key').catch(() => undefined)
  // A wait for the nodes themselves would take longer.
  await expect.poll(ask, { timeout: 5_000 }).toBe('after')
})

it('without nodes it is the connection that fails', async () => {
  // As with the host, whatever its types say.
  const cluster = new Cluster(null as never, { lazyConnect: true, clusterRetryStrategy: () => null })
  cluster.on('error', () => {})
  await expect(cluster.connect()).rejects.toThrow('at least one node')
})
