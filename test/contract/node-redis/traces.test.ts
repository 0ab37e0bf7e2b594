import { describe, expect, it, onTestFinished } from 'vitest'
import { createNodeRedisAdapter } from '../../../src/adapters/node-redis/index.js'
import { createSimulator, type SimNode } from '../../../src/simulator/index.js'
import { type HostVersion, hostVersions } from '../../support/host-versions.js'
import type { openClient } from '../../support/rig.js'
import { noteTraces } from '../../support/trace-log.js'

type Client = ReturnType<typeof openClient>

/** What makes clients, the host itself or we over it. */
interface Maker {
  readonly createClient: (options: object) => Client
  readonly createClientPool: (options: object, poolOptions?: object) => Client
}

async function startNode(): Promise<SimNode> {
  const simulator = await createSimulator({ nodes: 1 })
  onTestFinished(() => simulator.dispose())
  return simulator.nodes[0] as SimNode
}

/** What the host tells while the same is done with the plain client, and with ours. */
async function compare(
  { host }: HostVersion,
  channels: readonly string[] | undefined,
  run: (maker: Maker) => Promise<unknown>,
): Promise<{ readonly plain: readonly string[]; readonly ours: readonly string[] }> {
  const plainly = async (maker: unknown): Promise<readonly string[]> => {
    const lines = noteTraces(channels)
    await run(maker as Maker)
    return [...lines]
  }
  return { plain: await plainly(host), ours: await plainly(createNodeRedisAdapter(host)) }
}

/** Versions before 5.12 tell nothing. */
const traced = hostVersions.filter(({ version }) => version !== '5.11')

const COMMANDS = ['command:start', 'command:asyncEnd', 'command:error']
const BATCHES = ['batch:start', 'batch:asyncEnd', 'batch:error', ...COMMANDS]
const CONNECTS = ['connect:start', 'connect:asyncEnd', 'connect:error']

describe.each(traced)('what @redis/client $version traces', version => {
  const open = async (maker: Maker, node: SimNode, options: object = {}): Promise<Client> => {
    const client = maker.createClient({ url: node.url, RESP: 3, maintNotifications: undefined, ...options })
    client.on('error', () => {})
    // Versions before 6.3 refuse to destroy a client that is closed.
    onTestFinished(() => (client.isOpen ? client.destroy() : undefined))
    await client.connect()
    return client
  }

  it('is each command, with the database that was selected', async () => {
    const node = await startNode()
    node.intercept(([name]) => (name === 'INCR' ? '-ERR not now\r\n' : undefined))
    const { plain, ours } = await compare(version, COMMANDS, async maker => {
      const client = await open(maker, node, { database: 1 })
      await client.set('key', 'value')
      await client.withCommandOptions({ timeout: 1_000 }).get('key')
      await client.sendCommand(['GET', 'key'])
      await client.incr('key').catch(() => {})
      await client.select(2)
      await client.get('key')
      await client.close()
    })
    expect(ours).toEqual(plain)
    expect(ours).toHaveLength(13)
  })

  it('is a command of a client that is not open, and one that is given up while it waits', async () => {
    const { plain, ours } = await compare(version, COMMANDS, async maker => {
      let found: (error: Error) => void = () => {}
      const lookup = (_: string, __: object, done: (error: Error) => void): void => {
        found = done
      }
      const socket = { host: 'redis.test', lookup, reconnectStrategy: false }
      const client = maker.createClient({ socket, RESP: 3 })
      client.on('error', () => {})
      await client.get('early').catch(() => {})
      const connecting = client.connect().catch(() => {})
      await client
        .withCommandOptions({ timeout: 5 })
        .get('late')
        .catch(() => {})
      const waiting = client.get('left').catch(() => {})
      client.destroy()
      found(new Error('no such name'))
      await Promise.all([waiting, connecting])
    })
    expect(ours).toEqual(plain)
    expect(ours.filter(line => line.startsWith('command:error'))).toHaveLength(3)
  })

  it('is each block, and each command of a pipeline', async () => {
    const node = await startNode()
    node.intercept(([name]) => (name === 'INCR' ? '-ERR not now\r\n' : undefined))
    const { plain, ours } = await compare(version, BATCHES, async maker => {
      const client = await open(maker, node)
      await client.multi().set('key', 'value').get('key').exec()
      await client
        .multi()
        .ping()
        .get('key')
        .incr('key')
        .execAsPipeline()
        .catch(() => {})
      await client.watch('key')
      expect(client.isWatching).toBe(true)
      await client
        .duplicate()
        .connect()
        .then(async other => {
          await other.set('key', 'changed')
          await other.close()
        })
      await client
        .multi()
        .get('key')
        .exec()
        .catch(() => {})
      expect(client.isWatching).toBe(false)
      await client.watch('key')
      await client.unwatch()
      client.setDirtyWatch('moved')
      await client
        .multi()
        .get('key')
        .exec()
        .catch(() => {})
      await client.multi().select(3).get('key').exec()
      await client.close()
      await client
        .multi()
        .get('key')
        .exec()
        .catch(() => {})
    })
    expect(ours).toEqual(plain)
    expect(ours.filter(line => line.startsWith('batch:start'))).toHaveLength(4)
    expect(ours.filter(line => line.startsWith('batch:error'))).toHaveLength(2)
  })

  it('is a command once, however often it is sent', async () => {
    const node = await startNode()
    let refusals = 2
    node.intercept(([name]) => {
      if (name !== 'GET' || refusals === 0) return undefined
      refusals -= 1
      return '-LOADING Redis is loading the dataset in memory\r\n'
    })
    const lines = noteTraces(COMMANDS)
    const client = await open(createNodeRedisAdapter(version.host) as unknown as Maker, node)
    await client.get('key')
    expect(lines.map(line => line.split(' ')[0])).toEqual(['command:start', 'command:asyncEnd'])
  })

  it('is each call of connect, with its error', async () => {
    const node = await startNode()
    const { plain, ours } = await compare(version, CONNECTS, async maker => {
      const client = await open(maker, node)
      await client.connect().catch(() => {})
      await client.close()
      node.refuse()
      const refused = maker.createClient({ url: node.url, RESP: 3, socket: { reconnectStrategy: false } })
      await refused.connect().catch(() => {})
      await node.accept()
    })
    expect(ours).toEqual(plain)
    expect(ours).toHaveLength(8)
  })
})
