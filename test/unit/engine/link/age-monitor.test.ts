import { describe, expect, it, onTestFinished } from 'vitest'
import type { Clock } from '../../../../src/base/clock.js'
import { createDeferred, type Deferred } from '../../../../src/base/deferred.js'
import { type AgeContext, AgeMonitor, type AgingConnection } from '../../../../src/engine/link/monitors/age-monitor.js'
import { createVirtualClock } from '../../../../src/testing/index.js'

interface Connection extends AgingConnection {
  owesAnswers: boolean
  usedAt: number
}

function create(usedAt = 0): Connection {
  return { owesAnswers: false, usedAt }
}

const HOUR_MS = 3_600_000

/** A watch with one connection, on a virtual clock. `draw` is what chance gives. */
function watch(limits: { readonly maxAgeMs?: number; readonly maxIdleMs?: number }, draw: () => number = () => 0.5) {
  const clock = createVirtualClock()
  const left: string[] = []
  const attempts: Deferred<void>[] = []
  // The timers of a process cannot run for longer.
  const bounded: Clock = {
    now: () => clock.now(),
    epochMs: () => clock.epochMs(),
    after: (delayMs, task) => clock.after(Math.min(delayMs, 2_147_483_647), task),
  }
  const { maxAgeMs: maxConnectionAgeMs = false, maxIdleMs: maxConnectionIdleMs = false } = limits
  const context: AgeContext = { clock: bounded, random: draw, maint: { maxConnectionAgeMs, maxConnectionIdleMs } }
  const ages = new AgeMonitor<Connection>(context, {
    turnOver: (_, reason) => {
      left.push(`${reason} at ${clock.now()}`)
      const attempt = createDeferred<void>()
      attempts.push(attempt)
      return attempt.promise
    },
    lastUsedAt: ({ usedAt }) => usedAt,
  })
  const connection = create()
  ages.watch(connection)
  onTestFinished(() => {
    ages.stop()
    expect(clock.pending).toBe(0)
  })
  return { ages, clock, left, attempts, connection }
}

describe('a connection with a limited age', () => {
  it.each([
    [0, 100_000],
    [0.5, 90_000],
    [0.999_999, 80_000],
  ])('is left up to a fifth before its limit: chance %d, after %i ms', (chance, atMs) => {
    const { clock, left, connection } = watch({ maxAgeMs: 100_000 }, () => chance)
    connection.owesAnswers = true
    clock.advanceTo(atMs - 1)
    expect(left).toEqual([])
    clock.advanceTo(atMs + 1)
    expect(left).toHaveLength(1)
  })

  it('is left once, and the next one has a life of its own', async () => {
    const chances = [0.5, 0]
    const { ages, clock, left, attempts } = watch({ maxAgeMs: 100_000 }, () => chances.shift() ?? 0)
    await clock.settleTo(95_000)
    expect(clock.pending).toBe(0)
    ages.watch(create())
    attempts[0]?.resolve()
    await clock.settleTo(196_000)
    expect(left).toEqual(['age at 90000', 'age at 195000'])
  })

  it('is left again after a tenth of its limit, as long as that fails', async () => {
    const { clock, left, attempts } = watch({ maxAgeMs: 100_000 }, () => 0)
    await clock.settleTo(101_000)
    attempts[0]?.reject(new Error('nobody there'))
    await clock.settleTo(111_500)
    attempts[1]?.resolve()
    await clock.settleTo(130_000)
    expect(left).toEqual(['age at 100000', 'age at 111000', 'age at 121500'])
  })

  it('does not grow younger when it goes on serving after a hand-off that was given up', async () => {
    const { ages, clock, left, connection } = watch({ maxAgeMs: 100_000 }, () => 0)
    await clock.settleTo(50_000)
    ages.watch(connection)
    ages.watch(undefined)
    expect(clock.pending).toBe(0)
    await clock.settleTo(60_000)
    ages.watch(connection)
    await clock.settleTo(100_000)
    expect(left).toEqual(['age at 100000'])
  })

  it('is not left by an attempt that ends after another connection took over', async () => {
    const { ages, clock, left, attempts } = watch({ maxAgeMs: 100_000 }, () => 0)
    await clock.settleTo(100_000)
    ages.stop()
    attempts[0]?.reject(new Error('closed'))
    await clock.settleTo(300_000)
    expect(left).toEqual(['age at 100000'])
  })

  it('may live longer than a timer can run', async () => {
    const { clock, left } = watch({ maxAgeMs: 1_000 * HOUR_MS }, () => 0)
    await clock.settleTo(999 * HOUR_MS)
    expect(left).toEqual([])
    await clock.settleTo(1_000 * HOUR_MS)
    expect(left).toHaveLength(1)
  })
})

describe('a connection with a limited idle time', () => {
  it('is left when nothing was sent on it for so long', async () => {
    const { clock, left, connection } = watch({ maxIdleMs: 60_000 }, () => 0)
    await clock.settleTo(50_000)
    connection.usedAt = 50_000
    await clock.settleTo(109_000)
    expect(left).toEqual([])
    await clock.settleTo(110_000)
    expect(left).toEqual(['idle at 110000'])
  })

  it('is in use while commands wait for an answer', async () => {
    const { clock, left, connection } = watch({ maxIdleMs: 60_000 }, () => 0)
    connection.owesAnswers = true
    await clock.settleTo(200_000)
    connection.owesAnswers = false
    connection.usedAt = 200_000
    await clock.settleTo(260_000)
    expect(left).toEqual(['idle at 260000'])
  })

  it('is left for its age where that comes first', async () => {
    const { clock, left, connection } = watch({ maxIdleMs: 60_000, maxAgeMs: 100_000 }, () => 0)
    await clock.settleTo(50_000)
    connection.usedAt = 50_000
    await clock.settleTo(100_000)
    expect(left).toEqual(['age at 100000'])
  })
})

it('without limits nothing runs', () => {
  const { clock } = watch({})
  expect(clock.pending).toBe(0)
})
