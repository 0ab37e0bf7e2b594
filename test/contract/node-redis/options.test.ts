import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as redis from '@redis/client'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createClient, type HitlessClientOptions } from '../../../src/adapters/node-redis/index.js'
import { settleOptions, takeOptions } from '../../../src/adapters/node-redis/options.js'
import type { HitlessOptions } from '../../../src/core/options/hitless-options.js'
import { createSimulator, type SimNode, type SimulatorOptions } from '../../../src/simulator/index.js'
import { connectClient, nextEvent, openClient, openPool } from '../../support/rig.js'

afterEach(() => vi.unstubAllEnvs())

async function startNodes(nodes: SimulatorOptions['nodes']): Promise<SimNode[]> {
  const simulator = await createSimulator({ nodes: nodes ?? 1 })
  onTestFinished(() => simulator.dispose())
  return [...simulator.nodes]
}

async function move(client: Parameters<typeof nextEvent>[0], from: SimNode, endpoint: SimNode | string): Promise<void> {
  const completed = nextEvent(client, 'handoff:completed')
  await from.notify({ type: 'moving', graceMs: 5_000, endpoint })
  await completed
}

describe('the mode', () => {
  it('enabled fails on RESP2 and on a unix socket, auto is off there', () => {
    const code = expect.objectContaining({ code: 'MAINT_UNSUPPORTED' })
    expect(() => createClient({ RESP: 2, maintNotifications: 'enabled' })).toThrow(code)
    expect(() =>
      createClient({ socket: { path: '/tmp/redis.sock', tls: false }, maintNotifications: 'enabled' }),
    ).toThrow(code)
    expect(createClient({ RESP: 2 }).maint.status().capability).toMatchObject({ state: 'off' })
  })

  it('disabled never asks, and leaves the rest on where `hitless` is given', async () => {
    const [a] = (await startNodes(1)) as [SimNode]
    const client = await connectClient(a, { maintNotifications: 'disabled', hitless: {} })
    expect(a.connections().map(({ optedIn }) => optedIn)).toEqual([false])
    expect(client.maint.status()).toMatchObject({ mode: 'disabled', capability: { state: 'off' } })
  })
})

