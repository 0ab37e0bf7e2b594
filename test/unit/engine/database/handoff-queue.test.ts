import { describe, expect, it } from 'vitest'
import type { Clock } from '../../../../src/base/clock.js'
import { CONFIGURED, toRoute } from '../../../../src/core/decide/route.js'
import { type DialLimitOptions, DialLimits } from '../../../../src/core/limits/dial-limits.js'
import { DialPermits } from '../../../../src/engine/database/handoffs/dial-permits.js'
import { type DialRequest, HandoffQueue } from '../../../../src/engine/database/handoffs/handoff-queue.js'
import { createVirtualClock } from '../../../../src/testing/virtual-clock.js'

const route = toRoute({ host: '10.0.0.1', port: 6379 })
const refused = (): Promise<void> => Promise.reject(new Error('refused'))
const never = (): Promise<void> => new Promise(() => {})
const permitsOf = (clock: Clock, options: DialLimitOptions): DialPermits =>
  new DialPermits(clock, new DialLimits(options))

/** Dials that end when they are told to. */
function createDials(queue: HandoffQueue) {
  const ends: (() => void)[] = []
  const dial = (request: Partial<DialRequest> = {}): Promise<void> =>
    queue.dial({
      key: {},
      route,
      withinMs: 1_000,
      dial: () => new Promise(resolve => ends.push(resolve)),
      ...request,
    })
  return { dial, ends }
}

describe('a hand-off queue', () => {
  it('leaves an endpoint alone that failed five times, and tries it again after a minute', async () => {
    const clock = createVirtualClock()
    const queue = new HandoffQueue(clock, 1)
    const key = {}
    const dial = (attempt: () => Promise<void>): Promise<void> =>
      queue.dial({ key, route, withinMs: 1_000, dial: attempt })
    for (let attempt = 0; attempt < 5; attempt++) await expect(dial(refused)).rejects.toThrow('refused')
    await expect(dial(refused)).rejects.toMatchObject({ code: 'CIRCUIT_OPEN', retryable: true })
    clock.advanceBy(60_000)
    for (let attempt = 0; attempt < 3; attempt++) await dial(() => Promise.resolve())
    await expect(dial(refused)).rejects.toThrow('refused')
  })

  it('has no breaker for the configured endpoint', async () => {
    const queue = new HandoffQueue(createVirtualClock(), 1)
    for (let attempt = 0; attempt < 10; attempt++) {
      await expect(queue.dial({ key: {}, route: CONFIGURED, withinMs: 1_000, dial: refused })).rejects.toThrow(
        'refused',
      )
    }
  })

  it('dials so many at once, and counts the wait for a turn', async () => {
    const clock = createVirtualClock()
    const queue = new HandoffQueue(clock, 2)
    const left: number[] = []
    const first = queue.dial({
      key: {},
      route: CONFIGURED,
      withinMs: 1_000,
      dial: () => new Promise(resolve => clock.after(300, resolve)),
    })
    const second = queue.dial({
      key: {},
      route: CONFIGURED,
      withinMs: 1_000,
      dial: async leftMs => void left.push(leftMs),
    })
    expect(left).toEqual([])
    await clock.settleBy(300)
    await Promise.all([first, second])
    expect(left).toEqual([700])
    expect(queue.status.peakRunning).toBe(1)
  })

  it('gives up a dial before its turn when it is told to, or when another one takes its place', async () => {
    const queue = new HandoffQueue(createVirtualClock(), 1)
    const [running, waiting] = [{}, {}]
    void queue.dial({ key: running, route: CONFIGURED, withinMs: 1_000, dial: () => new Promise(() => {}) })
    const wait = (): Promise<void> =>
      queue.dial({ key: waiting, route: CONFIGURED, withinMs: 1_000, dial: () => Promise.resolve() })
    const first = expect(wait()).rejects.toMatchObject({ code: 'HANDOFF_FAILED' })
    const second = expect(wait()).rejects.toMatchObject({ code: 'HANDOFF_FAILED' })
    await first
    queue.cancel(waiting)
    await second
  })

  it('refuses a dial when too many wait for their turn', async () => {
    const queue = new HandoffQueue(createVirtualClock(), 1)
    const dials = Array.from({ length: 7 }, () =>
      queue.dial({ key: {}, route: CONFIGURED, withinMs: 1_000, dial: never }).catch(({ code }) => code),
    )
    expect(await dials.at(-1)).toBe('HANDOFF_QUEUE_FULL')
  })
})

