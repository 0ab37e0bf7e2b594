import { describe, expect, it } from 'vitest'
import { Breaker, type BreakerStatus, type Permit } from '../../../../src/core/limits/breaker.js'
import { createVirtualClock } from '../../../../src/testing/virtual-clock.js'

function acquire(breaker: Breaker, now: number): Permit {
  const answer = breaker.tryAcquire(now)
  if (!answer.granted) throw new Error(`No permit before ${answer.retryAt}`)
  return answer.permit
}

function failTimes(breaker: Breaker, times: number, now: number): void {
  for (let n = 0; n < times; n += 1) acquire(breaker, now).fail(now)
}

/** A breaker that was opened at 0. */
function opened(): Breaker {
  const breaker = new Breaker()
  failTimes(breaker, 5, 0)
  return breaker
}

describe('a closed breaker', () => {
  it('opens after five failures in a row', () => {
    const breaker = new Breaker()
    failTimes(breaker, 4, 0)
    expect(breaker.status).toEqual({ state: 'closed', failures: 4 })
    failTimes(breaker, 1, 10)
    expect(breaker.status).toEqual({ state: 'open', retryAt: 60_010 })
  })

  it('counts from the start after a success, and is left alone by what was released', () => {
    const breaker = new Breaker()
    failTimes(breaker, 4, 0)
    acquire(breaker, 0).release()
    expect(breaker.status).toEqual({ state: 'closed', failures: 4 })
    acquire(breaker, 0).succeed()
    failTimes(breaker, 4, 0)
    expect(breaker.status).toEqual({ state: 'closed', failures: 4 })
  })

  it('goes by the order of leave: refusals overtake what succeeds', () => {
    const breaker = new Breaker()
    const permits = Array.from({ length: 16 }, () => acquire(breaker, 0))
    const refused = permits.filter((_, index) => index % 3 === 2)
    for (const permit of refused) permit.fail(1)
    expect([refused.length, breaker.status]).toEqual([5, { state: 'closed', failures: 1 }])
    for (const permit of permits) permit.succeed()
    expect(breaker.status).toEqual({ state: 'closed', failures: 0 })
  })

  it('opens at the last of several at once that all fail, in whatever order', () => {
    const breaker = new Breaker()
    const [first, second, ...others] = Array.from({ length: 5 }, () => acquire(breaker, 0))
    for (const permit of others) permit.fail(1)
    first?.fail(2)
    expect(breaker.status).toEqual({ state: 'closed', failures: 3 })
    second?.fail(3)
    expect(breaker.status).toEqual({ state: 'open', retryAt: 60_003 })
  })

  it('takes a later success for the end of a row, whatever began before it', () => {
    const breaker = new Breaker()
    const late = acquire(breaker, 0)
    failTimes(breaker, 4, 0)
    acquire(breaker, 0).succeed()
    late.fail(1)
    expect(breaker.status).toEqual({ state: 'closed', failures: 0 })
  })

  it('takes the first settlement of a permit and no other', () => {
    const breaker = new Breaker()
    const permit = acquire(breaker, 0)
    permit.fail(0)
    permit.fail(0)
    permit.succeed()
    permit.release()
    expect(breaker.status).toEqual({ state: 'closed', failures: 1 })
  })
})

describe('an open breaker', () => {
  it('refuses until its time is over and says when that is', () => {
    expect(opened().tryAcquire(59_999)).toEqual({ granted: false, retryAt: 60_000 })
  })

  it('becomes half-open by being asked, not by time', () => {
    const breaker = opened()
    expect(breaker.status.state).toBe('open')
    expect(breaker.tryAcquire(60_000).granted).toBe(true)
    expect(breaker.status).toEqual({ state: 'half-open', probes: 1, successes: 0 })
  })

  it('drops what was settled late from before it opened', () => {
    const breaker = new Breaker()
    const late = [acquire(breaker, 0), acquire(breaker, 0)]
    failTimes(breaker, 5, 0)
    late[0]?.succeed()
    late[1]?.fail(30_000)
    expect(breaker.status).toEqual({ state: 'open', retryAt: 60_000 })
  })
})

