import { describe, expect, it } from 'vitest'
import type { Clock } from '../../../../src/base/clock.js'
import { createDeferred, type Deferred } from '../../../../src/base/deferred.js'
import { Availability, type AvailabilityStatus } from '../../../../src/engine/database/availability.js'
import { createVirtualClock } from '../../../../src/testing/virtual-clock.js'

const AWAY = new Error('connect ECONNREFUSED')
const WRONG_PASSWORD = new Error('WRONGPASS invalid username-password pair')

/** Random enough for a test: each pause is half its ceiling, 50 ms at first. */
const random = (): number => 0.5

interface Terms {
  readonly signal?: AbortSignal
  readonly paced?: boolean
  readonly keepsAlive?: boolean
}

/** An availability, and the dials that were begun, by name; a test settles them. */
function rig({ asksFirst = false } = {}) {
  const clock = createVirtualClock()
  const keptAlive: boolean[] = []
  const watched: Clock = {
    ...{ now: () => clock.now(), epochMs: () => clock.epochMs() },
    after: (delayMs, task, keepsAlive = false) => {
      keptAlive.push(keepsAlive)
      return clock.after(delayMs, task)
    },
  }
  const changes: AvailabilityStatus[] = []
  const onChange = (status: AvailabilityStatus): void => void changes.push(status)
  const availability = new Availability({ clock: watched, random, maxBackoffMs: 30_000, asksFirst, onChange })
  const begun: string[] = []
  const dials = new Map<string, Deferred<string>>()
  const log: string[] = []
  const connect = (
    name: string,
    { signal = new AbortController().signal, paced = true, keepsAlive = false }: Terms = {},
  ) => {
    const dial = (): Promise<string> => {
      begun.push(name)
      const deferred = createDeferred<string>()
      dials.set(name, deferred)
      return deferred.promise
    }
    const isOutage = (error: unknown): boolean => error === AWAY
    availability.connect(dial, { signal, isOutage, paced, keepsAlive }).then(
      made => log.push(`${name} got ${made}`),
      error => log.push(`${name} failed: ${error.code ?? error.message}`),
    )
  }
  const fail = async (name: string, error: Error = AWAY): Promise<void> => {
    dials.get(name)?.reject(error)
    await clock.settle()
  }
  const succeed = async (name: string): Promise<void> => {
    dials.get(name)?.resolve(name)
    await clock.settle()
  }
  return { clock, availability, changes, begun, log, keptAlive, connect, fail, succeed }
}

/** The same, with an outage that began at 0 and allows the next attempt at 50. */
async function outageRig() {
  const parts = rig()
  parts.connect('first')
  await parts.fail('first')
  parts.begun.length = 0
  parts.log.length = 0
  return parts
}

describe('while a database is available', () => {
  it('everybody dials at once and gets the own connection', async () => {
    const { connect, begun, succeed, log, availability, clock } = rig()
    connect('a')
    connect('b', { paced: false })
    expect(begun).toEqual(['a', 'b'])
    await succeed('b')
    await succeed('a')
    expect(log).toEqual(['b got b', 'a got a'])
    expect(availability.status).toEqual({ state: 'available' })
    expect(clock.pending).toBe(0)
  })

  it('the first failure makes it unavailable, and those that fail together with it count as one', async () => {
    const { connect, fail, changes, availability, log, clock } = rig()
    for (const name of ['a', 'b', 'c']) connect(name)
    await clock.settleTo(10)
    for (const name of ['a', 'b', 'c']) await fail(name)
    const status = { state: 'unavailable', since: 0, attempts: 1, retryAt: 60, cause: AWAY }
    expect(availability.status).toEqual(status)
    expect(changes).toEqual([status])
    expect(log).toHaveLength(3)
    expect(clock.pending).toBe(0)
  })

  it('a failure that says nothing about it is the business of its caller', async () => {
    const { connect, fail, availability, log } = rig()
    connect('a')
    await fail('a', WRONG_PASSWORD)
    expect(log).toEqual([`a failed: ${WRONG_PASSWORD.message}`])
    expect(availability.status).toEqual({ state: 'available' })
  })

  it('a failure is not counted where another dial has succeeded since that one began', async () => {
    const { connect, fail, succeed, availability, log } = rig()
    connect('slow')
    connect('quick')
    await succeed('quick')
    await fail('slow')
    expect(availability.status).toEqual({ state: 'available' })
    expect(log).toEqual(['quick got quick', `slow failed: ${AWAY.message}`])
  })

  it('a dial that throws fails like one that rejects', async () => {
    const { availability, clock } = rig()
    const dial = (): Promise<string> => {
      throw AWAY
    }
    const terms = { signal: new AbortController().signal, isOutage: () => true, paced: true }
    await expect(availability.connect(dial, terms)).rejects.toBe(AWAY)
    expect(availability.status.state).toBe('unavailable')
    expect(clock.pending).toBe(0)
  })
})

