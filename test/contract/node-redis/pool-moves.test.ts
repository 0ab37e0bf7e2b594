import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { pipeline } from 'node:stream'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { HitlessClientOptions, HitlessClientPool } from '../../../src/adapters/node-redis/index.js'
import { systemClock } from '../../../src/base/clock.js'
import { isHitlessError } from '../../../src/base/errors.js'
import { pause } from '../../../src/base/pause.js'
import type { HandoffCompleted, HandoffFailed } from '../../../src/core/events/handoff-events.js'
import { createSimulator, type SimNode } from '../../../src/simulator/index.js'
import { openPool } from '../../support/rig.js'

const GRACE_MS = 60_000

/** For tests in which some wait until shortly before its end. */
const SHORT_GRACE_MS = 15_000

/** For hundreds of connections on a machine that is busy with other tests. */
const PATIENT = { timeout: 400_000 } as const

/** How long a caller rests between two commands: the connections that move need the processor as well. */
const REST_MS = 5

/** So that a test need not wait for the start of a hand-off. */
const AT_ONCE = { handoff: { spread: 0 } } as const

async function startNodes(count = 2): Promise<readonly [SimNode, SimNode, SimNode, SimNode]> {
  const simulator = await createSimulator({ nodes: count })
  onTestFinished(() => simulator.dispose())
  return simulator.nodes as [SimNode, SimNode, SimNode, SimNode]
}

function connectPool(node: SimNode, size: number, options: HitlessClientOptions = {}): Promise<HitlessClientPool> {
  return openPool(
    { url: node.url, maintNotifications: AT_ONCE, ...options },
    { minimum: size, maximum: size },
  ).connect()
}

/** Resolves with the hand-offs of a pool once there are so many. */
function whenMoved(pool: HitlessClientPool, count: number): Promise<readonly HandoffCompleted[]> {
  const moved: HandoffCompleted[] = []
  return new Promise(resolve => {
    pool.maint.on('handoff:completed', completed => {
      moved.push(completed)
      if (moved.length === count) resolve(moved)
    })
  })
}

/** Resolves with what became of the hand-offs of a pool once so many have ended, each one for good. */
function whenLeft(pool: HitlessClientPool, count: number): Promise<readonly (number | 'retired')[]> {
  const left: (number | 'retired')[] = []
  return new Promise(resolve => {
    const add = (outcome: number | 'retired'): void => {
      left.push(outcome)
      if (left.length === count) resolve(left)
    }
    pool.maint.on('handoff:completed', ({ durationMs }) => add(durationMs))
    // A member that could not move is closed in order; the pool grows again when it must.
    pool.maint.on('handoff:cancelled', () => add('retired'))
  })
}

/** Has callers count a key up, one command at a time each, until they are told to stop. */
function startLoad(pool: HitlessClientPool, callers = 32) {
  const failures: unknown[] = []
  let acknowledged = 0
  let running = true
  const call = async (): Promise<void> => {
    // A load that fails without end would keep the test from ending.
    while (running && failures.length < 100) {
      await pool.incr('count').then(
        () => {
          acknowledged += 1
        },
        error => failures.push(error),
      )
      await pause(systemClock, REST_MS)
    }
  }
  const calls = Array.from({ length: callers }, call)
  onTestFinished(() => {
    running = false
  })
  return {
    /** Fails unless every command was answered, and executed once. */
    async end() {
      running = false
      await Promise.all(calls)
      expect(failures).toEqual([])
      expect(await pool.get('count')).toBe(String(acknowledged))
      expect(acknowledged).toBeGreaterThan(0)
    },
  }
}

/** A door to a node that turns every third connection away. */
async function createPickyDoor(node: SimNode) {
  let asked = 0
  const ends = new Set<Socket>()
  const door = createServer({ noDelay: true }, near => {
    asked += 1
    if (asked % 3 === 0) return void near.resetAndDestroy()
    const far = connect({ ...node.endpoint, noDelay: true })
    for (const end of [near, far]) {
      ends.add(end)
      end.on('error', () => {}).on('close', () => ends.delete(end))
    }
    pipeline(near, far, near, () => {})
  })
  door.listen({ host: '127.0.0.1', port: 0 })
  await once(door, 'listening')
  onTestFinished(async () => {
    for (const end of ends) end.destroy()
    await new Promise(resolve => door.close(resolve))
  })
  const { port } = door.address() as AddressInfo
  return { endpoint: { host: '127.0.0.1', port }, turnedAway: () => Math.floor(asked / 3) }
}

