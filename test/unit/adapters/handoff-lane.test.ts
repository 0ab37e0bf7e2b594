import { describe, expect, it } from 'vitest'
import { HandoffLane } from '../../../src/adapters/node-redis/handoff-lane.js'
import { createVirtualClock } from '../../../src/testing/virtual-clock.js'

const endpoint = { host: '10.0.0.1', port: 6379 }
const refused = (): Promise<void> => Promise.reject(new Error('refused'))

describe('a hand-off lane', () => {
  it('leaves an endpoint alone that failed five times, and tries it again after a minute', async () => {
    const clock = createVirtualClock()
    const lane = new HandoffLane(clock, 1)
    const key = {}
    const dial = (attempt: () => Promise<void>): Promise<void> =>
      lane.dial({ key, endpoint, withinMs: 1_000, dial: attempt })
    for (let attempt = 0; attempt < 5; attempt++) await expect(dial(refused)).rejects.toThrow('refused')
    await expect(dial(refused)).rejects.toMatchObject({ code: 'CIRCUIT_OPEN', retryable: true })
    clock.advanceBy(60_000)
    for (let attempt = 0; attempt < 3; attempt++) await dial(() => Promise.resolve())
    await expect(dial(refused)).rejects.toThrow('refused')
  })

  it('has no breaker for the configured endpoint', async () => {
    const lane = new HandoffLane(createVirtualClock(), 1)
    for (let attempt = 0; attempt < 10; attempt++) {
      await expect(lane.dial({ key: {}, endpoint: null, withinMs: 1_000, dial: refused })).rejects.toThrow('refused')
    }
  })

  it('dials so many at once, and counts the wait for a turn', async () => {
    const clock = createVirtualClock()
    const lane = new HandoffLane(clock, 2)
    const left: number[] = []
    const first = lane.dial({
      key: {},
      endpoint: null,
      withinMs: 1_000,
      dial: () => new Promise(resolve => clock.after(300, resolve)),
    })
    const second = lane.dial({ key: {}, endpoint: null, withinMs: 1_000, dial: async leftMs => void left.push(leftMs) })
    expect(left).toEqual([])
    clock.advanceBy(300)
    await Promise.all([first, second])
    expect(left).toEqual([700])
    expect(lane.peakRunning).toBe(1)
  })

  it('gives up a dial before its turn when it is told to, or when another one takes its place', async () => {
    const lane = new HandoffLane(createVirtualClock(), 1)
    const [running, waiting] = [{}, {}]
    void lane.dial({ key: running, endpoint: null, withinMs: 1_000, dial: () => new Promise(() => {}) })
    const wait = (): Promise<void> =>
      lane.dial({ key: waiting, endpoint: null, withinMs: 1_000, dial: () => Promise.resolve() })
    const first = expect(wait()).rejects.toMatchObject({ code: 'HANDOFF_FAILED' })
    const second = expect(wait()).rejects.toMatchObject({ code: 'HANDOFF_FAILED' })
    await first
    lane.cancel(waiting)
    await second
  })

  it('refuses a dial when too many wait for their turn', async () => {
    const lane = new HandoffLane(createVirtualClock(), 1)
    const never = (): Promise<void> => new Promise(() => {})
    const dials = Array.from({ length: 7 }, () =>
      lane.dial({ key: {}, endpoint: null, withinMs: 1_000, dial: never }).catch(({ code }) => code),
    )
    expect(await dials.at(-1)).toBe('HANDOFF_QUEUE_FULL')
  })
})
