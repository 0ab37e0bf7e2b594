import * as redis from '@redis/client'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createNodeRedisAdapter, type HitlessClient } from '../../../src/adapters/node-redis/index.js'
import type { Lookup } from '../../../src/core/target.js'
import { createSimulator, type SimNode } from '../../../src/simulator/index.js'
import { createVirtualClock } from '../../../src/testing/index.js'
import { findFreePort } from '../../support/redis-server.js'
import { noteHooks } from '../../support/rig.js'

const HOST = 'redis.invalid'

type Adapter = ReturnType<typeof createNodeRedisAdapter>

/** Two nodes, and an adapter to reach them. */
async function start(given: Parameters<typeof createNodeRedisAdapter>[1]) {
  const simulator = await createSimulator({ nodes: 2 })
  onTestFinished(() => simulator.dispose())
  const [a, b] = simulator.nodes as [SimNode, SimNode]
  return { a, b, adapter: createNodeRedisAdapter(redis, given) }
}

function open({ createClient }: Adapter, options: object): HitlessClient {
  const client = createClient({ ...options }) as HitlessClient
  onTestFinished(() => client.destroy())
  client.on('error', () => {})
  return client
}

/** A lookup that leads to this machine, and notes who was asked when, and for what. */
function noteLookups(note: (hostname: string) => void): Lookup {
  return (hostname, _, done) => {
    note(hostname)
    done(null, [{ address: '127.0.0.1', family: 4 }])
  }
}

describe('an injected clock', () => {
  it('ends the relaxation of a window', async () => {
    const clock = createVirtualClock()
    const { a, adapter } = await start({ clock })
    const client = await open(adapter, { url: a.url, hitless: { health: false } }).connect()
    const noted = noteHooks(client)
    await a.notify({ type: 'migrating', graceMs: 5_000 })
    await expect.poll(() => noted).toContain('timeouts:relaxed')
    // The grace, and 10 min for an end that is never told.
    await clock.settleTo(5_000 + 600_000 - 1)
    expect(noted).not.toContain('timeouts:restored')
    await clock.settleBy(1)
    expect(noted.filter(name => name.startsWith('timeouts:'))).toEqual(['timeouts:relaxed', 'timeouts:restored'])
  })

  it('says when a hand-off begins that is spread over the grace', async () => {
    const clock = createVirtualClock()
    const { a, b, adapter } = await start({ clock })
    const maintNotifications = { handoff: { instanceId: 'seven', spread: 1 } }
    const client = await open(adapter, { url: a.url, maintNotifications, hitless: { health: false } }).connect()
    const noted = noteHooks(client)
    await a.notify({ type: 'moving', graceMs: 30_000, endpoint: b })
    await expect.poll(() => noted).toContain('timeouts:relaxed')
    let turns = 0
    while (b.connections().length === 0 && turns < 120) {
      await client.ping()
      await clock.settleBy(250)
      turns += 1
    }
    expect(turns * 250).toBeGreaterThan(500)
    expect(turns * 250).toBeLessThan(30_000)
    await expect.poll(() => noted).toContain('handoff:completed')
    // The server reads of the end of the old one a little later.
    await expect.poll(() => [a, b].map(node => node.connections().length)).toEqual([0, 1])
  })
})

describe('injected randomness', () => {
  it.each([
    [0, 50],
    [0.5, 150],
  ])('of %d makes the first pause of the host %i ms', async (share, pauseMs) => {
    const clock = createVirtualClock()
    const dials: number[] = []
    const lookup = noteLookups(() => dials.push(clock.now()))
    const adapter = createNodeRedisAdapter(redis, { clock, random: () => share, lookup })
    const hitless = { availability: { maxBackoffMs: false }, health: false, addresses: false }
    const client = open(adapter, { url: `redis://${HOST}:${await findFreePort(['127.0.0.1'])}`, hitless })
    const refused = new Promise(resolve => client.once('error', resolve))
    client.connect().catch(() => {})
    await refused
    dials.splice(0)
    await clock.settleBy(1_000)
    expect(dials[0]).toBe(pauseMs)
  })
})

describe('an injected lookup', () => {
  it('resolves the names of clients that have none of their own', async () => {
    const asked: string[] = []
    const lookupOf = (name: string): Lookup => noteLookups(hostname => asked.push(`${name}: ${hostname}`))
    const { a, adapter } = await start({ lookup: lookupOf('adapter') })
    const url = `redis://${HOST}:${a.endpoint.port}`
    const client = await open(adapter, { url }).connect()
    expect(await client.ping()).toBe('PONG')
    expect(new Set(asked.splice(0))).toEqual(new Set([`adapter: ${HOST}`]))
    const other = await open(adapter, { url, socket: { lookup: lookupOf('client') } }).connect()
    expect(await other.ping()).toBe('PONG')
    expect(new Set(asked)).toEqual(new Set([`client: ${HOST}`]))
  })
})
