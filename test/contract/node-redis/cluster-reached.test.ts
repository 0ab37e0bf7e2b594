import { expect, it, onTestFinished } from 'vitest'
import { createCluster } from '../../../src/adapters/node-redis/index.js'
import { createSimulator, type Simulator } from '../../../src/simulator/index.js'

async function start(options: Parameters<typeof createSimulator>[0]): Promise<Simulator> {
  const simulator = await createSimulator(options)
  onTestFinished(() => simulator.dispose())
  return simulator
}

async function connectTo(simulator: Simulator, socket = {}) {
  const cluster = createCluster({ rootNodes: [{ url: simulator.node.url }], defaults: { socket } })
  onTestFinished(() => cluster.destroy())
  cluster.on('error', () => {})
  await cluster.connect()
  return cluster
}

it('a cluster connects without a limit of time for its connections', async () => {
  const simulator = await start({ cluster: { shards: 2 } })
  const cluster = await connectTo(simulator, { connectTimeout: 0 })
  expect(await cluster.set('key', 'value')).toBe('OK')
})

it('nodes that name no host for each other are found where the node is that was asked, also behind redirects', async () => {
  const simulator = await start({ cluster: { shards: 2, endpointType: 'none' } })
  const { cluster: nodes } = simulator
  const cluster = await connectTo(simulator)
  const slot = nodes?.slotOf('{key}1') ?? 0
  const to = simulator.nodes.find(node => node !== nodes?.ownerOf(slot))
  if (nodes === undefined || to === undefined) throw new Error('There are not two nodes')
  await cluster.set('{key}1', '0')
  const move = nodes.beginMove(slot, to)
  const get = (): Promise<unknown> => cluster.get('{key}1')
  expect(await get()).toBe('0')
  // Absent keys are asked for at the next node, keys that have moved too.
  expect(await cluster.incr('{key}2')).toBe(1)
  move.moveKeys(['{key}1'])
  expect(await get()).toBe('0')
  expect(await cluster.multi().get('{key}1').incr('{key}2').execAsPipeline()).toEqual(['0', 2])
  move.finish()
  expect(await cluster.multi().incr('{key}1').incr('{key}2').execAsPipeline()).toEqual([1, 3])
  expect(await cluster.incr('{key}1')).toBe(2)
})

it.each(['close', 'destroy'] as const)(
  '%s while the cluster asks for its nodes leaves no client behind, and it connects again',
  async end => {
    const simulator = await start({ cluster: { shards: 2 } })
    const cluster = createCluster({ rootNodes: [{ url: simulator.node.url }] })
    onTestFinished(() => cluster.destroy())
    cluster.on('error', () => {})
    const connecting = cluster.connect()
    await cluster[end]()
    await connecting
    expect(cluster.maint.status().nodes).toEqual([])
    await cluster.connect()
    expect(await cluster.set('key', 'value')).toBe('OK')
  },
)