describe('the leave to dial', () => {
  it('is waited for inside the time of the hand-off, and given back however the dial went', async () => {
    const clock = createVirtualClock()
    const permits = permitsOf(clock, { parallelPerEndpoint: 1 })
    const queue = new HandoffQueue(clock, 8, { permits })
    const { dial, ends } = createDials(queue)
    const left: number[] = []
    const first = dial()
    const second = dial({
      dial: leftMs => {
        left.push(leftMs)
        return refused()
      },
    })
    await clock.settleBy(100)
    expect([permits.figures.open, left.length, queue.status.dials.tripped['parallel-endpoint']]).toEqual([1, 0, 1])
    ends[0]?.()
    await Promise.all([first, expect(second).rejects.toThrow('refused'), clock.settle()])
    expect(left).toEqual([900])
    expect(permits.figures.open).toBe(0)
  })

  it('comes too late where the time of the hand-off is over', async () => {
    const clock = createVirtualClock()
    const { dial } = createDials(new HandoffQueue(clock, 8, { permits: permitsOf(clock, { parallel: 1 }) }))
    void dial({ dial: never })
    const late = expect(dial({ withinMs: 200 })).rejects.toMatchObject({
      code: 'HANDOFF_FAILED',
      retryable: true,
      facts: { limit: 'parallel' },
    })
    await clock.settleBy(200)
    await late
    expect(clock.pending).toBe(0)
  })

  it('is no longer waited for when the dial is given up', async () => {
    const clock = createVirtualClock()
    const queue = new HandoffQueue(clock, 8, { permits: permitsOf(clock, { parallel: 1 }) })
    const { dial } = createDials(queue)
    void dial({ dial: never })
    const key = {}
    const given = expect(dial({ key })).rejects.toMatchObject({ code: 'HANDOFF_FAILED', retryable: false })
    await clock.settle()
    queue.cancel(key)
    await given
    expect([clock.pending, queue.status.running]).toEqual([0, 1])
  })

  it('is given for one event so many times only, and for others all the same', async () => {
    const clock = createVirtualClock()
    const permits = permitsOf(clock, { perEvent: links => links })
    const queue = new HandoffQueue(clock, 2, { name: 'a', permits })
    const good = (event: string, by = queue): Promise<void> =>
      by.dial({ key: {}, route, event, withinMs: 1_000, dial: () => Promise.resolve() })
    await Promise.all([good('moving#1'), good('moving#1')])
    await expect(good('moving#1')).rejects.toMatchObject({ code: 'HANDOFF_FAILED', facts: { limit: 'per-event' } })
    await good('moving#2')
    await good('moving#1', new HandoffQueue(clock, 1, { name: 'b', permits }))
    queue.join({}, { links: 3 })
    await good('moving#1')
  })

  it('is not used where the endpoint failed for others meanwhile', async () => {
    const clock = createVirtualClock()
    const opensAt = clock.epochMs()
    const queue = new HandoffQueue(clock, 20, { permits: permitsOf(clock, { parallelPerEndpoint: 5 }) })
    let dialled = 0
    const dial = async (): Promise<void> => {
      dialled += 1
      await refused()
    }
    const dials = Array.from({ length: 10 }, () =>
      queue.dial({ key: {}, route, withinMs: 1_000, dial }).catch(({ code, message }) => code ?? message),
    )
    await clock.settle()
    expect(await Promise.all(dials)).toEqual([...Array(5).fill('refused'), ...Array(5).fill('CIRCUIT_OPEN')])
    expect(dialled).toBe(5)
    expect(queue.status.breakers).toEqual([{ endpoint: '10.0.0.1:6379', state: 'open', retryAt: opensAt + 60_000 }])
  })
})

