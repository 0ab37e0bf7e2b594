import { describe, expect, it } from 'vitest'
import { type DialLimitOptions, DialLimits } from '../../../../src/core/limits/dial-limits.js'
import { sizeHandoffs } from '../../../../src/core/limits/handoff-sizing.js'
import { DialPermits } from '../../../../src/engine/database/handoffs/dial-permits.js'
import { HandoffScheduler } from '../../../../src/engine/database/handoffs/handoff-scheduler.js'
import { createVirtualClock, type VirtualClock } from '../../../../src/testing/virtual-clock.js'

const NODE = { host: 'node.example', port: 6379 }
const OTHER = { host: 'other.example', port: 6379 }

function permitsOf(clock: VirtualClock, options: DialLimitOptions): DialPermits {
  return new DialPermits(clock, new DialLimits(options))
}

/** Acquires and settles, noting each permit as it comes. */
function createAsker(permits: DialPermits, clock: VirtualClock) {
  const log: string[] = []
  const abort = new AbortController()
  const ends: (() => void)[] = []
  const ask = async (name: string, request: { endpoint?: typeof NODE; event?: string } = {}, untilAt = 10_000) => {
    const permit = await permits.acquire({ endpoint: NODE, ...request }, { signal: abort.signal, untilAt })
    log.push(`${clock.now()} ${name} ${permit.allowed ? 'allowed' : permit.limit}`)
    if (permit.allowed) ends.push(() => permits.settle(permit.dial))
  }
  const end = async (): Promise<void> => {
    ends.shift()?.()
    await clock.settle()
  }
  return { log, abort, ask, end }
}

describe('permits to dial', () => {
  it('are given as soon as a place is free, in the order of asking', async () => {
    const clock = createVirtualClock()
    const { log, ask, end } = createAsker(permitsOf(clock, { parallelPerEndpoint: 1 }), clock)
    for (const name of ['a', 'b', 'c']) void ask(name)
    void ask('d', { endpoint: OTHER })
    await clock.settleTo(60)
    expect(log).toEqual(['0 a allowed', '0 d allowed'])
    await end()
    await end()
    await clock.settleTo(61)
    await end()
    expect(log.slice(2)).toEqual(['60 b allowed', '61 c allowed'])
  })

  it('are given to others where only one endpoint or event has to wait', async () => {
    const clock = createVirtualClock()
    const permits = permitsOf(clock, { parallelPerEndpoint: 2, perEvent: () => 1 })
    const { log, ask, end } = createAsker(permits, clock)
    for (const name of ['a', 'b', 'c']) void ask(name, { endpoint: OTHER })
    void ask('moving', { event: 'e' }, 200_000)
    void ask('again', { event: 'e' }, 200_000)
    void ask('other', { event: 'f' })
    await clock.settle()
    await end()
    expect(log).toEqual(['0 a allowed', '0 b allowed', '0 moving allowed', '0 other allowed', '0 c allowed'])
    await clock.settleTo(120_000)
    expect(log.slice(5)).toEqual(['120000 again allowed'])
    expect(permits.figures.tripped).toEqual({ 'per-event': 1, 'per-second': 0, 'parallel-endpoint': 1, parallel: 0 })
  })

  it('are waited for by the time alone where so many were begun within the second', async () => {
    const clock = createVirtualClock()
    const { log, ask, end } = createAsker(permitsOf(clock, { perSecond: 2 }), clock)
    void ask('a')
    await clock.settleTo(400)
    for (const name of ['b', 'c', 'd', 'e']) void ask(name)
    await end()
    await clock.settleTo(3_000)
    expect(log).toEqual(['0 a allowed', '400 b allowed', '1000 c allowed', '1400 d allowed', '2000 e allowed'])
    expect(clock.pending).toBe(0)
  })

  it('are not waited for where they would come too late, and not beyond the time', async () => {
    const clock = createVirtualClock()
    const { log, ask } = createAsker(permitsOf(clock, { parallel: 1 }), clock)
    void ask('a')
    void ask('at once', {}, 24)
    void ask('later', {}, 1_000)
    await clock.settleTo(2_000)
    expect(log).toEqual(['0 a allowed', '0 at once parallel', '1000 later parallel'])
    expect(clock.pending).toBe(0)
  })

  it('are no longer waited for once the signal aborts, and nothing is opened', async () => {
    const clock = createVirtualClock()
    const permits = permitsOf(clock, { parallel: 1 })
    const { log, ask, abort, end } = createAsker(permits, clock)
    void ask('a')
    void ask('b')
    await clock.settle()
    abort.abort()
    void ask('c')
    await end()
    expect(log).toEqual(['0 a allowed', '0 b parallel', '0 c parallel'])
    expect([clock.pending, permits.figures.open]).toEqual([0, 0])
  })

  it.each([
    ['50 ms', 50, 0, 2_600],
    ['750 ms', 750, 0, 7_600],
    ['50 ms, every third dial refused', 50, 3, 3_800],
  ])('let a pool of 500 move in the half of 15 s: a handshake of %s', async (_, handshakeMs, refuseEvery, withinMs) => {
    const clock = createVirtualClock()
    const permits = permitsOf(clock, {})
    const failures: unknown[] = []
    const onError = (error: unknown): void => void failures.push(error)
    const sizes = sizeHandoffs({ poolSize: 500 })
    const scheduler = new HandoffScheduler<number>({ sizes: () => sizes, clock, onError })
    let dials = 0
    let moved = 0
    const move = async (signal: AbortSignal): Promise<void> => {
      const permit = await permits.acquire({ endpoint: NODE, event: 'e', links: 500 }, { signal, untilAt: 15_000 })
      if (!permit.allowed) throw new Error(`held back by ${permit.limit}`)
      dials += 1
      const refused = refuseEvery > 0 && dials % refuseEvery === 0
      await new Promise<void>(resolve => void clock.after(handshakeMs, resolve))
      permits.settle(permit.dial)
      if (refused) return move(signal)
      moved += 1
    }
    for (let link = 0; link < 500; link += 1) expect(scheduler.offer(link, move)).toBe('accepted')
    await clock.settleTo(withinMs)
    expect([moved, failures]).toEqual([500, []])
    expect(scheduler.stats.peakRunning).toBe(166)
  })
})