describe('options', () => {
  it('that make no sense are refused by name, and the flat names of the host are understood', () => {
    const make = (options: unknown) => (): unknown => createClient(options as never)
    const invalid = expect.objectContaining({ code: 'OPTIONS_INVALID' })
    expect(make({ maintNotifications: 'sometimes' })).toThrow(invalid)
    expect(make({ maintNotifications: { handoff: { retries: 11 } } })).toThrow(/maintNotifications\.handoff\.retries: /)
    expect(make({ hitless: { health: { interval: 1 } } })).toThrow(/hitless\.health\.interval: /)
    expect(make({ maintRelaxedCommandTimeout: -1 })).toThrow(/maintRelaxedCommandTimeout: /)
    expect(() => createClient({ maintEndpointType: 'none', maintRelaxedSocketTimeout: 5 } as never)).not.toThrow()
  })

  it('name no socket where it is null, as for the host', async () => {
    const [a] = (await startNodes(1)) as [SimNode]
    const nowhere = { socket: null } as never as HitlessClientOptions
    expect(() => createClient(nowhere)).not.toThrow()
    const client = await connectClient(a, { hitless: {} })
    expect(client.duplicate(nowhere).isOpen).toBe(false)
  })

  it('that the user passed are not changed', async () => {
    const [a, b] = (await startNodes(2)) as [SimNode, SimNode]
    const options = Object.freeze({
      url: `redis://user@127.0.0.1:${a.endpoint.port}/0`,
      socket: Object.freeze({ connectTimeout: 4_000, noDelay: true }),
      commandOptions: Object.freeze({ timeout: 10_000 }),
      maintNotifications: Object.freeze({ mode: 'auto' as const }),
    })
    const copy = structuredClone(options)
    const client = await connectClient(a, options as unknown as HitlessClientOptions)
    await move(client, a, b)
    expect(options).toEqual(copy)
    expect(client.options?.socket).toMatchObject({ port: a.endpoint.port })
  })

  it('leave the pauses between attempts to the host, where that is wanted and no strategy is given', () => {
    const strategyOf = (hitless: HitlessOptions, own: { readonly reconnectStrategy?: number }): unknown => {
      const { maint } = takeOptions({ hitless })
      return settleOptions(redis, { socket: own }, { maint, random: () => 0.5 }).hostOptions.socket?.reconnectStrategy
    }
    const pauses = strategyOf({ availability: false }, {})
    const pausesMs = [0, 1, 2, 20].map(retries => (pauses as (retries: number) => number)(retries))
    expect(pausesMs).toEqual([150, 200, 300, 2_100])
    expect((pauses as (retries: number, cause: Error) => unknown)(0, new redis.SocketTimeoutError(1))).toBe(false)
    expect(strategyOf({ availability: false }, { reconnectStrategy: 7 })).toBe(7)
    expect(strategyOf({}, {})).toBeUndefined()
  })

  it('are read once for a pool, whatever the number of its connections', async () => {
    const [a] = (await startNodes(1)) as [SimNode]
    let readings = 0
    const health = Object.defineProperty({}, 'checkIntervalMs', {
      enumerable: true,
      get: () => {
        readings += 1
        return 30_000
      },
    })
    createClient({ hitless: { health } })
    const once = readings
    vi.stubEnv('REDIS_HITLESS_MAX_CONNECTION_AGE_MS', '3600000')
    const pool = openPool({ url: a.url, hitless: { health } }, { minimum: 3, maximum: 3 })
    vi.stubEnv('REDIS_HITLESS_MAX_CONNECTION_AGE_MS', 'never')
    await pool.connect()
    expect(a.connections()).toHaveLength(3)
    expect(readings).toBe(2 * once)
  })

  it('ask for the endpoint type that is configured, or that fits the connection', async () => {
    const [a] = (await startNodes(1)) as [SimNode]
    await connectClient(a)
    await connectClient(a, { maintEndpointType: 'none' })
    await connectClient(a, { maintNotifications: { endpointType: 'external-fqdn' } })
    expect(a.connections().map(({ optedIn }) => optedIn)).toEqual(['internal-ip', 'none', 'external-fqdn'])
  })

  it('authenticate every new connection with credentials asked for again', async () => {
    const [a, b] = (await startNodes([
      { username: 'app', password: 'one' },
      { username: 'app', password: 'two' },
    ])) as [SimNode, SimNode]
    const passwords = ['one', 'two']
    let asked = 0
    const credentials = async () => {
      asked += 1
      return { username: 'app', password: passwords.shift() ?? '' }
    }
    const client = await connectClient(a, {
      credentialsProvider: { type: 'async-credentials-provider', credentials },
    })
    await move(client, a, b)
    expect(await client.ping()).toBe('PONG')
    expect(asked).toBe(2)
  })

  it('subscribe to a streaming provider once, whatever the number of connections, and dispose of it once', async () => {
    const [a, b] = (await startNodes([{ password: 'p' }, { password: 'p' }])) as [SimNode, SimNode]
    const disposed: number[] = []
    let subscribed = 0
    const client = await connectClient(a, {
      credentialsProvider: {
        type: 'streaming-credentials-provider',
        onReAuthenticationError: () => {},
        subscribe: async () => {
          const id = subscribed++
          return [{ username: 'default', password: 'p' }, { dispose: () => disposed.push(id) }]
        },
      },
    })
    await move(client, a, b)
    await move(client, b, a)
    await client.close()
    expect(subscribed).toBe(1)
    expect(disposed).toEqual([0])
  })

  it('re-authenticate the connection that serves, and the next one with what is newest', async () => {
    const simulator = await createSimulator({ nodes: [{ password: 'p' }, { password: 'p' }], record: true })
    onTestFinished(() => simulator.dispose())
    const [a, b] = simulator.nodes as [SimNode, SimNode]
    const refusals: unknown[] = []
    let rotate = (_: object): void => {}
    const client = await connectClient(a, {
      credentialsProvider: {
        type: 'streaming-credentials-provider',
        onReAuthenticationError: error => refusals.push(error),
        subscribe: async ({ onNext }) => {
          rotate = onNext
          return [{ username: 'default', password: 'p' }, { dispose: () => {} }]
        },
      },
    })
    b.delayHandshake(100)
    const completed = nextEvent(client, 'handoff:completed')
    await a.notify({ type: 'moving', graceMs: 5_000, endpoint: b })
    rotate({ username: 'default', password: 'p' })
    const authenticated = simulator.when(event => event.type === 'command' && event.words[0] === 'AUTH')
    expect(await authenticated).toMatchObject({ node: a.index })
    expect(await completed).toMatchObject({ drained: true })
    rotate({ username: 'default', password: 'p' })
    await simulator.when(event => event.type === 'command' && event.words[0] === 'AUTH' && event.node === b.index)
    expect(refusals).toEqual([])
  })

  it('connect through a unix socket, with the feature off', async () => {
    const path = join(tmpdir(), `hitless-${process.pid}.sock`)
    const server = createServer(socket => socket.on('data', data => answerAnything(socket, data))).listen(path)
    onTestFinished(() => {
      server.close()
    })
    const client = openClient({ socket: { path, tls: false }, disableClientInfo: true })
    await client.connect()
    expect(await client.ping()).toBe('PONG')
    expect(client.maint.status().capability).toMatchObject({ state: 'off' })
    client.destroy()
  })

  it('keep pinging on the new connection', async () => {
    const [a, b] = (await startNodes(2)) as [SimNode, SimNode]
    const client = await connectClient(a, { pingInterval: 5 })
    await new Promise(resolve => client.once('ping-interval', resolve))
    await move(client, a, b)
    await new Promise(resolve => client.once('ping-interval', resolve))
  })
})

function answerAnything(socket: { write(text: string): void }, data: Buffer): void {
  for (const command of data.toString().split('*').slice(1)) {
    socket.write(command.includes('HELLO') ? '%1\r\n$5\r\nproto\r\n:3\r\n' : '+PONG\r\n')
  }
}
