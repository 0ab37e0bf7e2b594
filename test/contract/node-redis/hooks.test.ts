import { expect, it } from 'vitest'
import type { HitlessClientOptions } from '../../../src/adapters/node-redis/index.js'
import type { NotificationOutcome } from '../../../src/core/events/maint-hook.js'
import type { SimNode, Simulator } from '../../../src/simulator/index.js'
import { describeBackends } from '../../support/backends.js'
import { connectClient, noteHooks, openClient, openPool } from '../../support/rig.js'

const AT_ONCE = { handoff: { spread: 0 } } as const
const AZURE = { azure: { events: true } } as const

/** Resolves when somebody listens to the channel. */
async function listens(simulator: Simulator): Promise<void> {
  await expect.poll(() => simulator.azure({ type: 'azure-scheduled', startsInMs: 858_000 })).toBeGreaterThan(0)
}

function optionsOf({ url }: SimNode): HitlessClientOptions {
  return { url, maintNotifications: AT_ONCE, hitless: AZURE }
}

describeBackends('hooks', backend => {
  it('of a pool are asked about each signal, which its id tells from the others, and may replace it', async () => {
    const { nodes } = await backend.simulate({ nodes: 2 })
    const [a, b] = nodes as [SimNode, SimNode]
    const pool = openPool({ url: a.url, maintNotifications: AT_ONCE }, { minimum: 2, maximum: 2 })
    await pool.connect()
    const asked: unknown[] = []
    const ended = new Set<string>()
    pool.maint.hooks.use({
      types: ['moving'],
      before: notification => {
        asked.push(notification.id)
        return notification.id === 'a' ? 'skip' : { ...notification, endpoint: b.endpoint }
      },
      handoffEnded: (_, { handoffId, result }) => ended.add(`${handoffId} ${result}`),
    })
    const nowhere = { host: b.endpoint.host, port: 1 }
    const signal = (id: string): void => pool.maint.signal({ type: 'moving', graceMs: 5_000, endpoint: nowhere, id })
    signal('a')
    await pool.maint.settled()
    expect(b.totalConnections).toBe(0)
    signal('b')
    await expect.poll(() => ended.size).toBe(2)
    expect(asked).toEqual(['a', 'b'])
    expect([...ended].every(end => end.endsWith('completed'))).toBe(true)
    expect(b.totalConnections).toBe(2)
  })

  it('are asked about what Azure announces, once, and learn of the hand-off', async () => {
    const simulator = await backend.simulate()
    const client = await connectClient(simulator.node, { hitless: AZURE })
    await listens(simulator)
    const told: unknown[] = []
    const outcomes: NotificationOutcome[] = []
    const ended: string[] = []
    client.maint.hooks.use({
      types: ['azure-failover-complete'],
      before: ({ type }, { source }) => void told.push([type, source]),
      after: (_, outcome) => outcomes.push(outcome),
      handoffEnded: (_, { handoffId }) => ended.push(handoffId),
    })
    for (let copies = 0; copies < 2; copies++) await simulator.azure({ type: 'azure-failover-complete' })
    await expect.poll(() => ended).toHaveLength(1)
    const [handoffId] = ended
    expect(told).toEqual([['azure-failover-complete', 'azure']])
    expect(outcomes).toEqual([
      { result: 'handled', handoffId },
      { result: 'ignored', cause: 'duplicate' },
    ])
  })

  it.each(['a client', 'a pool'])('skip what Azure announces to %s', async kind => {
    const simulator = await backend.simulate()
    const options = optionsOf(simulator.node)
    const pool = { minimum: 2, maximum: 2 }
    const client = kind === 'a pool' ? openPool(options, pool) : openClient(options)
    client.on('error', () => {})
    await client.connect()
    await listens(simulator)
    const names: string[] = []
    client.maint.onAny(({ name }) => names.push(name))
    let asked = 0
    client.maint.hooks.use({
      types: ['azure-start'],
      before: () => {
        asked += 1
        return 'skip'
      },
    })
    await simulator.azure({ type: 'azure-start', isReplica: false })
    await expect.poll(() => names).toContain('notification:ignored')
    expect(asked).toBe(1)
    expect(names).not.toContain('azure-start')
    expect(names).not.toContain('writes:paused')
  })

  it('replace what Azure announces: with a replica nothing waits', async () => {
    const simulator = await backend.simulate()
    const client = await connectClient(simulator.node, { hitless: AZURE })
    await listens(simulator)
    const names = noteHooks(client)
    client.maint.hooks.use({ types: ['azure-start'], before: start => ({ ...start, isReplica: true }) })
    await simulator.azure({ type: 'azure-start', isReplica: false })
    await expect.poll(() => names).toContain('azure-start')
    expect(names).not.toContain('writes:paused')
  })
})