describe('during an outage', () => {
  it('the first who waits dials when it is due, and the others wait on', async () => {
    const { connect, begun, clock, fail, log, availability } = await outageRig()
    for (const name of ['a', 'b', 'c']) connect(name)
    await clock.settleTo(49)
    expect(begun).toEqual([])
    await clock.settleTo(50)
    expect(begun).toEqual(['a'])
    await clock.settleTo(5_000)
    expect(begun).toEqual(['a'])
    await fail('a')
    expect(log).toEqual([`a failed: ${AWAY.message}`])
    expect(availability.status).toMatchObject({ attempts: 2, since: 0, retryAt: 5_500 })
    await clock.settleTo(5_500)
    expect(begun).toEqual(['a', 'b'])
    expect(availability.waiting).toBe(1)
  })

  it('a success lets all who wait dial, in order, and is told', async () => {
    const { connect, begun, clock, succeed, log, availability, changes } = await outageRig()
    for (const name of ['a', 'b', 'c']) connect(name)
    await clock.settleTo(50)
    connect('d', { paced: false })
    await succeed('a')
    expect(begun).toEqual(['a', 'b', 'c', 'd'])
    expect(log).toEqual(['a got a'])
    expect(availability.status).toEqual({ state: 'available' })
    expect(availability.waiting).toBe(0)
    expect(changes.map(({ state }) => state)).toEqual(['unavailable', 'available'])
    expect(clock.pending).toBe(0)
  })

  it('who comes when an attempt is due dials at once', async () => {
    const { connect, begun, clock } = await outageRig()
    await clock.settleTo(50)
    expect(begun).toEqual([])
    connect('a')
    expect(begun).toEqual(['a'])
    expect(clock.pending).toBe(0)
  })

  it('no timer runs while nobody waits, nor while a probe is under way', async () => {
    const { connect, clock } = await outageRig()
    expect(clock.pending).toBe(0)
    connect('a')
    connect('b')
    expect(clock.pending).toBe(1)
    await clock.settleTo(50)
    expect(clock.pending).toBe(0)
  })

  it('the timer keeps the process alive while somebody wants that', async () => {
    const { connect, keptAlive } = await outageRig()
    const impatient = new AbortController()
    connect('a')
    connect('b')
    connect('c', { keepsAlive: true, signal: impatient.signal })
    impatient.abort(new Error('gone'))
    expect(keptAlive).toEqual([false, true, false])
  })

  it('a connection that was made by other means ends it', async () => {
    const { connect, begun, availability, clock } = await outageRig()
    connect('a')
    availability.reached()
    expect(begun).toEqual(['a'])
    expect(availability.status).toEqual({ state: 'available' })
    expect(clock.pending).toBe(0)
  })

  it('the success of a dial that began before it ends it, and a probe that then fails begins none', async () => {
    const { connect, begun, availability, fail, succeed, clock } = rig()
    connect('old')
    connect('first')
    await fail('first')
    connect('probe')
    await clock.settleTo(50)
    await succeed('old')
    expect(availability.status).toEqual({ state: 'available' })
    await fail('probe')
    expect(availability.status).toEqual({ state: 'available' })
    expect(begun).toEqual(['old', 'first', 'probe'])
  })

  it('the late failure of a dial that began before it changes nothing', async () => {
    const { connect, availability, fail, clock } = rig()
    connect('old')
    connect('older')
    connect('first')
    await fail('first')
    const before = availability.status
    await fail('old')
    expect(availability.status).toEqual(before)
    connect('probe')
    await clock.settleTo(50)
    await fail('older')
    expect(availability.status).toEqual(before)
  })

  it('a probe whose failure says nothing about it gives way to the next at once', async () => {
    const { connect, begun, clock, fail, log, availability } = await outageRig()
    connect('a')
    connect('b')
    await clock.settleTo(50)
    await fail('a', WRONG_PASSWORD)
    expect(begun).toEqual(['a', 'b'])
    expect(log).toEqual([`a failed: ${WRONG_PASSWORD.message}`])
    expect(availability.status).toMatchObject({ attempts: 1 })
  })
})