describe('a pool of which every connection is told to move at once', () => {
  it.each([50, 500])('of %i moves inside the grace, so many at once, without a failed command', PATIENT, async size => {
    const [a, b] = await startNodes()
    b.delayHandshake(50)
    const pool = await connectPool(a, size)
    const load = startLoad(pool)
    const moved = whenMoved(pool, size)
    await a.notify({ type: 'moving', graceMs: GRACE_MS, endpoint: b })
    const completed = await moved
    await load.end()
    expect(Math.max(...completed.map(({ durationMs }) => durationMs))).toBeLessThan(GRACE_MS)
    expect([b.totalConnections, pool.maint.status().serving]).toEqual([size, size])
    const { workers, peakRunning, queued, running } = pool.maint.status().handoffs
    expect(peakRunning).toBeLessThanOrEqual(workers)
    expect([queued, running]).toEqual([0, 0])
    await expect.poll(() => a.connections().length).toBe(0)
  })

  it.each([50, 200])('of %i does so though every third dial is refused', PATIENT, async size => {
    const [a, b] = await startNodes()
    b.delayHandshake(50)
    const pool = await connectPool(a, size)
    const { endpoint, turnedAway } = await createPickyDoor(b)
    const load = startLoad(pool)
    const left = whenLeft(pool, size)
    await a.notify({ type: 'moving', graceMs: SHORT_GRACE_MS, endpoint })
    const moved = (await left).filter(outcome => outcome !== 'retired')
    await load.end()
    expect(Math.max(...moved)).toBeLessThan(SHORT_GRACE_MS)
    // All four attempts fail in about one case of eighty-one.
    expect(moved.length).toBeGreaterThan(size * 0.9)
    expect(turnedAway()).toBeGreaterThanOrEqual(Math.floor(size / 3))
    const { workers, peakRunning } = pool.maint.status().handoffs
    expect(peakRunning).toBeLessThanOrEqual(workers)
  })

  it.each([1, 1_000])('of %i moves as well', PATIENT, async size => {
    const [a, b] = await startNodes()
    const pool = await connectPool(a, size)
    const load = startLoad(pool)
    const moved = whenMoved(pool, size)
    await a.notify({ type: 'moving', graceMs: GRACE_MS, endpoint: b })
    await moved
    await load.end()
    expect([b.connections().length, pool.maint.status().serving]).toEqual([size, size])
  })

  it(
    'reports what finds the queue full, and lets it go in favour of new connections where they are needed',
    PATIENT,
    async () => {
      const [a, b] = await startNodes()
      b.delayHandshake(1_000)
      const pool = await connectPool(a, 600, { maintNotifications: { handoff: { spread: 0, queueSize: 200 } } })
      const full = new Set<HandoffFailed['followedBy']>()
      pool.maint.on('handoff:failed', ({ error, followedBy }) => {
        if (isHitlessError(error, 'HANDOFF_QUEUE_FULL')) full.add(followedBy)
      })
      const load = startLoad(pool)
      await a.notify({ type: 'moving', graceMs: GRACE_MS, endpoint: b })
      await expect.poll(() => a.connections().length, { timeout: GRACE_MS }).toBe(0)
      await load.end()
      expect(full).toContain('configured-endpoint')
      expect(pool.totalClients).toBeLessThan(600)
      expect(b.connections().length).toBe(pool.totalClients)
    },
  )

  it('tells the application of it once', async () => {
    const [a, b] = await startNodes()
    const pool = await connectPool(a, 20)
    const told: string[] = []
    pool.maint.onAny(({ name }) => told.push(name))
    pool.maint.hooks.use({
      before: ({ type }) => void told.push(`before ${type}`),
      after: ({ type }) => void told.push(`after ${type}`),
    })
    const moved = whenMoved(pool, 20)
    await a.notify({ type: 'moving', graceMs: GRACE_MS, endpoint: b })
    await moved
    const count = (name: string): number => told.filter(known => known === name).length
    expect([count('before moving'), count('moving'), count('after moving')]).toEqual([1, 1, 1])
    expect(count('handoff:started')).toBe(20)
  })

  it('stays where it is when the hook says so', async () => {
    const [a, b] = await startNodes()
    const pool = await connectPool(a, 5)
    pool.maint.hooks.use({ before: () => 'skip' })
    const ignored: unknown[] = []
    pool.maint.on('notification:ignored', ({ cause }) => ignored.push(cause))
    await a.notify({ type: 'moving', graceMs: GRACE_MS, endpoint: b })
    await pool.ping()
    await expect.poll(() => ignored).toEqual(['skipped'])
    expect([a.connections().length, b.totalConnections]).toEqual([5, 0])
  })
})

