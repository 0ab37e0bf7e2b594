import { describe, expect, it, onTestFinished } from 'vitest'
import { createClientPool, createNodeRedisAdapter } from '../../../src/adapters/node-redis/index.js'
import { createSimulator, type SimNode } from '../../../src/simulator/index.js'
import { type HostVersion, hostVersions } from '../../support/host-versions.js'
import { nextEvent, type openClient } from '../../support/rig.js'
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
const CONNECTIONS = ['connection:ready', 'connection:closed']
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

  it('is the end of a client that is not connected', async () => {
    const node = await startNode()
    node.refuse()
    const { plain, ours } = await compare(version, CONNECTIONS, async maker => {
      const client = maker.createClient({ url: node.url, RESP: 3, socket: { reconnectStrategy: () => 50 } })
      const failed = new Promise(resolve => client.once('error', resolve))
      client.on('error', () => {})
      const connecting = client.connect()
      await failed
      client.destroy()
      await connecting.catch(() => {})
    })
    expect(ours).toEqual(plain)
    expect(ours).toHaveLength(1)
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

  it('is one client, however many connections it makes and loses', async () => {
    const node = await startNode()
    const { plain, ours } = await compare(version, CONNECTIONS, async maker => {
      const client = await open(maker, node, { socket: { reconnectStrategy: () => 1 } })
      for (let round = 0; round < 3; round++) {
        const ready = new Promise(resolve => client.once('ready', resolve))
        node.closeConnections()
        await ready
      }
      await client.close()
    })
    expect(ours).toEqual(plain)
    expect(ours).toHaveLength(8)
  })

  it('is a hand-off, with the notification of it, and no connection that the application has closed', async () => {
    const simulator = await createSimulator({ nodes: 2 })
    onTestFinished(() => simulator.dispose())
    const [a, b] = simulator.nodes as [SimNode, SimNode]
    const lines = noteTraces(CONNECTIONS.concat('maintenance', 'connection:handoff'))
    const client = version.createClient({ url: a.url })
    onTestFinished(() => client.destroy())
    await client.connect()
    const completed = nextEvent(client, 'handoff:completed')
    await a.notify({ type: 'moving', graceMs: 5_000, endpoint: b })
    await completed
    const ready = 'connection:ready {"serverAddress":"127.0.0.1","took":"number","port":"number","client":1}'
    const closed = 'connection:closed {"reason":"handoff","wasConnected":true,"client":1}'
    await expect.poll(() => lines.at(-1)).toBe(closed)
    expect(lines).toEqual([
      ready,
      'maintenance {"notification":"MOVING","client":1}',
      ready,
      'connection:handoff {"client":1}',
      closed,
    ])
  })
})

describe.each(traced.filter(({ version }) => version !== '5.12'))(
  'the errors that @redis/client $version tells',
  version => {
    it('are those of attempts that fail, also where a name is not found', async () => {
      const node = await startNode()
      node.refuse()
      const { plain, ours } = await compare(version, ['error'], async maker => {
        const lookup = (name: string, _: object, done: (error: Error) => void): void => done(new Error(`no ${name}`))
        const sockets = [{ port: node.endpoint.port }, { host: 'redis.test', lookup }]
        for (const socket of sockets) {
          const reconnectStrategy = (retries: number): number | false => (retries < 2 ? 1 : false)
          const client = maker.createClient({ socket: { ...socket, reconnectStrategy }, RESP: 3 })
          client.on('error', () => {})
          await client.connect().catch(() => {})
        }
      })
      expect(ours).toEqual(plain)
      expect(ours).toHaveLength(6)
    })
  },
)

describe('the clients of a pool', () => {
  it('each have a name, and their connections the same one', async () => {
    const node = await startNode()
    const lines = noteTraces(['command:start', 'connection:ready', 'pool:connection-wait'])
    const pool = createClientPool({ url: node.url }, { minimum: 2, maximum: 2 })
    onTestFinished(() => pool.destroy())
    await pool.connect()
    await Promise.all([pool.get('a'), pool.get('b')])
    expect(lines).toHaveLength(6)
    expect(new Set(lines.map(line => /"client":\d+/.exec(line)?.[0]))).toEqual(new Set(['"client":1', '"client":2']))
  })
})