describe('those who join a queue', () => {
  const workersOf = (queue: HandoffQueue): number => queue.status.workers

  it('decide by their number how many dial at once', () => {
    const queue = new HandoffQueue(createVirtualClock(), 1)
    const [pool, client] = [{}, {}]
    queue.join(pool, { links: 100 })
    expect(workersOf(queue)).toBe(33)
    queue.join(client)
    queue.join(pool, { links: 50 })
    expect(workersOf(queue)).toBe(17)
    queue.leave(pool)
    queue.leave(pool)
    expect(workersOf(queue)).toBe(1)
  })

  it('may wish for more workers and places, and the largest wish counts', async () => {
    const queue = new HandoffQueue(createVirtualClock(), 1)
    queue.join({}, { workers: 2, queueSize: 300 })
    queue.join({}, { links: 9, workers: 8 })
    expect(workersOf(queue)).toBe(8)
    const { dial } = createDials(queue)
    const codes = Array.from({ length: 8 + 50 + 1 }, () => dial({ dial: never }).catch(({ code }) => code))
    expect(await codes.at(-1)).toBe('HANDOFF_QUEUE_FULL')
    expect(queue.status).toMatchObject({ running: 8, queued: 50 })
  })

  it('have the largest wish count until the last one who has it leaves or joins with another', () => {
    const queue = new HandoffQueue(createVirtualClock(), 1)
    const [one, other, third] = [{}, {}, {}]
    queue.join(one, { workers: 8 })
    queue.join(other, { workers: 8 })
    queue.join(third, { workers: 3 })
    queue.leave(one)
    expect(workersOf(queue)).toBe(8)
    queue.join(other, { workers: 2 })
    expect(workersOf(queue)).toBe(3)
    queue.leave(third)
    expect(workersOf(queue)).toBe(2)
  })

  it('have more dials run at once from the moment they join, and take theirs back when they leave', async () => {
    const queue = new HandoffQueue(createVirtualClock(), 1)
    const { dial } = createDials(queue)
    const key = {}
    queue.join(key)
    void dial({ dial: never })
    const second = expect(dial({ key, dial: never })).rejects.toMatchObject({ code: 'HANDOFF_FAILED' })
    expect(queue.status).toMatchObject({ running: 1, queued: 1 })
    queue.leave(key)
    await second
    void dial({ dial: never })
    queue.join({}, { links: 4 })
    expect(queue.status).toMatchObject({ running: 2, queued: 0, peakRunning: 2 })
  })

  it('are told of by the first and by the last of them', () => {
    const told: boolean[] = []
    const queue = new HandoffQueue(createVirtualClock(), 1, { onUsed: isUsed => void told.push(isUsed) })
    const [one, two] = [{}, {}]
    queue.join(one)
    queue.join(two)
    queue.leave(one)
    queue.leave(two)
    expect(told).toEqual([true, false])
  })
})

describe('turnovers', () => {
  /** Tasks that note when they begin, and end when they are told to. */
  function createTurnovers() {
    const clock = createVirtualClock()
    const queue = new HandoffQueue(clock, 4)
    const begun: string[] = []
    const ends = new Map<string, () => void>()
    const aborted: string[] = []
    const turnover = (name: string, key: object = {}): Promise<void> =>
      queue.turnover(key, signal => {
        begun.push(name)
        signal.addEventListener('abort', () => {
          aborted.push(name)
          ends.get(name)?.()
        })
        return new Promise(resolve => ends.set(name, resolve))
      })
    return { clock, queue, begun, ends, aborted, turnover }
  }

  it('run one at a time, in order, also when one fails', async () => {
    const { clock, queue, begun, ends, turnover } = createTurnovers()
    const failed = expect(queue.turnover({}, refused)).rejects.toThrow('refused')
    const [a, b] = [turnover('a'), turnover('b')]
    await failed
    expect(begun).toEqual(['a'])
    ends.get('a')?.()
    await a
    await clock.settle()
    expect(begun).toEqual(['a', 'b'])
    ends.get('b')?.()
    await b
  })

  it('are given up by key, before or after they begin', async () => {
    const { queue, begun, aborted, turnover } = createTurnovers()
    const [running, waiting] = [{}, {}]
    const first = turnover('a', running)
    const second = expect(turnover('b', waiting)).rejects.toMatchObject({ code: 'HANDOFF_FAILED' })
    queue.cancelTurnover(waiting)
    queue.cancelTurnover(running)
    await Promise.all([first, second])
    expect([begun, aborted]).toEqual([['a'], ['a']])
  })

  it('give way to the next after a minute', async () => {
    const { clock, begun, aborted, turnover } = createTurnovers()
    const late = expect(turnover('a')).rejects.toMatchObject({ code: 'HANDOFF_FAILED' })
    void turnover('b')
    await clock.settleBy(60_000)
    await late
    expect([begun, aborted]).toEqual([['a', 'b'], ['a']])
  })

  it('are refused when too many wait, and do not take the turns of hand-offs', async () => {
    const { queue, turnover } = createTurnovers()
    const results = Array.from({ length: 22 }, (_, index) => turnover(String(index)).catch(({ code }) => code))
    expect(await results.at(-1)).toBe('HANDOFF_QUEUE_FULL')
    await queue.dial({ key: {}, route, withinMs: 1_000, dial: () => Promise.resolve() })
  })
})
