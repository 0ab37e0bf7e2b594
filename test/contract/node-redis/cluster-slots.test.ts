import { expect, it, onTestFinished } from 'vitest'
import { createCluster } from '../../../src/adapters/node-redis/index.js'
import { createSimulator } from '../../../src/simulator/index.js'
import { countCalls } from '../../support/counted-calls.js'

type Cluster = Awaited<ReturnType<typeof start>>['cluster']

/** A cluster of two shards, a client of it that counts, and how many calls it made. */
async function start() {
  const simulator = await createSimulator({ record: true, cluster: { shards: 2 } })
  onTestFinished(() => simulator.dispose())
  const { cluster: nodes } = simulator
  if (nodes === undefined) throw new Error('The simulator has no cluster')
  const cluster = createCluster({ rootNodes: [{ url: simulator.node.url }] })
  onTestFinished(() => cluster.destroy())
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
    simulator.log.filter(event => event.type === 'command' && event.node === to.index && event.words[0] === 'INCR')
      .length
  await expect.poll(countOfNew).toBeGreaterThan(10)
  const done = await stop()
  expect(failed).toEqual([])
  expect(await cluster.get('key')).toBe(String(done))
  expect(told.filter(name => name === 'slots-migrated')).toHaveLength(1)
})

it('channels are subscribed to before any node was asked for anything', async () => {
  const { simulator } = await start()
  const cluster = createCluster({ rootNodes: [{ url: simulator.node.url }], minimizeConnections: true })
  onTestFinished(() => cluster.destroy())
  cluster.on('error', () => {})
  await cluster.connect()
  const heard: string[] = []
  await cluster.subscribe('news', message => heard.push(message))
  await cluster.publish('news', 'one')
  await expect.poll(() => heard).toEqual(['one'])
})

it('a replica that was promoted is among the masters, and the node before is not, as soon as a command was redirected', async () => {
  const simulator = await createSimulator({ cluster: { shards: 2, replicas: 1 } })
  onTestFinished(() => simulator.dispose())
  const cluster = createCluster({ rootNodes: [{ url: simulator.node.url }], useReplicas: true })
  onTestFinished(() => cluster.destroy())
  cluster.on('error', () => {})
  await cluster.connect()
  const [shard] = simulator.cluster?.shards ?? []
  const promoted = shard?.replicas[0]
  if (promoted === undefined) throw new Error('There is no replica')
  await Promise.all(cluster.replicas.map(node => cluster.nodeClient(node)))
  simulator.cluster?.failover(promoted)
  await cluster.multi().set('b', '1').exec()
  const ports = simulator.cluster?.shards.map(({ primary }) => primary.endpoint.port)
  expect(new Set(cluster.masters.map(({ port }) => port))).toEqual(new Set(ports))
})

it('what a master acknowledges that has hung and lost its slots meanwhile is told as not known, and asked for at the next one', async () => {
  const { simulator, nodes, cluster } = await start()
  const owner = nodes.ownerOf(nodes.slotOf('key'))
  const next = simulator.nodes.find(node => node !== owner)
  if (owner === undefined || next === undefined) throw new Error('There are not two nodes')
  await cluster.set('key', '0')
  const { host, port } = next.endpoint
  owner.silent()
  const answers = [cluster.incr('key'), cluster.multi().incr('key').execAsPipeline(), cluster.get('key')]
  const settled = Promise.allSettled(answers)
  // Its client has found out that it says nothing.
  await expect.poll(() => cluster.maint.status().unansweredMs, { timeout: 3_000 }).toBeGreaterThan(550)
  const row = (address: string, at: number, id: string) =>
    `*3\r\n$${address.length}\r\n${address}\r\n:${at}\r\n$40\r\n${id.repeat(40)}\r\n`
  let isTold = false
  next.intercept(([name, what]) => {
    if (!isTold || name?.toUpperCase() !== 'CLUSTER' || what?.toUpperCase() !== 'SLOTS') return undefined
    return `*1\r\n*3\r\n:0\r\n:16383\r\n${row(host, port, 'a')}`
  })
  next.intercept(words => (words[0] === 'GET' ? '$5\r\nafter\r\n' : undefined))
  isTold = true
  owner.silent(false)

  const [write, pipeline, read] = await settled
  for (const failed of [write, pipeline])
    expect(failed).toMatchObject({ status: 'rejected', reason: { code: 'FATE_UNKNOWN' } })
  expect(read).toEqual({ status: 'fulfilled', value: 'after' })
})

it('what a master refuses that was cut off from its cluster goes to its successor', async () => {
  const simulator = await createSimulator({ cluster: { shards: 2, replicas: 1 } })
  onTestFinished(() => simulator.dispose())
  const { cluster: nodes } = simulator
  const cluster = createCluster({ rootNodes: [{ url: simulator.node.url }] })
  onTestFinished(() => cluster.destroy())
  cluster.on('error', () => {})
  await cluster.connect()
  const owner = nodes.ownerOf('key')
  const [successor] = nodes.shards.find(({ primary }) => primary === owner)?.replicas ?? []
  if (owner === undefined || successor === undefined) throw new Error('There is no replica')
  nodes.down(true, owner)
  const writes = [cluster.incr('key'), cluster.incr('key')]
  nodes.failover(successor)
  expect((await Promise.all(writes)).sort()).toEqual([1, 2])
})

const BOTH = ['{key}a', '{key}b']

it.each([
  ['a command', (cluster: Cluster) => cluster.mGet(BOTH)],
  [
    'an item of a pipeline',
    async (cluster: Cluster) => (await cluster.multi().get('{key}a').mGet(BOTH).execAsPipeline())[1],
  ],
])(
  '%s whose keys are at two nodes is sent again until they are at one, and nothing else of its node waits for it',
  async (_, ask) => {
    const { simulator, cluster } = await start()
    await cluster.mSet([
      ['{key}a', '1'],
      ['{key}b', '2'],
    ])
    let refused = 0
    let isHalfMoved = true
    for (const node of simulator.nodes) {
      node.intercept(([name]) => {
        if (name?.toUpperCase() !== 'MGET' || !isHalfMoved) return undefined
        refused += 1
        return '-TRYAGAIN Multiple keys request during rehashing of slot\r\n'
      })
    }
    const answer = ask(cluster)
    await expect.poll(() => refused).toBeGreaterThan(2)
    expect(await cluster.get('{key}a')).toBe('1')
    isHalfMoved = false
    expect(await answer).toEqual(['1', '2'])
  },
)
