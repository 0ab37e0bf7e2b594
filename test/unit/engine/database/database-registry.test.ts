import { describe, expect, it } from 'vitest'
import { DialLimits } from '../../../../src/core/limits/dial-limits.js'
import { HandoffQueues } from '../../../../src/engine/database/database-registry.js'
import { createVirtualClock } from '../../../../src/testing/virtual-clock.js'

const refused = (): Promise<void> => Promise.reject(new Error('refused'))

describe('the queues of a process', () => {
  it.each([
    ['nothing and the default', {}, { socket: { host: 'localhost', port: 6379 } }],
    ['a URL and its parts', { url: 'redis://Example.com:7000/2' }, { socket: { host: 'example.com.', port: 7000 } }],
    ['a TLS URL and its parts', { url: 'rediss://example.com' }, { socket: { host: 'example.com', tls: true } }],
    ['spellings of an address', { url: 'redis://[::1]:7000' }, { socket: { host: '0:0::1', port: 7000 } }],
    [
      'a URL that goes before the socket',
      { url: 'redis://a:1', socket: { host: 'b', port: 2 } },
      { url: 'redis://a:1' },
    ],
    ['a unix socket', { url: 'unix://me:secret@/tmp/redis.sock?db=1' }, { socket: { path: '/tmp/redis.sock' } }],
    ['what the host will refuse', { url: 'example.com' }, {}],
  ])('are the same for %s', (_, one, other) => {
    const queues = new HandoffQueues(createVirtualClock())
    expect(queues.queueFor(one)).toBe(queues.queueFor(other))
    expect(queues.size).toBe(1)
  })

  it('differ by host, port, TLS and lookup function', () => {
    const queues = new HandoffQueues(createVirtualClock())
    const lookups = [(): void => {}, (): void => {}]
    const all = [
      { url: 'redis://a:1' },
      { url: 'redis://b:1' },
      { url: 'redis://a:2' },
      { url: 'rediss://a:1' },
      ...lookups.map(own => ({ url: 'redis://a:1', socket: { lookup: own } })),
    ].map(options => queues.queueFor(options))
    expect(new Set(all).size).toBe(6)
    const again = queues.queueFor({ url: 'redis://a:1', socket: { lookup: lookups[0] ?? (() => {}) } })
    expect(again).toBe(all[4])
  })

  it('are forgotten when the last one leaves, and known again when somebody joins again', () => {
    const queues = new HandoffQueues(createVirtualClock())
    for (let client = 0; client < 1_000; client++) {
      const queue = queues.queueFor({ url: `redis://node-${client}:6379` })
      queue.join({})
      const key = {}
      queue.join(key)
      queue.leave(key)
      expect(queues.queueFor({ url: `redis://node-${client}:6379` })).toBe(queue)
    }
    expect(queues.size).toBe(1_000)
    const own = new HandoffQueues(createVirtualClock())
    const queue = own.queueFor({ url: 'redis://a' })
    const client = {}
    queue.join(client)
    queue.leave(client)
    expect(own.size).toBe(0)
    queue.join(client)
    expect(own.queueFor({ url: 'redis://a' })).toBe(queue)
    queue.leave(client)
    const next = own.queueFor({ url: 'redis://a' })
    queue.join(client)
    expect(own.queueFor({ url: 'redis://a' })).toBe(next)
    queue.leave(client)
    expect(own.size).toBe(1)
  })

  it('do not disturb each other: neither by breakers nor by turns', async () => {
    const clock = createVirtualClock()
    const queues = new HandoffQueues(clock, new DialLimits({ parallelPerEndpoint: 2, parallel: 3 }))
    const [dead, fine] = [queues.queueFor({ url: 'redis://a' }), queues.queueFor({ url: 'redis://b' })]
    dead.join({}, { slots: 100 })
    const target = { host: '10.0.0.1', port: 6379 }
    for (let attempt = 0; attempt < 5; attempt++) {
      await expect(dead.dial({ key: {}, endpoint: target, withinMs: 1_000, dial: refused })).rejects.toThrow('refused')
    }
    await fine.dial({ key: {}, endpoint: target, withinMs: 1_000, dial: () => Promise.resolve() })
    const elsewhere = { host: '10.0.0.2', port: 6379 }
    for (let dial = 0; dial < 50; dial++) {
      dead.dial({ key: {}, endpoint: elsewhere, withinMs: 60_000, dial: () => new Promise(() => {}) }).catch(() => {})
    }
    await clock.settleBy(1_000)
    expect(dead.status).toMatchObject({ running: 33, queued: 17, dials: { open: 2 } })
    await fine.dial({ key: {}, endpoint: target, withinMs: 1_000, dial: () => Promise.resolve() })
    expect([dead.status.breakers.length, fine.status.breakers.length]).toEqual([1, 0])
  })
})
