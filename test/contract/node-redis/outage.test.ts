import { expect, it, onTestFinished } from 'vitest'
import type { HitlessClient, HitlessClientPool } from '../../../src/adapters/node-redis/index.js'
import { isHitlessError } from '../../../src/base/errors.js'
import type { HitlessOptions } from '../../../src/core/options/hitless-options.js'
import { OUTAGE_HOST, type OutageServer, startOutageServer } from '../../support/outage-server.js'
import { startPacedCalls } from '../../support/paced-calls.js'
import { describeWithRedisServer } from '../../support/redis-server.js'
import { openClient, openPool } from '../../support/rig.js'
import { createTestName, type TestName } from '../../support/test-name.js'

const { REDIS_HITLESS_LONG = '' } = process.env

/** How many calls an outage lasts, at 500 a second: 6 s, or 60 s where `REDIS_HITLESS_LONG` is `1`. */
const OUTAGE_CALLS = REDIS_HITLESS_LONG === '1' ? 30_000 : 3_000
const TEST_LIMIT_MS = 30_000 + OUTAGE_CALLS * 2

type Availability = HitlessOptions['availability']

async function start(): Promise<OutageServer> {
  const server = await startOutageServer()
  onTestFinished(() => server.dispose())
  return server
}

function optionsOf(server: OutageServer, availability: Availability = {}, name: TestName = server.name) {
  return {
    socket: { host: name.host, port: server.port, lookup: name.lookup },
    commandOptions: { timeout: TEST_LIMIT_MS },
    hitless: { availability },
  }
}

async function connect(...args: Parameters<typeof optionsOf>): Promise<HitlessClient> {
  const client = openClient(optionsOf(...args))
  client.on('error', () => {})
  return client.connect()
}

async function connectPool(size: number, ...args: Parameters<typeof optionsOf>): Promise<HitlessClientPool> {
  return openPool(optionsOf(...args), { minimum: size, maximum: size }).connect()
}

/** Resolves when a client tells that the server can, or cannot, be reached. */
function becomes(client: HitlessClient | HitlessClientPool, state: 'available' | 'unavailable'): Promise<void> {
  return new Promise(resolve => {
    const off = client.maint.on('availability:changed', payload => {
      if (payload.state !== state) return
      off()
      resolve()
    })
  })
}

function isUnavailable(error: unknown): boolean {
  if (!isHitlessError(error, 'UNAVAILABLE')) return false
  const { retryAt } = error.facts
  return error.retryable && typeof retryAt === 'number'
}

describeWithRedisServer('a server that is away', () => {
  it.for(['refuse', 'reset'] as const)(
    'is waited for, when what dials it meanwhile meets a %s',
    { timeout: TEST_LIMIT_MS },
    async (outage, { annotate }) => {
      const server = await start()
      const client = await connect(server)
      const calls = startPacedCalls(() => client.incr('count'))
      await calls.hasMade(500)
      await server.stop(outage)
      await calls.hasMade(100)
      const { answered, pending } = calls
      const failed = calls.failed.length
      await calls.hasMade(OUTAGE_CALLS)
      expect(client.maint.status()).toMatchObject({ ready: false, waitingCommands: calls.pending })
      expect(calls.pending).toBeGreaterThanOrEqual(pending + OUTAGE_CALLS)
      await server.start()
      const startedAt = performance.now()
      await calls.hasAnswer()
      const healedMs = performance.now() - startedAt
      await calls.stop()
      // Only what was in flight when the server went has failed.
      expect(calls.failed).toHaveLength(failed)
      expect(await client.get('count')).toBe(String(calls.answered - answered))
      expect(client.maint.status()).toMatchObject({ ready: true, waitingCommands: 0 })
      await annotate(`answered again ${Math.round(healedMs)} ms after the return`)
    },
  )

  it('maxWaitingCommands bounds what waits for it', { timeout: TEST_LIMIT_MS }, async () => {
    const server = await start()
    const client = await connect(server, { maxWaitingCommands: 1_000 })
    await server.stop('refuse')
    const calls = startPacedCalls(() => client.incr('count'))
    await calls.hasMade(OUTAGE_CALLS)
    expect(calls.mostPending).toBeLessThanOrEqual(1_005)
    expect(client.maint.status().waitingCommands).toBe(1_000)
    await server.start()
    await calls.hasAnswer()
    await calls.stop()
    for (const { error } of calls.failed) expect(isHitlessError(error, 'GATE_FULL'), String(error)).toBe(true)
    expect(await client.get('count')).toBe(String(calls.answered))
  })

  it('availability: false has commands wait all the same, and tells when it is away and back', async () => {
    const server = await start()
    const client = await connect(server, false)
    const away = becomes(client, 'unavailable')
    await server.stop('refuse')
    await away
    const count = client.incr('count')
    expect(client.maint.status()).toMatchObject({ waitingCommands: 1, availability: { state: 'unavailable' } })
    const back = becomes(client, 'available')
    await server.start()
    await back
    expect(await count).toBe(1)
  })

  it('failFast answers at once, with when it will be tried again', { timeout: TEST_LIMIT_MS }, async ({ annotate }) => {
    const server = await start()
    const client = await connect(server, { failFast: true })
    const calls = startPacedCalls(() => client.incr('count'))
    await calls.hasMade(500)
    const away = becomes(client, 'unavailable')
    await server.stop('reset')
    await away
    const awaySince = performance.now()
    await calls.hasMade(OUTAGE_CALLS)
    const refused = calls.failed.filter(({ startedAt }) => startedAt > awaySince)
    expect(refused.length).toBeGreaterThanOrEqual(OUTAGE_CALLS - 5)
    for (const { error } of refused) expect(isUnavailable(error), String(error)).toBe(true)
    expect(calls.pending).toBeLessThanOrEqual(5)
    expect(client.maint.availability).toMatchObject({ state: 'unavailable', retryAt: expect.any(Number) })
    const back = becomes(client, 'available')
    await server.start()
    const startedAt = performance.now()
    await back
    const healedMs = performance.now() - startedAt
    await calls.hasAnswer()
    await calls.stop()
    expect(client.maint.availability).toMatchObject({ state: 'available' })
    const slowest = refused.map(({ tookMs }) => tookMs).sort((a, b) => b - a)
    await annotate(`99 of 100 failed within ${slowest[Math.floor(slowest.length / 100)]?.toFixed(2)} ms`)
    await annotate(`healed ${Math.round(healedMs)} ms after the return`)
  })

  it('is dialled by a pool of 20 no more often than by one client', { timeout: TEST_LIMIT_MS }, async ({
    annotate,
  }) => {
    const server = await start()
    const names = { pool: createTestName('pool.test', OUTAGE_HOST), client: createTestName('client.test', OUTAGE_HOST) }
    const pool = await connectPool(20, server, {}, names.pool)
    const client = await connect(server, {}, names.client)
    const calls = startPacedCalls(() => pool.incr('count'))
    await calls.hasMade(100)
    const before = { pool: names.pool.lookups, client: names.client.lookups }
    await server.stop('refuse')
    await calls.hasMade(OUTAGE_CALLS)
    const dials = { pool: names.pool.lookups - before.pool, client: names.client.lookups - before.client }
    await server.start()
    await calls.hasAnswer()
    await calls.stop()
    expect(await client.ping()).toBe('PONG')
    await annotate(`${dials.pool} dials of the pool, ${dials.client} of the client`)
    // Chance draws the pauses of both; without a common pace the pool would dial 20 times as often.
    expect(dials.pool).toBeLessThanOrEqual(2 * dials.client + 20)
  })
})
