import { createClient as createPlain, type RedisClientType } from '@redis/client'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { HitlessClient, HitlessClientOptions, HitlessClientPool } from '../../../src/adapters/node-redis/index.js'
import { createDeferred } from '../../../src/base/deferred.js'
import { isHitlessError } from '../../../src/base/errors.js'
import { type BlackHoleProxy, createBlackHoleProxy } from '../../support/black-hole-proxy.js'
import {
  describeWithRedisServer,
  findFreePort,
  type RedisServer,
  startRedisServer,
} from '../../support/redis-server.js'
import { nextEvent, noteHooks, openClient, openPool } from '../../support/rig.js'
import { compareWritten, type SwitchoverReport, startSwitchoverLoad } from '../../support/switchover-load.js'

/** Within which service has to be back, in milliseconds, with the time that a test takes besides. */
const BACK_WITHIN_MS = 10_000

const HOST = '127.0.0.1'

let server: RedisServer
let proxy: BlackHoleProxy
/** Leads to the server past the proxy. */
let direct: RedisClientType

async function connect(options: HitlessClientOptions = {}): Promise<HitlessClient> {
  const client = openClient({ url: `redis://127.0.0.1:${proxy.port}`, ...options })
  client.on('error', () => {})
  return client.connect()
}

async function connectPool(size: number): Promise<HitlessClientPool> {
  return openPool({ url: `redis://127.0.0.1:${proxy.port}` }, { minimum: size, maximum: size }).connect()
}

/** What was in flight may have been executed: the caller is told so, and nothing is sent again. */
async function expectOnlyUnknownFates(report: SwitchoverReport, workers: number): Promise<void> {
  for (const { error } of report.failed) expect(isSilentFate(error), String(error)).toBe(true)
  expect(report.failed.length).toBeLessThanOrEqual(workers)
  expect(await compareWritten(direct, report)).toMatchObject({ missing: [], doubled: [] })
}

function isSilentFate(error: unknown): boolean {
  return isHitlessError(error, 'FATE_UNKNOWN') && isHitlessError(error.cause, 'CONNECTION_UNRESPONSIVE')
}

async function blocked(count: number): Promise<void> {
  await expect
    .poll(() => direct.sendCommand(['INFO', 'clients']), { timeout: 5_000 })
    .toContain(`blocked_clients:${count}`)
}

