import { createRequire } from 'node:module'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { createSimulator, type SimNode } from '../../src/simulator/index.js'
import { createTracerProvider, loadInstrumentation } from '../support/exporters.js'
import { moveDuring, startTwoNodes } from '../support/moved-during.js'

// The packages change their hosts when these are required, so that what follows is loaded behind them.
const { trace, spans } = createTracerProvider()
const instrumentations = [
  loadInstrumentation('@opentelemetry/instrumentation-redis', trace),
  loadInstrumentation('@opentelemetry/instrumentation-ioredis', trace),
]
const load = createRequire(import.meta.url)
load('@redis/client')
load('ioredis')
const plainNodeRedis = (await import('@redis/client')) as object as { createClient(options: object): NodeRedis }
const plainIoredis = (await import('ioredis')) as object as { Redis: new (options: object) => Ioredis }
const nodeRedis = (await import('../../src/adapters/node-redis/index.js')) as object as typeof plainNodeRedis
const ioredis = (await import('../../src/adapters/ioredis/index.js')) as object as typeof plainIoredis & IoredisClusters

afterAll(() => {
  for (const instrumentation of instrumentations) instrumentation.disable()
})

interface NodeRedis {
  on(event: string, listener: () => void): this
  connect(): Promise<unknown>
  destroy(): void
  sendCommand(words: readonly string[]): Promise<unknown>
  multi(): { set(key: string, value: string): { exec(): Promise<unknown> } }
}

interface Ioredis {
  on(event: string, listener: () => void): this
  connect(): Promise<unknown>
  disconnect(): void
  call(...words: readonly string[]): Promise<unknown>
  multi(): { set(key: string, value: string): { exec(): Promise<unknown> } }
}

interface IoredisClusters {
  Cluster: new (nodes: readonly object[], options: object) => Ioredis
}

/** What the test needs of a client, whatever its host. */
interface Traced {
  readonly call: (...words: readonly string[]) => Promise<unknown>
  readonly block: () => Promise<unknown>
}

type Open = (node: SimNode) => Promise<Traced>

const openNodeRedis =
  ({ createClient }: typeof plainNodeRedis, own: object): Open =>
  async ({ url }) => {
    const client = createClient({ url, RESP: 3, ...own }).on('error', () => {})
    onTestFinished(() => client.destroy())
    await client.connect()
    return { call: (...words) => client.sendCommand(words), block: () => client.multi().set('key', 'b').exec() }
  }

const openIoredis =
  ({ Redis }: typeof plainIoredis, own: object): Open =>
  async ({ endpoint: { host, port } }) => {
    const redis = new Redis({ host, port, lazyConnect: true, ...own }).on('error', () => {})
    onTestFinished(() => redis.disconnect())
    await redis.connect()
    return { call: (...words) => redis.call(...words), block: () => redis.multi().set('key', 'b').exec() }
  }

/** The names of the spans that are made meanwhile, but for those of connections. */
async function spansOf(run: () => Promise<unknown>): Promise<readonly string[]> {
  const before = spans().length
  await run()
  const names = spans()
    .slice(before)
    .map(({ name }) => name.toLowerCase())
  return names.filter(name => !name.includes('connect')).sort()
}

const AT_ONCE = { maintNotifications: { handoff: { spread: 0 } } } as const

describe.each([
  [
    'instrumentation-redis',
    openNodeRedis(plainNodeRedis, { maintNotifications: undefined }),
    openNodeRedis(nodeRedis, AT_ONCE),
  ],
  ['instrumentation-ioredis', openIoredis(plainIoredis, {}), openIoredis(ioredis, AT_ONCE)],
])('@opentelemetry/%s', (_, openPlain, openOurs) => {
  it('makes the spans that it makes of a plain client', async () => {
    const [node] = await startTwoNodes()
    const work = async ({ call, block }: Traced): Promise<void> => {
      await call('SET', 'key', 'a')
      await Promise.all([call('GET', 'key'), call('GET', 'key')])
      await call('LPUSH', 'key', 'c').catch(() => {})
      await block()
    }
    const plain = await openPlain(node)
    const ours = await openOurs(node)
    const expected = await spansOf(() => work(plain))
    expect(expected.length).toBeGreaterThanOrEqual(5)
    expect(await spansOf(() => work(ours))).toEqual(expected)
  })

  it('makes one for each command across a hand-off, a wait and what is sent again', async () => {
    const nodes = await startTwoNodes()
    const { call } = await openOurs(nodes[0])
    const sent: Promise<unknown>[] = []
    const names = await spansOf(async () => {
      await moveDuring(nodes, round => void sent.push(call('GET', `key${round}`)))
      await Promise.all(sent)
    })
    expect(sent.length).toBeGreaterThan(10)
    expect(names).toEqual(sent.map(() => names[0]))
  })

  it('makes one for a command that is sent again', async () => {
    const [node] = await startTwoNodes()
    const { call } = await openOurs(node)
    const answer = node.intercept(([name = '']) => {
      if (name.toLowerCase() !== 'get') return undefined
      answer()
      setImmediate(() => node.reset())
      return ''
    })
    expect(await spansOf(() => call('GET', 'key'))).toEqual([expect.stringMatching(/^(?:redis-)?get$/)])
    expect(node.totalConnections).toBe(2)
  })
})

it('a command that a cluster of ioredis is redirected with has one span', async () => {
  const simulator = await createSimulator({ cluster: { shards: 2 } })
  onTestFinished(() => simulator.dispose())
  const { cluster: nodes, node } = simulator
  if (nodes === undefined) throw new Error('The simulator has no cluster')
  const cluster = new ioredis.Cluster([node.endpoint], { lazyConnect: true })
  cluster.on('error', () => {})
  onTestFinished(() => cluster.disconnect())
  await cluster.connect()
  await cluster.call('GET', 'key')
  const slot = nodes.slotOf('key')
  const to = simulator.nodes.find(other => other !== nodes.ownerOf(slot))
  if (to === undefined) throw new Error('There are not two nodes')
  nodes.moveSlots({ slots: { from: slot, to: slot }, to })
  const names = await spansOf(() => cluster.call('GET', 'key'))
  expect(names.filter(name => name === 'get')).toHaveLength(1)
})
