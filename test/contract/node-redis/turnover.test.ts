import { afterEach, expect, it, vi } from 'vitest'
import { isHitlessError } from '../../../src/base/errors.js'
import type { HandoffCompleted } from '../../../src/core/events/handoff-events.js'
import type { MaintEvent } from '../../../src/core/events/maint-events.js'
import { describeBackends } from '../../support/backends.js'
import { connectClient, nextEvent, openClient, openPool, startLoad } from '../../support/rig.js'

afterEach(() => vi.unstubAllEnvs())

const CLEAN = { failures: [], stale: 0 }

describeBackends('a connection whose time is over', backend => {
  it('is replaced under load, again and again, and nobody notices', async () => {
    const { node } = await backend.simulate()
    const client = await connectClient(node, { hitless: { age: { maxAgeMs: 200 } } })
    const load = startLoad(client)
    for (let turn = 0; turn < 3; turn++) {
      expect(await nextEvent(client, 'handoff:completed')).toMatchObject({
        reason: 'age',
        to: { type: 'configured' },
        attempts: 1,
      })
    }
    expect(await load.stop()).toMatchObject(CLEAN)
  })

  it('is replaced by the limit that an operator sets for the process', async () => {
    vi.stubEnv('REDIS_HITLESS_MAX_CONNECTION_AGE_MS', '150')
    const { node } = await backend.simulate()
    const client = await connectClient(node)
    expect(await nextEvent(client, 'handoff:completed')).toMatchObject({ reason: 'age' })
  })

  it('stays where the application rules a limit out, whatever the operator says', async () => {
    vi.stubEnv('REDIS_HITLESS_MAX_CONNECTION_AGE_MS', '1')
    vi.stubEnv('REDIS_HITLESS_MAX_CONNECTION_IDLE_MS', '50')
    const { node } = await backend.simulate()
    const client = await connectClient(node, { hitless: { age: { maxAgeMs: false } } })
    // Had the other limit counted, it would have come first.
    expect(await nextEvent(client, 'handoff:completed')).toMatchObject({ reason: 'idle' })
  })

  it('is replaced when the application has not used it for so long', async () => {
    const { node } = await backend.simulate()
    const client = await connectClient(node, { hitless: { age: { maxIdleMs: 100 } } })
    const completed = nextEvent(client, 'handoff:completed')
    expect(await completed).toMatchObject({ reason: 'idle' })
    expect(await client.ping()).toBe('PONG')
  })

  it('is replaced one at a time among those of a pool', async () => {
    const { node } = await backend.simulate()
    const pool = openPool({ url: node.url, hitless: { age: { maxAgeMs: 300 } } }, { minimum: 5, maximum: 5 })
    const events: MaintEvent[] = []
    pool.maint.onAny(event => events.push(event))
    await pool.connect()
    await expect.poll(() => completedIn(events).length, { timeout: 10_000 }).toBeGreaterThan(5)
    let open = 0
    for (const { name } of events) {
      if (name === 'handoff:started') open += 1
      if (name === 'handoff:completed') open -= 1
      expect(open).toBeLessThanOrEqual(1)
    }
    expect(new Set(completedIn(events).map(({ reason }) => reason))).toEqual(new Set(['age']))
  })
})

it('an operator who mistypes a limit is told which', () => {
  vi.stubEnv('REDIS_HITLESS_MAX_CONNECTION_AGE_MS', '12h')
  try {
    openClient({})
    expect.unreachable()
  } catch (error) {
    expect(isHitlessError(error, 'OPTIONS_INVALID')).toBe(true)
    expect(String(error)).toContain('REDIS_HITLESS_MAX_CONNECTION_AGE_MS')
  }
})

function completedIn(events: readonly MaintEvent[]): readonly HandoffCompleted[] {
  return events.flatMap(({ name, payload }) => (name === 'handoff:completed' ? [payload] : []))
}
