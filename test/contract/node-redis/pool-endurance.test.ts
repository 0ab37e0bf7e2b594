import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import * as redis from '@redis/client'
import { describe, expect, it, onTestFinished } from 'vitest'
import { toRoute } from '../../../src/core/decide/route.js'
import { HandoffQueue } from '../../../src/engine/database/handoffs/handoff-queue.js'
import { createSimulator, type SimNode } from '../../../src/simulator/index.js'
import { watchLeaks } from '../../../src/testing/leak-watch.js'
import { createVirtualClock } from '../../../src/testing/virtual-clock.js'
import { connectClient, nextEvent } from '../../support/rig.js'

async function startNodes(): Promise<readonly [SimNode, SimNode]> {
  const simulator = await createSimulator({ nodes: 2 })
  onTestFinished(() => simulator.dispose())
  return simulator.nodes as [SimNode, SimNode]
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** What the heap holds once everything that nobody needs is gone. */
async function settledHeap(): Promise<number> {
  for (let pass = 0; pass < 5; pass++) {
    collect()
    await new Promise(resolve => setImmediate(resolve))
  }
  return process.memoryUsage().heapUsed
}

/** The timers that the host makes for its commands live on after them. */
const UNTIMED = { commandOptions: { timeout: 0 } }

/** Room for what code that ran more often costs: compiled functions, grown tables. */
const HEAP_ALLOWANCE = 1_500_000

describe('a client over many windows', () => {
  it('holds after 10,000 more MIGRATING and MIGRATED what it held before', async () => {
    const [a] = await startNodes()
    const client = await connectClient(a, UNTIMED)
    let ended = 0
    client.maint.on('migrated', () => {
      ended += 1
    })
    let sequence = 0
    const open = async (windows: number): Promise<void> => {
      for (let window = 0; window < windows; window++) {
        sequence += 1
        await a.push(['MIGRATING', sequence, 10, ['1']])
        await a.push(['MIGRATED', sequence + 100_000, ['1']])
      }
      await client.ping()
      await expect.poll(() => ended).toBe(sequence)
    }
    await open(1_000)
    const watch = watchLeaks()
    const [heap, resources] = [await settledHeap(), process.getActiveResourcesInfo().length]
    await open(10_000)
    expect((await settledHeap()) - heap).toBeLessThan(HEAP_ALLOWANCE)
    // A timer for the tail of the last window, and one that was set again by the dispatcher.
    expect((await watch.left()).length).toBeLessThanOrEqual(2)
    expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(resources)
    expect(client.maint.status()).toMatchObject({ connections: 1, inMaintenance: false })
  })

  it('holds after 200 more MOVINGs in a row what it held before', async () => {
    const [a, b] = await startNodes()
    const client = await connectClient(a, { maintNotifications: { handoff: { spread: 0 } }, ...UNTIMED })
    const moveTimes = async (moves: number): Promise<void> => {
      for (let move = 0; move < moves; move++) {
        const [from, to] = move % 2 === 0 ? [a, b] : [b, a]
        const moved = nextEvent(client, 'handoff:completed')
        // Otherwise the simulator keeps its timers, and the sessions that they are for.
        await from.notify({ type: 'moving', graceMs: 15_000, endpoint: to, closeAtGraceEnd: false })
        await moved
        from.endMove()
        await client.set('move', String(move))
      }
      await expect.poll(() => client.maint.status().connections).toBe(1)
      await expect.poll(() => [a.connections().length, b.connections().length]).toEqual([1, 0])
    }
    // As many as are remembered at most.
    await moveTimes(300)
    const watch = watchLeaks()
    const [heap, resources] = [await settledHeap(), process.getActiveResourcesInfo().length]
    await moveTimes(200)
    expect((await settledHeap()) - heap).toBeLessThan(HEAP_ALLOWANCE)
    expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(resources)
    // Two ends of a connection, and its timers.
    expect((await watch.left()).length).toBeLessThanOrEqual(5)
    expect(await client.get('move')).toBe('199')
    expect(client.maint.status().handoffs).toMatchObject({ running: 0, queued: 0, dials: { open: 0 } })
  })
})

describe('a queue over real sockets', () => {
  it('leaves an endpoint alone that failed five times, probes it after a minute, and uses it after three good probes', async () => {
    const [a] = await startNodes()
    const clock = createVirtualClock()
    const queue = new HandoffQueue(clock, 8)
    const dial = async (): Promise<void> => {
      const client = redis.createClient({ socket: { ...a.endpoint, reconnectStrategy: false } })
      client.on('error', () => {})
      await client.connect()
      await client.ping()
      client.destroy()
    }
    const codes = async (times: number): Promise<readonly unknown[]> => {
      const results: unknown[] = []
      for (let attempt = 0; attempt < times; attempt++) {
        const made = queue.dial({ key: {}, route: toRoute(a.endpoint), withinMs: 5_000, dial })
        results.push(
          await made.then(
            () => 'ok',
            ({ code }) => code,
          ),
        )
      }
      return results
    }
    a.refuse()
    expect(await codes(6)).toEqual([...Array(5).fill('ECONNREFUSED'), 'CIRCUIT_OPEN'])
    await a.accept()
    clock.advanceBy(59_999)
    expect(await codes(3)).toEqual(Array(3).fill('CIRCUIT_OPEN'))
    expect(a.totalConnections).toBe(0)
    clock.advanceBy(1)
    expect(await codes(1)).toEqual(['ok'])
    expect(queue.status.breakers).toMatchObject([{ state: 'half-open', successes: 1 }])
    expect(await codes(2)).toEqual(['ok', 'ok'])
    expect([queue.status.breakers, a.totalConnections]).toEqual([[], 3])
    a.refuse()
    expect(await codes(2)).toEqual(['ECONNREFUSED', 'ECONNREFUSED'])
  })
})
