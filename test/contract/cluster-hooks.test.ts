import { expect, it, onTestFinished } from 'vitest'
import { Cluster } from '../../src/adapters/ioredis/drop-in/hitless-ioredis.js'
import { createCluster, createSentinel } from '../../src/adapters/node-redis/index.js'
import type { MaintEvent } from '../../src/core/events/maint-events.js'
import type { HookContext } from '../../src/core/events/maint-hook.js'
import { createSimulator } from '../../src/simulator/index.js'

interface Observable {
  readonly maint: {
    onAny(listener: (event: MaintEvent) => void): unknown
    readonly hooks: { use(hook: { before(notification: object, context: HookContext): void }): unknown }
  }
}

/** Opens a cluster over either host, of which each node has been asked for something. */
type Open = (url: string, hitless: { readonly dryRun?: boolean }) => Promise<Observable>

const openNodeRedis: Open = async (url, hitless) => {
  const cluster = createCluster({ rootNodes: [{ url }], hitless, maintNotifications: { handoff: { spread: 0 } } })
  onTestFinished(() => cluster.destroy())
  cluster.on('error', () => {})
  await cluster.connect()
  for (const key of ['a', 'b']) await cluster.get(key)
  return cluster as unknown as Observable
}

const openIoredis: Open = async (url, hitless) => {
  const options = { lazyConnect: true, hitless, maintNotifications: { handoff: { spread: 0 } } }
  const cluster = new Cluster([url], options as never)
  onTestFinished(() => cluster.disconnect())
  cluster.on('error', () => {})
  await cluster.connect()
  for (const key of ['a', 'b']) await cluster.get(key)
  return cluster as unknown as Observable
}

const HOSTS = [
  ['@redis/client', openNodeRedis],
  ['ioredis', openIoredis],
] as const

async function start(open: Open, hitless: { readonly dryRun?: boolean } = {}) {
  const simulator = await createSimulator({ cluster: { shards: 2 } })
  onTestFinished(() => simulator.dispose())
  const cluster = await open(simulator.node.url, hitless)
  const events: MaintEvent[] = []
  cluster.maint.onAny(event => events.push(event))
  return { simulator, cluster, events }
}

it.each(HOSTS)('a hook on a cluster of %s is told which node a notification came from', async (_, open) => {
  const { simulator, cluster } = await start(open)
  const told: (string | undefined)[] = []
  cluster.maint.hooks.use({ before: (_notification, { node }) => void told.push(node) })
  for (const node of simulator.nodes) {
    told.length = 0
    await node.notify({ type: 'failing-over', graceMs: 1_000 })
    await expect.poll(() => told.length).toBeGreaterThan(0)
    expect(new Set(told)).toEqual(new Set([`${node.endpoint.host}:${node.endpoint.port}`]))
  }
})

it.each(HOSTS)('a cluster of %s with dryRun tells what it would do, and stays where it is', async (_, open) => {
  const { simulator, events } = await start(open, { dryRun: true })
  const [node, other] = simulator.nodes
  if (node === undefined || other === undefined) throw new Error('There are not two nodes')
  const before = node.connections().length
  await node.notify({ type: 'moving', graceMs: 5_000, endpoint: other, closeAtGraceEnd: false })
  await expect.poll(() => events.map(({ name }) => name)).toContain('action:withheld')
  expect(events.filter(({ name }) => name.startsWith('handoff:'))).toEqual([])
  expect(node.connections().length).toBe(before)
})

it('a sentinel client with dryRun tells what it would do, and stays where it is', async () => {
  const simulator = await createSimulator({ sentinel: { replicas: 1 } })
  onTestFinished(() => simulator.dispose())
  const sentinelRootNodes = simulator.sentinel.sentinels.map(({ endpoint }) => endpoint)
  const options = { name: 'mymaster', sentinelRootNodes, hitless: { dryRun: true } }
  const client = createSentinel(options as unknown as Parameters<typeof createSentinel>[0])
  onTestFinished(() => client.destroy())
  client.on('error', () => {})
  await client.connect()
  const names: string[] = []
  client.maint.onAny(({ name }) => names.push(name))
  const [primary, replica] = simulator.nodes
  if (primary === undefined || replica === undefined) throw new Error('There are not two nodes')
  await primary.notify({ type: 'moving', graceMs: 5_000, endpoint: replica, closeAtGraceEnd: false })
  await expect.poll(() => names).toContain('action:withheld')
  expect(names.filter(name => name.startsWith('handoff:'))).toEqual([])
  await client.set('key', 'value')
})
