import { describe, expect, test } from 'vitest'
import type { Endpoint } from '../../../../src/base/endpoint.js'
import { isHitlessError } from '../../../../src/base/errors.js'
import { pause } from '../../../../src/base/pause.js'
import type { Replication } from '../../../../src/core/sentinel/replication.js'
import type { ConnectionEvents, ConnectionPlan, HostConnection } from '../../../../src/engine/ports.js'
import { SentinelSource } from '../../../../src/engine/topology/sentinel/sentinel-source.js'
import { createVirtualClock } from '../../../../src/testing/virtual-clock.js'
import { ToyHost } from '../../../support/toy-host.js'

const node = (port: number): Endpoint => ({ host: '10.0.0.1', port })
const [A, B] = [node(7_001), node(7_002)]
const CHOSEN = 'slave 10.0.0.1:7002 10.0.0.1 7002 @ mine 10.0.0.1 7001'

/** A sentinel of a modelled world: what it says, and who listens. */
class ModelSentinel {
  primary = A
  epoch = 1
  isUp = true
  /** How long it takes to say where the primary is, in milliseconds. */
  saysAfterMs = 0
  dials = 0
  replicas: readonly Endpoint[] = []
  readonly listening = new Set<ConnectionEvents>()

  publish(channel: string, message: string): void {
    const delivery = {
      kind: 'CHANNELS',
      key: channel,
      channel: Buffer.from(channel),
      message: Buffer.from(message),
    } as const
    for (const events of this.listening) events.onMessage(delivery)
  }

  fail(): void {
    this.isUp = false
    for (const events of [...this.listening]) events.onLost(new Error('gone'))
    this.listening.clear()
  }

  answer(port: number, [, question]: readonly unknown[]): unknown {
    const { host } = this.primary
    if (question === 'MYID') return `id-${port}`
    if (question === 'MASTER') return ['config-epoch', `${this.epoch}`]
    if (question === 'REPLICAS') return this.replicas.map(({ host, port: at }) => ['ip', host, 'port', `${at}`])
    return question === 'GET-MASTER-ADDR-BY-NAME' ? [host, `${this.primary.port}`] : []
  }
}

/** Three sentinels, a source that asks them, and what it tells. */
function world(): {
  readonly sentinels: readonly ModelSentinel[]
  readonly source: SentinelSource
  readonly told: unknown[]
  readonly clock: ReturnType<typeof createVirtualClock>
  readonly roles: Map<number, boolean>
  readonly nodes: Map<number, Replication>
} {
  const clock = createVirtualClock()
  const sentinels = [new ModelSentinel(), new ModelSentinel(), new ModelSentinel()]
  const seeds = sentinels.map((_, at) => node(26_001 + at))
  const told: unknown[] = []
  const roles = new Map([[B.port, true]])
  const nodes = new Map<number, Replication>()
  class Host extends ToyHost {
    override open(plan: ConnectionPlan, events: ConnectionEvents): HostConnection {
      const port = plan.route.type === 'endpoint' ? plan.route.endpoint.port : 0
      const sentinel = sentinels[port - 26_001] as ModelSentinel
      const connection = {
        isReady: false,
        connect: async () => {
          sentinel.dials += 1
          if (!sentinel.isUp) throw new Error('refused')
          connection.isReady = true
        },
        send: async (words: readonly unknown[]) => {
          if (!sentinel.isUp) throw new Error('gone')
          const isLate = words[1] === 'GET-MASTER-ADDR-BY-NAME' && sentinel.saysAfterMs > 0
          if (isLate) await pause(clock, sentinel.saysAfterMs)
          return sentinel.answer(port, words)
        },
        subscribe: async () => void sentinel.listening.add(events),
        destroy: () => void sentinel.listening.delete(events),
      }
      return connection as unknown as HostConnection
    }
  }
  const target = { host: undefined, port: 0, path: undefined, tls: false, connectTimeoutMs: 1_000 }
  const access = {
    host: new Host({ host: 'h', port: 1, connectTimeoutMs: 1_000 }, { clock, random: () => 0.5 }),
    target: { ...target, lookup: undefined, family: undefined, hints: undefined },
    clock,
  }
  const settings = { access, name: 'mine', seeds, mapped: (endpoint: Endpoint) => endpoint, pollEveryMs: 10_000 }
  const source = new SentinelSource(settings, {
    onSwitch: endpoint => void told.push(endpoint.port),
    onAway: forMs => void told.push(forMs === undefined ? 'back' : 'away'),
    onPromotion: forMs => void told.push(forMs === undefined ? 'released' : 'held'),
    look: async ({ port }) => nodes.get(port),
    verify: async ({ port }) => roles.get(port) ?? false,
  })
  return { sentinels, source, told, clock, roles, nodes }
}

async function opened(): Promise<ReturnType<typeof world>> {
  const made = world()
  const resolving = made.source.resolve()
  await made.clock.settle()
  expect(await resolving).toEqual([A])
  made.source.confirm(A)
  return made
}