describe('a connection of a pool that is in use', () => {
  it('moves when its task has ended', async () => {
    const [a, b] = await startNodes()
    const pool = await connectPool(a, 2)
    const moved = whenMoved(pool, 2)
    const isPrepared = async (): Promise<void> => {
      await expect.poll(() => b.connections().length).toBe(2)
    }
    const result = pool.execute(async client => {
      await client.watch('key')
      await a.notify({ type: 'moving', graceMs: GRACE_MS, endpoint: b })
      // Both have their next connection; only the idle one leaves.
      await isPrepared()
      await expect.poll(() => a.connections().length).toBe(1)
      return client.multi().set('key', 'value').exec()
    })
    expect(await result).toEqual(['OK'])
    await moved
    expect(await pool.get('key')).toBe('value')
    await expect.poll(() => a.connections().length).toBe(0)
  })

  it('moves near the end of the grace when its task goes on for longer', async () => {
    const [a, b] = await startNodes()
    const pool = await connectPool(a, 1)
    const moved = whenMoved(pool, 1)
    const values = await pool.execute(async client => {
      await client.set('key', 'before')
      await a.notify({ type: 'moving', graceMs: 2_000, endpoint: b })
      const [completed] = await moved
      return [completed?.drained, await client.get('key')]
    })
    expect(values).toEqual([true, 'before'])
    await expect.poll(() => a.connections().length).toBe(0)
  })

  it('never moves in the middle of a transaction, however busy the pool is', async () => {
    const [a, b] = await startNodes()
    const pool = await connectPool(a, 3)
    const keys = Array.from({ length: 24 }, (_, index) => `key:${index}`)
    let running = true
    const failures: unknown[] = []
    let done = 0
    const call = async (key: string): Promise<void> => {
      while (running && failures.length < 100) {
        const task = pool.execute(async client => {
          await client.watch(key)
          const value = Number(await client.get(key))
          await client
            .multi()
            .set(key, String(value + 1))
            .exec()
          done += 1
        })
        await task.catch(error => failures.push(error))
      }
    }
    const calls = keys.map(call)
    onTestFinished(() => {
      running = false
    })
    for (let round = 0; round < 10; round++) {
      const moved = whenMoved(pool, 3)
      const [from, to] = round % 2 === 0 ? [a, b] : [b, a]
      await from.notify({ type: 'moving', graceMs: GRACE_MS, endpoint: to })
      await moved
      from.endMove()
    }
    running = false
    await Promise.all(calls)
    expect(failures).toEqual([])
    const values = await Promise.all(keys.map(key => pool.get(key)))
    expect(values.reduce((sum, value) => sum + Number(value), 0)).toBe(done)
  })
})

describe('a connection of a pool whose hand-off failed for good', () => {
  it('leaves the pool, which connects again when it must', async () => {
    const [a, b] = await startNodes()
    b.refuse()
    const pool = await connectPool(a, 3)
    const failed: HandoffFailed[] = []
    const given = new Promise<void>(resolve => {
      pool.maint.on('handoff:failed', failure => {
        if (failure.followedBy === 'nothing') failed.push(failure)
        if (failed.length === 3) resolve()
      })
    })
    a.refuse()
    await a.notify({ type: 'moving', graceMs: 1_000, endpoint: b })
    await given
    await expect.poll(() => [pool.totalClients, a.connections().length]).toEqual([0, 0])
    expect(pool.maint.status()).toMatchObject({ clients: 0, connections: 0 })
    a.endMove()
    await a.accept()
    await pool.set('key', 'value')
    expect([await pool.get('key'), pool.totalClients]).toEqual(['value', 1])
  })
})

describe('two databases of one process', () => {
  it('do not disturb each other', async () => {
    const [a, dead] = await startNodes()
    const [c, d] = await startNodes()
    dead.silent()
    const [stuck, fine] = await Promise.all([connectPool(a, 100), connectPool(c, 100)])
    const loads = [startLoad(stuck, 8), startLoad(fine, 8)]
    await a.notify({ type: 'moving', graceMs: GRACE_MS, endpoint: dead })
    await expect.poll(() => dead.connections().length).toBe(stuck.maint.status().handoffs.workers)
    const moved = whenMoved(fine, 100)
    await c.notify({ type: 'moving', graceMs: GRACE_MS, endpoint: d })
    await moved
    expect(stuck.maint.status()).toMatchObject({ serving: 100, moving: 100, handoffs: { running: 33, queued: 67 } })
    expect(fine.maint.status().handoffs).toMatchObject({ breakers: [], running: 0, queued: 0 })
    await Promise.all(loads.map(load => load.end()))
  })
})
