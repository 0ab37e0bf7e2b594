import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createNodeRedisAdapter } from '../../../src/adapters/node-redis/adapter.js'
import { createClient, type HitlessClient, type HitlessClientPool } from '../../../src/adapters/node-redis/index.js'
import type { GivenOptions } from '../../../src/adapters/node-redis/options.js'
import type { MaintSignal } from '../../../src/core/events/signal.js'
import { createSimulator, type SimNode, type Simulator } from '../../../src/simulator/index.js'
import { hostVersions } from '../../support/host-versions.js'
import { noteHooks, openClient, openPool } from '../../support/rig.js'

let simulator: Simulator
let a: SimNode
let b: SimNode
beforeEach(async () => {
  simulator = await createSimulator({ nodes: 2, record: true })
  ;[a, b] = simulator.nodes as [SimNode, SimNode]
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await simulator.dispose()
})

/** What the servers were sent by the application, by name. */
function commands(): readonly (string | undefined)[] {
  const setUp = new Set(['HELLO', 'CLIENT'])
  return simulator.log.flatMap(event =>
    event.type === 'command' && !setUp.has(String(event.words[0])) ? [event.words[0]] : [],
  )
}

async function connectOff(options: object = { hitless: false }): Promise<{ client: HitlessClient; told: string[] }> {
  const client = openClient({ url: a.url, ...options })
  client.on('error', () => {})
  const told = noteHooks(client)
  await client.connect()
  return { client, told }
}

const OFF = [
  ['the option', { hitless: false }, ''],
  ["the host's own option", { maintNotifications: 'disabled' }, ''],
  ['the environment', { hitless: { age: { maxAgeMs: 1 } }, maintNotifications: 'enabled' }, ' Off '],
] as const

describe.each(OFF)('a client that is switched off by %s', (_, options, variable) => {
  beforeEach(() => {
    vi.stubEnv('REDIS_HITLESS', variable)
  })

  it('asks for no notifications, and does not act on those that come', async () => {
    const { client, told } = await connectOff(options)
    expect(a.connections().map(({ optedIn }) => optedIn)).toEqual([false])
    expect(await a.push(['MOVING', 1, 1, `127.0.0.1:${b.endpoint.port}`], 'resp3')).toBe(1)
    expect(await client.ping()).toBe('PONG')
    expect(b.totalConnections).toBe(0)
    expect(told).toEqual([])
  })

  it('passes the answer of a replica on', async () => {
    const { client, told } = await connectOff(options)
    a.readonly()
    await expect(client.set('key', 'value')).rejects.toThrow('READONLY')
    expect(commands()).toEqual(['SET'])
    expect(a.totalConnections).toBe(1)
    expect(told).toEqual([])
  })

  it('sends nothing again that was in flight on a connection that broke', async () => {
    const { client, told } = await connectOff(options)
    const lost = a.loseReply(([name]) => name === 'GET')
    await expect(client.get('key')).rejects.not.toHaveProperty('code', 'FATE_UNKNOWN')
    await lost
    await client.ping()
    expect(commands()).toEqual(['GET', 'PING'])
    expect(told).toEqual([])
  })

  it('says so in its status, and takes signals without acting on them', async () => {
    const { client, told } = await connectOff(options)
    client.maint.signal({ type: 'moving', endpoint: b.endpoint, graceMs: 1_000 })
    expect(() => client.maint.signal({ type: 'walking' } as unknown as MaintSignal)).toThrow(/signal\.type/)
    expect(client.maint.status()).toMatchObject({
      mode: 'off',
      state: 'serving',
      ready: true,
      inMaintenance: false,
      window: undefined,
      connections: 1,
      availability: { state: 'available' },
      capability: { state: 'off', reason: expect.stringMatching(/hitless` is false|'disabled'|REDIS_HITLESS/) },
    })
    for await (const event of client.maint.events()) expect.fail(event.name)
    await client.maint.settled()
    await client.close()
    expect(client.maint.status()).toMatchObject({ ready: false, connections: 0 })
    expect(b.totalConnections).toBe(0)
    expect(told).toEqual([])
  })
})

describe('a pool that is switched off', () => {
  it('is the pool of the host, and tells what it knows', async () => {
    const pool: HitlessClientPool = openPool({ url: a.url, hitless: false }, { minimum: 2, maximum: 2 })
    await pool.connect()
    expect(await a.push(['MOVING', 1, 1, `127.0.0.1:${b.endpoint.port}`], 'resp3')).toBe(2)
    expect(await pool.ping()).toBe('PONG')
    expect(pool.maint.status()).toMatchObject({ mode: 'off', ready: true, clients: 2, connections: 2, waiting: 0 })
    expect(a.connections().map(({ optedIn }) => optedIn)).toEqual([false, false])
    expect(b.totalConnections).toBe(0)
    pool.maint.signal({ type: 'moving', graceMs: 1_000 })
    await pool.close()
    expect(pool.maint.status()).toMatchObject({ ready: false, clients: 0 })
  })
})

describe.each(hostVersions)('over @redis/client $version, a client that is switched off', ({ host }) => {
  const adapter = createNodeRedisAdapter(host)
  const open = (options: GivenOptions): HitlessClient => adapter.createClient(options) as unknown as HitlessClient

  it('has maint, as its views, copies and pools have', async () => {
    const client = open({ url: a.url, hitless: false, name: 'first' })
    onTestFinished(() => client.destroy())
    client.on('error', () => {})
    await client.connect()
    const [view, copy] = [client.withTypeMapping({}), client.duplicate({ name: 'second' })]
    const pool = client.createPool() as unknown as HitlessClientPool
    const second = copy.duplicate()
    for (const { maint } of [view as HitlessClient, copy, second, pool]) expect(maint.status().mode).toBe('off')
    expect([copy, second].map(({ options }) => options?.name)).toEqual(['second', 'second'])
    expect(copy.maint.status().state).toBe('idle')
    await copy.connect()
    expect(copy.maint.status()).toMatchObject({ state: 'serving', ready: true })
    expect(await copy.ping()).toBe('PONG')
    await copy.close()
    expect(client.isOpen).toBe(true)
  })

  it('has copies that are not, where they are told so', () => {
    const client = open({ url: a.url, hitless: false, RESP: 3 })
    expect(client.duplicate({ hitless: {} }).maint.status().mode).toBe('auto')
    expect(open({ url: a.url }).duplicate({ hitless: false }).maint.status().mode).toBe('off')
  })

  it('has copies that are not, where the mode of notifications is another one', () => {
    const client = open({ url: a.url, maintNotifications: 'disabled', RESP: 3 })
    expect(client.duplicate().maint.status().mode).toBe('off')
    expect(client.duplicate({ maintNotifications: 'auto' }).maint.status().mode).toBe('auto')
    expect(client.duplicate({ hitless: {} }).maint.status()).toMatchObject({ mode: 'disabled', state: 'idle' })
    expect(open({ url: a.url }).duplicate({ maintNotifications: 'disabled' }).maint.status().mode).toBe('off')
  })
})

describe('what is off', () => {
  it('is still told apart from what makes no sense', () => {
    expect(() => createClient({ hitless: false, maintNotifications: 'on' } as never)).toThrow(/^maintNotifications: /)
    vi.stubEnv('REDIS_HITLESS', 'off')
    expect(createClient({ RESP: 2, maintNotifications: 'enabled' }).maint.status().mode).toBe('off')
    vi.stubEnv('REDIS_HITLESS', 'no')
    expect(() => createClient()).toThrow(expect.objectContaining({ code: 'OPTIONS_INVALID' }))
  })
})