describe('who keeps an own pace', () => {
  it('dials at once during an outage, as its probe', async () => {
    const { connect, begun, fail, clock, availability } = await outageRig()
    connect('paced')
    connect('own', { paced: false })
    expect(begun).toEqual(['own'])
    await clock.settleTo(60)
    expect(begun).toEqual(['own'])
    await fail('own')
    expect(availability.status).toMatchObject({ attempts: 2, retryAt: 110 })
    await clock.settleTo(110)
    expect(begun).toEqual(['own', 'paced'])
  })

  it('shares the failure of a probe under way and opens no socket', async () => {
    const { connect, begun, fail, clock, log } = await outageRig()
    connect('probe')
    await clock.settleTo(50)
    connect('own', { paced: false })
    connect('paced')
    await fail('probe')
    expect(begun).toEqual(['probe'])
    expect(log.toSorted()).toEqual([`own failed: ${AWAY.message}`, `probe failed: ${AWAY.message}`])
  })

  it('finds out alone when it came just before the probe under way has failed', async () => {
    const { connect, begun, fail, clock, log } = await outageRig()
    connect('probe')
    await clock.settleTo(50)
    await clock.settleTo(60)
    connect('early', { paced: false })
    await clock.settleTo(200)
    connect('late', { paced: false })
    await clock.settleTo(310)
    await fail('probe')
    expect(begun).toEqual(['probe', 'late'])
    expect(log.toSorted()).toEqual([`early failed: ${AWAY.message}`, `probe failed: ${AWAY.message}`])
  })

  it('dials when the probe under way told nothing', async () => {
    const { connect, begun, fail } = await outageRig()
    connect('probe', { paced: false })
    connect('own', { paced: false })
    connect('other', { paced: false })
    await fail('probe', WRONG_PASSWORD)
    expect(begun).toEqual(['probe', 'own'])
  })
})

describe('the signal of a caller', () => {
  it('ends the waiting with its reason, and the timer with the last who waits', async () => {
    const { connect, log, clock, availability } = await outageRig()
    const impatient = new AbortController()
    connect('a', { signal: impatient.signal })
    impatient.abort(new Error('closed'))
    await clock.settle()
    expect(log).toEqual(['a failed: closed'])
    expect(clock.pending).toBe(0)
    expect(availability.waiting).toBe(0)
  })

  it('that has aborted already dials nothing', async () => {
    const { connect, log, clock, begun } = rig()
    connect('a', { signal: AbortSignal.abort(new Error('closed')) })
    await clock.settle()
    expect(log).toEqual(['a failed: closed'])
    expect(begun).toEqual([])
  })

  it('lets another probe where it ends one, whose connection still counts if it comes', async () => {
    const { connect, begun, clock, succeed, log, availability, fail } = await outageRig()
    const impatient = new AbortController()
    connect('a', { signal: impatient.signal })
    connect('b')
    await clock.settleTo(50)
    impatient.abort(new Error('closed'))
    expect(begun).toEqual(['a', 'b'])
    expect(availability.status).toMatchObject({ attempts: 1 })
    await succeed('a')
    expect(log).toEqual(['a got a'])
    expect(availability.status).toEqual({ state: 'available' })
    await fail('b')
    expect(availability.status).toEqual({ state: 'available' })
  })
})

describe('disposing', () => {
  it('sends away all who wait and leaves no timer', async () => {
    const { connect, availability, clock, log } = await outageRig()
    connect('a')
    connect('b')
    availability.dispose()
    availability.dispose()
    await clock.settle()
    expect(log).toEqual(['a failed: UNAVAILABLE', 'b failed: UNAVAILABLE'])
    expect(clock.pending).toBe(0)
  })
})

describe('a database that one asks first', () => {
  it('is dialled by one while nothing has failed yet, and by all others once that one has succeeded', async () => {
    const { connect, begun, succeed, log } = rig({ asksFirst: true })
    for (const name of ['one', 'two', 'three']) connect(name)
    expect(begun).toEqual(['one'])
    await succeed('one')
    expect(begun).toEqual(['one', 'two', 'three'])
    await succeed('three')
    expect(log).toEqual(['one got one', 'three got three'])
  })

  it('is dialled by one at a time while all fail, and by one again after a success', async () => {
    const { connect, begun, fail, succeed, clock } = rig({ asksFirst: true })
    connect('one')
    connect('two')
    await fail('one')
    expect(begun).toEqual(['one'])
    clock.advanceTo(100)
    expect(begun).toEqual(['one', 'two'])
    await succeed('two')
    connect('three')
    connect('four')
    expect(begun).toEqual(['one', 'two', 'three'])
  })
})