describe('a half-open breaker', () => {
  it('lets three probes out at a time', () => {
    const breaker = opened()
    const probes = [1, 2, 3].map(() => acquire(breaker, 60_000))
    expect(breaker.tryAcquire(60_000)).toEqual({ granted: false, retryAt: 60_100 })
    probes[0]?.release()
    expect(breaker.tryAcquire(60_000).granted).toBe(true)
    expect(breaker.tryAcquire(60_000).granted).toBe(false)
  })

  it('closes after three good probes, at once or one after the other', () => {
    const breaker = opened()
    for (const now of [60_000, 60_001, 60_002]) acquire(breaker, now).succeed()
    expect(breaker.status).toEqual({ state: 'closed', failures: 0 })
  })

  it('opens again at any failure, for the whole time, and forgets good probes', () => {
    const breaker = opened()
    for (const now of [60_000, 60_001]) acquire(breaker, now).succeed()
    acquire(breaker, 60_002).fail(60_002)
    expect(breaker.status).toEqual({ state: 'open', retryAt: 120_002 })
    acquire(breaker, 120_002).succeed()
    expect(breaker.status).toEqual({ state: 'half-open', probes: 0, successes: 1 })
  })

  it('drops probes of an earlier time', () => {
    const breaker = opened()
    const [first, second] = [acquire(breaker, 60_000), acquire(breaker, 60_000)]
    first.fail(60_000)
    const probe = acquire(breaker, 120_000)
    second.fail(120_000)
    expect(breaker.status).toEqual({ state: 'half-open', probes: 1, successes: 0 })
    probe.succeed()
    expect(breaker.status).toEqual({ state: 'half-open', probes: 0, successes: 1 })
  })

  it('gives up on probes that nobody settled, and keeps the good ones', () => {
    const breaker = opened()
    acquire(breaker, 60_000).succeed()
    const lost = [1, 2, 3].map(() => acquire(breaker, 60_000))
    expect(breaker.tryAcquire(119_999).granted).toBe(false)
    expect(breaker.tryAcquire(120_000).granted).toBe(true)
    lost[0]?.fail(120_001)
    expect(breaker.status).toEqual({ state: 'half-open', probes: 1, successes: 1 })
  })
})

it('numbers that are given replace the defaults', () => {
  const breaker = new Breaker({ failuresToOpen: 1, resetMs: 10, parallelProbes: 1, successesToClose: 2 })
  failTimes(breaker, 1, 0)
  const probe = acquire(breaker, 10)
  expect(breaker.tryAcquire(10).granted).toBe(false)
  probe.succeed()
  expect(breaker.status.state).toBe('half-open')
  acquire(breaker, 10).succeed()
  expect(breaker.status.state).toBe('closed')
})

it('an endpoint that fails five times is left alone, probed after the reset time, and used after three good probes', async () => {
  const clock = createVirtualClock()
  const log: string[] = []
  const onChange = ({ state }: BreakerStatus): void => void log.push(`${clock.now()} ${state}`)
  const breaker = new Breaker({ onChange })
  const isUp = (): boolean => clock.now() >= 100_000
  const dialEverySecond = (): void => {
    clock.after(1_000, dialEverySecond)
    const answer = breaker.tryAcquire(clock.now())
    if (!answer.granted) return
    log.push(`${clock.now()} dial`)
    clock.after(50, () => (isUp() ? answer.permit.succeed() : answer.permit.fail(clock.now())))
  }
  dialEverySecond()
  await clock.settleTo(129_000)
  expect(log).toEqual([
    ...['0 dial', '1000 dial', '2000 dial', '3000 dial', '4000 dial', '4050 open'],
    ...['65000 half-open', '65000 dial', '65050 open'],
    ...['126000 half-open', '126000 dial', '127000 dial', '128000 dial', '128050 closed', '129000 dial'],
  ])
})