describeWithRedisServer('a connection that falls silent', () => {
  beforeAll(async () => {
    server = await startRedisServer({ host: HOST, port: await findFreePort([HOST]) })
    direct = createPlain({ socket: { host: HOST, port: server.port }, maintNotifications: 'disabled' })
    await direct.connect()
  })
  afterAll(async () => {
    direct.destroy()
    await server.kill()
  })
  beforeEach(async () => {
    await direct.flushAll()
    proxy = await createBlackHoleProxy(server.port)
    onTestFinished(() => proxy.dispose())
  })

  describe('with the options left open', () => {
    it('is replaced under load', { timeout: BACK_WITHIN_MS + 5_000 }, async ({ annotate }) => {
      const load = startSwitchoverLoad(await connect(), 'single')
      await load.hasWritten(1_000)
      const silentAt = performance.now()
      proxy.unresponsive()
      const resumedMs = (await load.everyWorkerWrote(silentAt)) - silentAt
      const report = await load.stop()
      await expectOnlyUnknownFates(report, 32)
      await annotate(`every worker wrote ${Math.round(resumedMs)} ms later`)
    })

    // Fifty connections at once take a busy machine longer than the client.
    it('is replaced in a pool of 50 under load', async ({ annotate }) => {
      const load = startSwitchoverLoad(await connectPool(50), 'single', 50)
      await load.hasWritten(2_000)
      const silentAt = performance.now()
      proxy.unresponsive()
      const resumedMs = (await load.everyWorkerWrote(silentAt)) - silentAt
      const report = await load.stop()
      await expectOnlyUnknownFates(report, 50)
      await annotate(`every worker wrote ${Math.round(resumedMs)} ms later`)
    })

    it('is replaced when it was idle, with the next command', { timeout: BACK_WITHIN_MS + 5_000 }, async () => {
      const client = await connect()
      await client.set('key', 'value')
      proxy.unresponsive()
      expect(await client.get('key')).toBe('value')
      expect(await client.set('key', 'other')).toBe('OK')
    })

    it('is replaced in a pool of 50 that was idle', async () => {
      const pool = await connectPool(50)
      proxy.unresponsive()
      const replies = await Promise.all(Array.from({ length: 50 }, (_, at) => pool.get(`key:${at}`)))
      expect(replies).toEqual(replies.map(() => null))
    })

    it('tells the fate of what was in flight, and answers what only reads', async () => {
      const client = await connect()
      await client.set('key', 'value')
      const silent = nextEvent(client, 'connection:unresponsive')
      const completed = nextEvent(client, 'handoff:completed')
      proxy.unresponsive()
      const write = client.incr('count')
      const read = client.get('key')
      await expect(write).rejects.toSatisfy(isSilentFate)
      expect(await read).toBe('value')
      expect((await silent).unresponsiveForMs).toBeGreaterThan(0)
      expect(await completed).toMatchObject({ reason: 'unresponsive' })
    })

    it('is replaced under a subscriber, who is told so', { timeout: BACK_WITHIN_MS + 5_000 }, async () => {
      const client = await connect()
      const heard = createDeferred<string>()
      await client.subscribe('channel', message => heard.resolve(message))
      const interrupted = nextEvent(client, 'subscriptions:interrupted')
      proxy.unresponsive()
      const { fromAt, untilAt } = await interrupted
      await direct.publish('channel', 'message')
      expect(await heard.promise).toBe('message')
      expect(untilAt).toBeGreaterThan(fromAt)
    })

    it('is replaced under a consumer that blocks, and takes its item once', { timeout: 15_000 }, async () => {
      const client = await connect()
      // The first blocking command goes as a slice, until the server has said that it may be released.
      const known = client.blPop('queue', 2)
      await blocked(1)
      await direct.rPush('queue', 'zero')
      await known
      const item = client.blPop('queue', 0)
      await blocked(1)
      const completed = nextEvent(client, 'handoff:completed')
      proxy.unresponsive()
      await completed
      // The connection that nobody hears any more must not take what is meant for the next one.
      await blocked(1)
      await direct.rPush('queue', ['one', 'two'])
      expect(await item).toEqual({ key: 'queue', element: 'one' })
      expect(await direct.lRange('queue', 0, -1)).toEqual(['two'])
    })
  })

  describe('of a server that is alive', () => {
    const quick: HitlessClientOptions = { hitless: { health: { unresponsiveAfterMs: 200 } } }

    it('keeps the writes that the server holds back, and others read meanwhile', async () => {
      const client = await connect(quick)
      const hooks = noteHooks(client)
      const moved = nextEvent(client, 'handoff:completed')
      await direct.sendCommand(['CLIENT', 'PAUSE', '1500', 'WRITE'])
      const writes = Array.from({ length: 20 }, () => client.incr('count'))
      await moved
      expect(await client.get('count')).toBeNull()
      expect(await Promise.all(writes)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1))
      expect(hooks).not.toContain('command:refused')
      // What was kept for them is closed.
      await expect.poll(() => proxy.connections).toBeLessThanOrEqual(2)
    })

    it('fails nothing in a pool, and opens one further connection for each of its clients', async () => {
      const pool = await openPool(
        { url: `redis://127.0.0.1:${proxy.port}`, ...quick },
        { minimum: 10, maximum: 10 },
      ).connect()
      await direct.sendCommand(['CLIENT', 'PAUSE', '1500', 'WRITE'])
      const replies = await Promise.all(Array.from({ length: 100 }, () => pool.incr('count')))
      expect(replies.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, n) => n + 1))
      expect(proxy.accepted).toBeLessThanOrEqual(30)
    })

    it('waits for a server that is busy with one command for all', async () => {
      const client = await connect(quick)
      const now = "local function now() local time = redis.call('TIME') return time[1] * 1000 + time[2] / 1000 end"
      const slow = client.eval(`${now} local from = now() while now() - from < 1500 do end return 'OK'`)
      const write = client.incr('count')
      expect([await slow, await write, await client.incr('count')]).toEqual(['OK', 1, 2])
    })

    it('is closed in time though it still owes answers', async () => {
      const client = await connect(quick)
      const moved = nextEvent(client, 'handoff:completed')
      await direct.sendCommand(['CLIENT', 'PAUSE', '60000', 'WRITE'])
      onTestFinished(() => direct.sendCommand(['CLIENT', 'UNPAUSE']).then(() => {}))
      const write = client.incr('count').catch(() => 'failed')
      await moved
      await client.close()
      await expect.poll(() => proxy.connections, { timeout: 5_000 }).toBe(0)
      expect(await write).toBe('failed')
    })
  })

  it('healthCheckIntervalMs finds it while nothing is sent', async () => {
    const client = await connect({ hitless: { health: { checkIntervalMs: 200, unresponsiveAfterMs: 200 } } })
    const completed = nextEvent(client, 'handoff:completed')
    proxy.unresponsive()
    expect(await completed).toMatchObject({ reason: 'unresponsive' })
    expect(await client.ping()).toBe('PONG')
  })

  it('goes on when it speaks before the next one does', async () => {
    const client = await connect({ hitless: { health: { unresponsiveAfterMs: 200 } } })
    const hooks = noteHooks(client)
    const silent = nextEvent(client, 'connection:unresponsive')
    const cancelled = nextEvent(client, 'handoff:cancelled')
    const accepted = proxy.accepted
    proxy.silenceAll()
    const count = client.incr('count')
    await silent
    await expect.poll(() => proxy.accepted).toBeGreaterThan(accepted)
    proxy.healOldest()
    expect(await count).toBe(1)
    expect(await cancelled).toMatchObject({ reason: 'unresponsive', cause: 'recovered' })
    expect(await client.incr('count')).toBe(2)
    expect(hooks).not.toContain('handoff:completed')
  })
})