describe('the sentinels of a primary', () => {
  test.each([
    { othersSayAfterMs: 1_900, answer: A, at: 1_900 },
    { othersSayAfterMs: 60_000, answer: B, at: 2_000 },
  ])(
    'are waited for where only one has answered at first: $othersSayAfterMs ms',
    async ({ othersSayAfterMs, answer, at }) => {
      const { sentinels, source, clock } = world()
      const [first, ...others] = sentinels as [ModelSentinel, ...ModelSentinel[]]
      first.primary = B
      for (const sentinel of others) sentinel.saysAfterMs = othersSayAfterMs
      const led: unknown[] = []
      void source.resolve().then(places => led.push(places, clock.now()))
      await clock.settleBy(at - 1)
      expect(led).toEqual([])
      await clock.settleBy(1)
      expect(led).toEqual([[answer], at])
      source.stop()
    },
  )

  test('lead to the new one as soon as two of three name it, and it says so', async () => {
    const { sentinels, clock, told, source } = await opened()
    const [first, second] = sentinels as [ModelSentinel, ModelSentinel]
    first.primary = B
    first.epoch = 2
    first.publish('+switch-master', 'mine 10.0.0.1 7001 10.0.0.1 7002')
    await clock.settleBy(250)
    expect(told).toEqual([])
    second.primary = B
    second.epoch = 2
    await clock.settleBy(100)
    expect(told).toEqual([B.port])
    source.stop()
    expect(clock.pending).toBe(0)
  })

  test('are asked from time to time: a switch that nobody announced is found', async () => {
    const { sentinels, clock, told, source } = await opened()
    for (const sentinel of sentinels) Object.assign(sentinel, { primary: B, epoch: 2 })
    await clock.settleBy(10_000)
    expect(told).toEqual([B.port])
    source.stop()
  })

  test('are asked when one comes back: what it announced while it was away was missed', async () => {
    const { sentinels, clock, told, source } = await opened()
    for (const sentinel of sentinels) sentinel.fail()
    await clock.settleBy(1_000)
    for (const sentinel of sentinels) Object.assign(sentinel, { isUp: true, primary: B, epoch: 2 })
    await clock.settleBy(2_000)
    expect(told).toEqual([B.port])
    source.stop()
  })

  test('that do not know what was known lead nowhere, whatever a node says of itself, while the others are away', async () => {
    const { sentinels, clock, told, roles, source } = await opened()
    roles.set(A.port, true)
    const [, , stale] = sentinels as [ModelSentinel, ModelSentinel, ModelSentinel]
    for (const sentinel of sentinels) if (sentinel !== stale) Object.assign(sentinel, { primary: B, epoch: 2 })
    await clock.settleBy(10_000)
    for (const sentinel of sentinels) if (sentinel !== stale) sentinel.fail()
    const resolving = source.resolve()
    await clock.settleBy(2_000)
    expect(await resolving).toEqual([B])
    expect(told).toEqual([B.port])
    source.stop()
    expect(clock.pending).toBe(0)
  })

  test('are all asked about a connection that one of them has sent elsewhere, which is left again', async () => {
    const { clock, told, source } = await opened()
    source.confirm(node(7_099))
    await clock.settleBy(200)
    expect(told).toEqual([A.port])
    source.stop()
  })

  test('are dialled again with growing pauses, one dial at a time, and one of them is enough', async () => {
    const { sentinels, clock, source } = await opened()
    for (const sentinel of sentinels.slice(1)) sentinel.fail()
    await clock.settleBy(30_000)
    expect(sentinels[1]?.dials).toBeLessThan(20)
    const resolving = source.resolve()
    await clock.settleBy(1_000)
    expect(await resolving).toEqual([A])
    source.stop()
    expect(clock.pending).toBe(0)
  })

  test('have one that stands for all; the next one is told when that is gone', async () => {
    const { sentinels, clock, source } = world()
    const stands: number[] = []
    source.listen(change => change.type === 'sentinel' && stands.push(change.endpoint.port))
    source.start()
    await clock.settleBy(1_000)
    sentinels[0]?.fail()
    await clock.settleBy(1_000)
    sentinels[2]?.fail()
    await clock.settleBy(1_000)
    expect(stands).toEqual([26_001, 26_002])
    source.stop()
  })

  test('that do not know the name have answered: that is what is told', async () => {
    const { sentinels, clock, source } = world()
    const unknown = new Error('ERR No such master with that name')
    for (const sentinel of sentinels) {
      sentinel.answer = (port, [, question]) => {
        if (question === 'MYID') return `id-${port}`
        if (question === 'GET-MASTER-ADDR-BY-NAME') return null
        throw unknown
      }
    }
    const resolving = source.resolve().catch((error: unknown) => error)
    await clock.settleBy(1_000)
    expect(await resolving).toMatchObject({ message: 'No sentinel knows a primary with the name mine' })
    source.stop()
  })

  test('lead to the primary where they tell this user nothing else', async () => {
    const { sentinels, clock, source } = world()
    for (const sentinel of sentinels) {
      const { answer } = sentinel
      sentinel.answer = (port, words) => {
        if (words[1] === 'MASTER') throw new Error('NOPERM')
        return answer.call(sentinel, port, words)
      }
    }
    const resolving = source.resolve()
    await clock.settleBy(1_000)
    expect(await resolving).toEqual([A])
    source.stop()
  })

  test('that are all gone leave the primary unknown', async () => {
    const { sentinels, clock, source } = await opened()
    for (const sentinel of sentinels) sentinel.fail()
    source.stop()
    const resolving = source.resolve().catch((error: unknown) => error)
    await clock.settleBy(5_000)
    expect(isHitlessError(await resolving, 'PRIMARY_UNKNOWN')).toBe(true)
    source.stop()
  })

  test('that name only nodes that are no primary leave it unknown too, which is told with what the last one was', () => {
    const { source } = world()
    const cause = new Error('a replica')
    expect(source.unconfirmed(cause)).toMatchObject({ code: 'PRIMARY_UNKNOWN', cause, facts: { name: 'mine' } })
  })

  test('lead through a hundred failovers in a row', async () => {
    const { sentinels, clock, told, roles, source } = await opened()
    for (let epoch = 2; epoch <= 101; epoch += 1) {
      const [from, to] = epoch % 2 === 0 ? [A, B] : [B, A]
      roles.set(to.port, true).set(from.port, false)
      for (const sentinel of sentinels) {
        Object.assign(sentinel, { primary: to, epoch })
        sentinel.publish('+switch-master', `mine ${from.host} ${from.port} ${to.host} ${to.port}`)
        await clock.settleBy(100)
      }
    }
    expect(told).toHaveLength(100)
    expect(told.slice(-2)).toEqual([B.port, A.port])
    source.stop()
    expect(clock.pending).toBe(0)
  })

  test('let writes wait while a replica is promoted, and lead there before most of them know of it', async () => {
    const { sentinels, clock, told, nodes, source } = await opened()
    const [leader] = sentinels as [ModelSentinel]
    nodes.set(A.port, { role: 'primary', id: 'a', formerId: undefined })
    nodes.set(B.port, { role: 'replica', id: 'a', formerId: undefined })
    leader.publish('+selected-slave', CHOSEN)
    await clock.settleBy(60)
    expect(told).toEqual(['held'])
    nodes.set(B.port, { role: 'primary', id: 'b', formerId: 'a' })
    await clock.settleBy(40)
    expect(told).toEqual(['held', B.port, 'released'])
    // They still name the old one, which still says that it is the primary.
    const resolving = source.resolve()
    await clock.settleBy(5_000)
    expect((await resolving)[0]).toEqual(B)
    for (const sentinel of sentinels) Object.assign(sentinel, { primary: B, epoch: 2 })
    await clock.settleBy(20_000)
    expect(told).toHaveLength(3)
    source.stop()
    expect(clock.pending).toBe(0)
  })

  test('say when a failover begins, so that the nodes have said what they are when one of them is chosen', async () => {
    const { sentinels, clock, told, nodes, source } = await opened()
    const [leader] = sentinels as [ModelSentinel]
    leader.replicas = [B]
    await clock.settleBy(10_000)
    nodes.set(A.port, { role: 'primary', id: 'a', formerId: undefined })
    nodes.set(B.port, { role: 'replica', id: 'a', formerId: undefined })
    leader.publish('+try-failover', 'master mine 10.0.0.1 7001')
    await clock.settleBy(100)
    // Nobody would answer now.
    nodes.clear()
    leader.publish('+selected-slave', CHOSEN)
    await clock.settle()
    expect(told).toEqual(['away', 'held'])
    source.stop()
  })

  test('let writes go on where the failover is given up, or nothing comes of it', async () => {
    const { sentinels, clock, told, nodes, source } = await opened()
    const [leader] = sentinels as [ModelSentinel]
    nodes.set(A.port, { role: 'primary', id: 'a', formerId: undefined })
    nodes.set(B.port, { role: 'replica', id: 'a', formerId: undefined })
    leader.publish('+selected-slave', CHOSEN)
    await clock.settleBy(100)
    leader.publish('-failover-abort-slave-timeout', 'master mine 10.0.0.1 7001')
    await clock.settleBy(100)
    expect(told).toEqual(['held', 'released'])
    leader.publish('+selected-slave', CHOSEN)
    await clock.settleBy(1_100)
    expect(told).toEqual(['held', 'released', 'held', 'released'])
    leader.publish('+selected-slave', CHOSEN)
    await clock.settleBy(1_100)
    expect(told).toHaveLength(4)
    source.stop()
    expect(clock.pending).toBe(0)
  })

  test.each([
    ['is no replica of the primary', { role: 'replica', id: 'x', formerId: undefined }],
    ['is a primary of its own', { role: 'primary', id: 'x', formerId: undefined }],
  ] as const)('let no write wait for a node that %s', async (_, said) => {
    const { sentinels, clock, told, nodes, source } = await opened()
    nodes.set(A.port, { role: 'primary', id: 'a', formerId: undefined })
    nodes.set(B.port, said)
    sentinels[0]?.publish('+selected-slave', CHOSEN)
    await clock.settleBy(1_100)
    expect(told).toEqual([])
    source.stop()
  })
})
