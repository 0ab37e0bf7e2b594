import { RESP_TYPES } from '@redis/client'
import { expect, it } from 'vitest'
import type { HitlessClientPool } from '../../../src/adapters/node-redis/index.js'
import { sizeHandoffs } from '../../../src/core/limits/handoff-sizing.js'
import type { SimNode } from '../../../src/simulator/index.js'
import { describeBackends } from '../../support/backends.js'
import { openPool } from '../../support/rig.js'

function allMoved(pool: HitlessClientPool, count: number): Promise<void> {
  let moved = 0
  return new Promise(resolve => {
    pool.maint.on('handoff:completed', () => {
      moved += 1
      if (moved === count) resolve()
    })
  })
}

describeBackends('a pool', backend => {
  const start = async () => {
    const { nodes } = await backend.simulate({ nodes: 2 })
    const [a, b] = nodes as [SimNode, SimNode]
    return { a, b }
  }

  it.each([1, 50])('of %i moves every connection under load without a failed command', async size => {
    const { a, b } = await start()
    const pool = await openPool({ url: a.url }, { minimum: size, maximum: size }).connect()
    expect(pool.totalClients).toBe(size)
    b.delayHandshake(50)
    const failures: unknown[] = []
    let acknowledged = 0
    let running = true
    const work = async (): Promise<void> => {
      while (running) {
        await pool.incr('count').then(
          () => {
            acknowledged += 1
          },
          error => failures.push(error),
        )
      }
    }
    const workers = Array.from({ length: 32 }, work)
    const moved = allMoved(pool, size)
    await a.notify({ type: 'moving', graceMs: 15_000, endpoint: b })
    await moved
    running = false
    await Promise.all(workers)
    expect(failures).toEqual([])
    expect(await pool.get('count')).toBe(String(acknowledged))
    expect(b.totalConnections).toBe(size)
    await expect.poll(() => a.connections().length).toBe(0)
    expect(pool.maint.status()).toMatchObject({ clients: size, serving: size, moving: 0, ready: true })
    expect(pool.maint.status().handoffs.peakRunning).toBeLessThanOrEqual(sizeHandoffs({ poolSize: size }).workers)
  })

  it('tells of the hand-offs of its clients so that each end can be tied to its start', async () => {
    const { a, b } = await start()
    const options = { url: a.url, maintNotifications: { handoff: { spread: 0 } } }
    const pool = await openPool(options, { minimum: 5, maximum: 5 }).connect()
    const open = new Map<string, number>()
    const links = new Set<number>()
    pool.maint.on('handoff:started', ({ handoffId, connection }) => open.set(handoffId, connection.link))
    pool.maint.on('handoff:completed', ({ handoffId, connection }) => {
      if (open.get(handoffId) === connection.link) open.delete(handoffId)
      links.add(connection.link)
    })
    const moved = allMoved(pool, 5)
    await a.notify({ type: 'moving', graceMs: 15_000, endpoint: b })
    await moved
    await pool.maint.settled()
    expect([open.size, links.size]).toEqual([0, 5])
    expect(pool.maint.status().moving).toBe(0)
  })

  it('gives a task one client for as long as a task runs, and lets others wait', async () => {
    const { a } = await start()
    const pool = await openPool({ url: a.url }, { minimum: 1, maximum: 1 }).connect()
    const order: string[] = []
    const first = pool.execute(async client => {
      await client.watch('key')
      order.push('first')
      await client.multi().set('key', '1').exec()
    })
    const second = pool.execute(client => client.get('key')).then(() => order.push('second'))
    expect(pool.tasksQueueLength).toBe(1)
    await Promise.all([first, second])
    expect(order).toEqual(['first', 'second'])
    expect([pool.idleClients, pool.clientsInUse]).toEqual([1, 0])
  })

  it('grows to its maximum, and fails what waits too long', async () => {
    const { a } = await start()
    const pool = await openPool({ url: a.url }, { minimum: 1, maximum: 2, acquireTimeout: 500 }).connect()
    const release: (() => void)[] = []
    const hold = (): Promise<void> => pool.execute(() => new Promise<void>(resolve => release.push(resolve)))
    const held = [hold(), hold()]
    await expect(pool.get('key')).rejects.toThrow('Timeout waiting for a client after 500ms')
    expect(pool.totalClients).toBe(2)
    for (const end of release) end()
    await Promise.all(held)
    expect(await pool.get('key')).toBeNull()
  })

  it('keeps views, blocks and pipelines of the host', async () => {
    const { a } = await start()
    const pool = await openPool({ url: a.url }, { minimum: 2 }).connect()
    await pool.set('key', 'value')
    expect(await pool.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer }).get('key')).toEqual(Buffer.from('value'))
    expect(await pool.multi().get('key').exec()).toEqual(['value'])
    expect(await pool.multi().get('key').execAsPipeline()).toEqual(['value'])
  })

  it('close waits for the tasks that run and wait, destroy does not', async () => {
    const { a } = await start()
    const pool = await openPool({ url: a.url }, { minimum: 1, maximum: 1 }).connect()
    const replies = Promise.all([pool.set('one', '1'), pool.set('two', '2')])
    const closed = pool.close()
    expect(await replies).toEqual(['OK', 'OK'])
    await closed
    expect(pool.isOpen).toBe(false)
    await expect(pool.get('one')).rejects.toThrow('The client is closed')
    await pool.connect()
    const reply = pool.get('one')
    pool.destroy()
    await expect(reply).rejects.toThrow()
    expect(pool.maint.status()).toMatchObject({ clients: 0, connections: 0 })
  })
})
