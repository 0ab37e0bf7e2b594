import { describe, expect, it } from 'vitest'
import { toRoute } from '../../../../src/core/decide/route.js'
import { DialLimits } from '../../../../src/core/limits/dial-limits.js'
import { DialPermits } from '../../../../src/engine/database/handoffs/dial-permits.js'
import { HandoffQueues } from '../../../../src/engine/database/handoffs/handoff-queues.js'
import { createVirtualClock } from '../../../../src/testing/virtual-clock.js'

const queueFor = (queues: HandoffQueues, key: string) => queues.queueFor(key, { host: key, port: 6379 })

const refused = (): Promise<void> => Promise.reject(new Error('refused'))

describe('the queues of a process', () => {
  it('are the same for the same key, and differ by it', () => {
    const queues = new HandoffQueues(createVirtualClock())
    expect(queueFor(queues, 'a')).toBe(queueFor(queues, 'a'))
    expect(queueFor(queues, 'b')).not.toBe(queueFor(queues, 'a'))
    expect(queues.size).toBe(2)
  })

  it('are forgotten when the last one leaves, and known again when somebody joins again', () => {
    const queues = new HandoffQueues(createVirtualClock())
    for (let client = 0; client < 1_000; client++) {
      const queue = queueFor(queues, `redis://node-${client}:6379`)
      queue.join({})
      const key = {}
      queue.join(key)
      queue.leave(key)
      expect(queueFor(queues, `redis://node-${client}:6379`)).toBe(queue)
    }
    expect(queues.size).toBe(1_000)
    const own = new HandoffQueues(createVirtualClock())
    const queue = queueFor(own, 'redis://a')
    const client = {}
    queue.join(client)
    queue.leave(client)
    expect(own.size).toBe(0)
    queue.join(client)
    expect(queueFor(own, 'redis://a')).toBe(queue)
    queue.leave(client)
    const next = queueFor(own, 'redis://a')
    queue.join(client)
    expect(queueFor(own, 'redis://a')).toBe(next)
    queue.leave(client)
    expect(own.size).toBe(1)
  })

  it('do not disturb each other: neither by breakers nor by turns', async () => {
    const clock = createVirtualClock()
    const queues = new HandoffQueues(
      clock,
      new DialPermits(clock, new DialLimits({ parallelPerEndpoint: 2, parallel: 3 })),
    )
    const [dead, fine] = [queueFor(queues, 'redis://a'), queueFor(queues, 'redis://b')]
    dead.join({}, { links: 100 })
    const target = { host: '10.0.0.1', port: 6379 }
    for (let attempt = 0; attempt < 5; attempt++) {
      await expect(dead.dial({ key: {}, route: toRoute(target), withinMs: 1_000, dial: refused })).rejects.toThrow(
        'refused',
      )
    }
    await fine.dial({ key: {}, route: toRoute(target), withinMs: 1_000, dial: () => Promise.resolve() })
    const elsewhere = { host: '10.0.0.2', port: 6379 }
    for (let dial = 0; dial < 50; dial++) {
      dead
        .dial({ key: {}, route: toRoute(elsewhere), withinMs: 60_000, dial: () => new Promise(() => {}) })
        .catch(() => {})
    }
    await clock.settleBy(1_000)
    expect(dead.status).toMatchObject({ running: 33, queued: 17, dials: { open: 2 } })
    await fine.dial({ key: {}, route: toRoute(target), withinMs: 1_000, dial: () => Promise.resolve() })
    expect([dead.status.breakers.length, fine.status.breakers.length]).toEqual([1, 0])
  })
})
