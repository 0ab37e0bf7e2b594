import { ClientClosedError, TimeoutError } from '@redis/client'
import { describe, expect, it } from 'vitest'
import { createDeferred } from '../../../../src/base/deferred.js'
import type { MemberCheckout } from '../../../../src/engine/connect/checkout.js'
import { Pool, type PoolSettings } from '../../../../src/engine/pool/pool.js'
import type { PoolMember } from '../../../../src/engine/pool/pool-members.js'
import { createVirtualClock } from '../../../../src/testing/virtual-clock.js'

/** A client that does nothing but remember what was done to it. */
class FakeMember implements PoolMember {
  readonly name: string
  readonly checkout: MemberCheckout
  readonly done: string[] = []
  isOpen = false
  isServing = true
  readonly #connect: () => Promise<unknown>

  constructor(name: string, checkout: MemberCheckout, connect: () => Promise<unknown>) {
    this.name = name
    this.checkout = checkout
    this.#connect = connect
  }

  async connect(): Promise<void> {
    await this.#connect()
    this.isOpen = true
    this.done.push('connected')
  }

  closing: () => Promise<void> = () => Promise.resolve()

  async close(): Promise<void> {
    this.isOpen = false
    this.done.push('closing')
    await this.closing()
  }

  destroy(): void {
    this.isOpen = false
    this.done.push('destroyed')
  }
}

function create({ connect = () => Promise.resolve(), ...given }: Partial<PoolSettings> & Connecting = {}) {
  const relaxed: { ms: number | undefined } = { ms: undefined }
  const heard: { at: number | undefined } = { at: undefined }
  const clock = createVirtualClock()
  const members: FakeMember[] = []
  const linkOf = (member: FakeMember) => ({
    member,
    dispatcher: {
      timeouts: {
        get relaxedMs() {
          return relaxed.ms
        },
      },
      get current() {
        return member.isServing ? member : undefined
      },
    },
    get heardAt() {
      return heard.at ?? clock.now()
    },
  })
  const engine = new Pool<FakeMember, ReturnType<typeof linkOf>>({
    errors: { closed: () => new ClientClosedError(), timeout: message => new TimeoutError(message) },
    clock,
    settings: { minimum: 1, maximum: 1, acquireTimeout: 3_000, cleanupDelay: 3_000, ...given },
    createMember: checkout => {
      const index = members.length
      const member = new FakeMember(String(index), checkout, () => connect(index))
      members.push(member)
      return { member, link: linkOf(member) }
    },
  })
  /** The names of those whose links the pool does not count any more. */
  const forgotten = () => {
    const known = engine.links.map(({ member }) => member)
    return members.filter(member => !known.includes(member)).map(({ name }) => name)
  }
  /** Keeps a client in use until it is told otherwise. */
  const hold = () => {
    const held = createDeferred<string>()
    let member: FakeMember | undefined
    const result = engine.execute(taken => {
      member = taken
      return held.promise
    })
    return { result, end: () => held.resolve('done'), fail: held.reject, taken: () => member?.name }
  }
  const counts = () => [engine.idleClients, engine.clientsInUse, engine.totalClients, engine.tasksQueueLength]
  return { clock, engine, members, forgotten, hold, counts, relaxed, heard }
}

interface Connecting {
  readonly connect?: (index: number) => Promise<unknown>
}

const refused = () => Promise.reject(new Error('refused'))

describe('a pool that opens', () => {
  it('connects its minimum, once', async () => {
    const { engine, members, counts } = create({ minimum: 3, maximum: 5 })
    await Promise.all([engine.connect(), engine.connect()])
    expect([members.length, engine.isOpen, counts()]).toEqual([3, true, [3, 0, 3, 0]])
  })

  it('gives all clients up if one cannot connect', async () => {
    const { engine, members, counts } = create({
      minimum: 2,
      maximum: 2,
      connect: index => (index === 0 ? Promise.resolve() : refused()),
    })
    await expect(engine.connect()).rejects.toThrow('refused')
    expect([engine.isOpen, counts()]).toEqual([false, [0, 0, 0, 0]])
    expect(members.map(({ done }) => done.at(-1))).toEqual(['destroyed', 'destroyed'])
  })

  it('runs no task before and after', async () => {
    const { engine } = create()
    await expect(engine.execute(() => 1)).rejects.toThrow(ClientClosedError)
    await engine.connect()
    await engine.close()
    await expect(engine.execute(() => 1)).rejects.toThrow(ClientClosedError)
  })
})

describe('a pool that is open', () => {
  it('settles a task as the task does: with a value, a promise or an error', async () => {
    const { engine, counts } = create()
    await engine.connect()
    expect(await engine.execute(() => 1)).toBe(1)
    expect(await engine.execute(() => Promise.resolve(2))).toBe(2)
    await expect(engine.execute(refused)).rejects.toThrow('refused')
    const thrown = engine.execute(() => {
      throw new RangeError('thrown')
    })
    await expect(thrown).rejects.toThrow('thrown')
    expect(counts()).toEqual([1, 0, 1, 0])
  })

  it('gives out the client that is idle for longest', async () => {
    const { engine, hold } = create({ minimum: 3, maximum: 3 })
    await engine.connect()
    const order = [await engine.execute(({ name }) => name), hold().taken(), await engine.execute(({ name }) => name)]
    expect(order).toEqual(['0', '1', '2'])
    expect(await engine.execute(({ name }) => name)).toBe('0')
  })

  it('gives out a client that serves before one that would have to wait for its connection', async () => {
    const { engine, members } = create({ minimum: 3, maximum: 3 })
    await engine.connect()
    for (const index of [0, 1]) Object.assign(members[index] ?? {}, { isServing: false })
    const name = () => engine.execute(member => member.name)
    expect([await name(), await name()]).toEqual(['2', '2'])
    Object.assign(members[2] ?? {}, { isServing: false })
    expect(await name()).toBe('0')
  })

  it('ends a client that closed while it was idle, and gives out another', async () => {
    const { engine, members, forgotten, counts } = create({ minimum: 2, maximum: 2 })
    await engine.connect()
    Object.assign(members[0] ?? {}, { isOpen: false })
    expect(await engine.execute(({ name }) => name)).toBe('1')
    expect([forgotten(), counts()]).toEqual([['0'], [1, 0, 1, 0]])
  })

  it('grows for a task when no client is left, up to the maximum', async () => {
    const { engine, members, hold, counts } = create({ minimum: 0, maximum: 2 })
    await engine.connect()
    const held = [hold(), hold(), hold()]
    expect(counts()).toEqual([0, 2, 2, 3])
    for (const { end } of held) end()
    await Promise.all(held.map(({ result }) => result))
    expect([members.length, counts()]).toEqual([2, [2, 0, 2, 0]])
  })

  it('fails the task for which it could not grow, and no other', async () => {
    const { engine, hold, counts } = create({
      minimum: 0,
      maximum: 2,
      connect: index => (index === 0 ? Promise.resolve() : refused()),
    })
    await engine.connect()
    const first = hold()
    await expect(engine.execute(() => 2)).rejects.toThrow('refused')
    first.end()
    expect([await first.result, counts()]).toEqual(['done', [1, 0, 1, 0]])
  })

  it('fails a task that waits too long; 0 waits for ever', async () => {
    const { clock, engine, hold, counts } = create({ acquireTimeout: 500 })
    await engine.connect()
    hold()
    const late = expect(engine.execute(() => 1)).rejects.toThrow('Timeout waiting for a client after 500ms')
    clock.advanceBy(500)
    await late
    expect(counts()).toEqual([0, 1, 1, 0])
    const patient = create({ acquireTimeout: 0 })
    await patient.engine.connect()
    const { end } = patient.hold()
    const waiting = patient.engine.execute(() => 1)
    await patient.clock.settleBy(1_000_000)
    end()
    expect(await waiting).toBe(1)
  })

  it('lets tasks wait longer, those that wait already too, while commands are given more time', async () => {
    const { clock, engine, hold, relaxed } = create({ acquireTimeout: 500 })
    await engine.connect()
    hold()
    const late = expect(engine.execute(() => 1)).rejects.toThrow('Timeout waiting for a client after 2000ms')
    relaxed.ms = 2_000
    clock.advanceBy(1_999)
    expect(engine.tasksQueueLength).toBe(1)
    clock.advanceBy(1)
    await late
    relaxed.ms = 100
    const usual = expect(engine.execute(() => 1)).rejects.toThrow('Timeout waiting for a client after 500ms')
    clock.advanceBy(500)
    await usual
  })

  it('replaces a client that closed in use where somebody waits', async () => {
    const { engine, members, hold, counts } = create()
    await engine.connect()
    const first = hold()
    const second = engine.execute(({ name }) => name)
    Object.assign(members[0] ?? {}, { isOpen: false })
    first.end()
    expect(await second).toBe('1')
    expect([members[0]?.done, counts()]).toEqual([
      ['connected', 'destroyed'],
      [1, 0, 1, 0],
    ])
  })

  it('ends the clients above the minimum that are idle once it is calm', async () => {
    const { clock, engine, hold, forgotten, counts } = create({ minimum: 1, maximum: 4, cleanupDelay: 1_000 })
    await engine.connect()
    const held = [hold(), hold(), hold(), hold()]
    await clock.settle()
    for (const { end } of held.slice(1)) end()
    await clock.settleBy(999)
    expect(counts()).toEqual([3, 1, 4, 0])
    await clock.settleBy(1)
    expect([counts(), forgotten().length]).toEqual([[0, 1, 1, 0], 3])
    held[0]?.end()
    await clock.settleBy(10_000)
    expect([counts(), clock.pending]).toEqual([[1, 0, 1, 0], 0])
  })
})

describe('a client that is to move', () => {
  it('is left to its hand-off at once while it is idle', async () => {
    const { engine, members } = create()
    await engine.connect()
    const order: string[] = []
    members[0]?.checkout.whenReleased(() => order.push('hand-off'))
    expect(order).toEqual(['hand-off'])
  })

  it('is left to its hand-off between two tasks, before the next one begins', async () => {
    const { clock, engine, members, hold } = create()
    await engine.connect()
    const order: string[] = []
    const first = hold()
    const second = engine.execute(async () => void order.push('second task'))
    members[0]?.checkout.whenReleased(() => order.push('hand-off'))
    await clock.settleBy(2_000)
    expect(order).toEqual([])
    first.end()
    await second
    expect(order).toEqual(['hand-off', 'second task'])
    expect(clock.pending).toBe(0)
  })

  it('goes on with its task where it is not waited for any longer', async () => {
    const { engine, members, hold } = create()
    await engine.connect()
    const held = hold()
    members[0]?.checkout.whenReleased(() => {})
    held.end()
    expect(await held.result).toBe('done')
  })

  it('is left to its hand-off when the pool ends', async () => {
    const { engine, members, hold } = create()
    await engine.connect()
    const order: string[] = []
    void hold().result.catch(() => {})
    members[0]?.checkout.whenReleased(() => order.push('hand-off'))
    engine.destroy()
    expect(order).toEqual(['hand-off'])
  })
})

describe('a client that is retired', () => {
  it('is closed in order while it is idle, and the pool grows again when it must', async () => {
    const { clock, engine, members, forgotten, counts } = create()
    await engine.connect()
    const closed = createDeferred<void>()
    Object.assign(members[0] ?? {}, { closing: () => closed.promise })
    engine.retire(members[0] as FakeMember)
    expect([members[0]?.done, forgotten(), counts()]).toEqual([['connected', 'closing'], [], [0, 0, 0, 0]])
    expect(await engine.execute(({ name }) => name)).toBe('1')
    closed.resolve()
    await clock.settle()
    expect([members[0]?.done.at(-1), forgotten()]).toEqual(['destroyed', ['0']])
  })

  it('goes on with its task, and leaves when that has ended', async () => {
    const { clock, engine, members, hold, counts } = create()
    await engine.connect()
    const first = hold()
    engine.retire(members[0] as FakeMember)
    const waiting = engine.execute(({ name }) => name)
    await clock.settle()
    expect([members[0]?.done, counts()]).toEqual([['connected'], [0, 1, 1, 1]])
    first.end()
    expect([await first.result, await waiting]).toEqual(['done', '1'])
    expect(members[0]?.done).toEqual(['connected', 'closing', 'destroyed'])
  })

  it('is ended all the same when it cannot be closed in order', async () => {
    const { clock, engine, members, forgotten } = create()
    await engine.connect()
    Object.assign(members[0] ?? {}, { closing: refused })
    engine.retire(members[0] as FakeMember)
    await clock.settle()
    expect(forgotten()).toEqual(['0'])
  })

  it('may have left already', async () => {
    const { engine, members, counts } = create()
    await engine.connect()
    engine.destroy()
    engine.retire(members[0] as FakeMember)
    expect(counts()).toEqual([0, 0, 0, 0])
  })

  it('is waited for by a pool that closes, and ended by one that is destroyed', async () => {
    for (const how of ['close', 'destroy'] as const) {
      const { clock, engine, members } = create({ minimum: 2, maximum: 2 })
      await engine.connect()
      const closed = createDeferred<void>()
      Object.assign(members[0] ?? {}, { closing: () => closed.promise })
      engine.retire(members[0] as FakeMember)
      const ended = engine[how]()
      await clock.settle()
      expect([engine.isOpen, members[0]?.done.at(-1)]).toEqual(
        how === 'close' ? [true, 'closing'] : [false, 'destroyed'],
      )
      closed.resolve()
      await ended
      expect(engine.isOpen).toBe(false)
    }
  })
})

describe('a pool that closes', () => {
  it('waits for the tasks that run and wait', async () => {
    const { clock, engine, hold, members } = create()
    await engine.connect()
    const [first, second] = [hold(), hold()]
    const closed = engine.close()
    expect(engine.close()).toBe(closed)
    expect(engine.isClosing).toBe(true)
    first.end()
    await clock.settle()
    expect(members[0]?.done).toEqual(['connected'])
    second.end()
    await closed
    expect([engine.isOpen, engine.isClosing, members[0]?.done]).toEqual([
      false,
      false,
      ['connected', 'closing', 'destroyed'],
    ])
    await engine.close()
  })

  it('tells of a client that could not be closed, once all have ended', async () => {
    const { engine, members } = create({ minimum: 2, maximum: 2 })
    await engine.connect()
    Object.assign(members[0] ?? {}, { closing: refused })
    await expect(engine.close()).rejects.toThrow('refused')
    expect(members.map(({ done }) => done.at(-1))).toEqual(['destroyed', 'destroyed'])
    expect(engine.isOpen).toBe(false)
  })

  it('fails the tasks that wait when the last client cannot connect', async () => {
    const connecting = createDeferred<void>()
    const { engine } = create({ minimum: 0, connect: () => connecting.promise })
    await engine.connect()
    const results = Promise.allSettled([engine.execute(() => 1), engine.execute(() => 2)])
    const closed = engine.close()
    connecting.reject(new Error('refused'))
    expect(await results).toMatchObject([{ reason: { message: 'refused' } }, { reason: { message: 'refused' } }])
    await closed
  })

  it('waits 5 s for clients in use that owe answers and say nothing', async () => {
    const { clock, engine, hold, members, heard } = create({ minimum: 2, maximum: 2 })
    await engine.connect()
    const [first, second] = [hold(), hold()]
    heard.at = 0
    await clock.settleTo(1_000)
    const closed = engine.close()
    heard.at = 3_000
    first.end()
    await clock.settleTo(7_999)
    expect([engine.isClosing, members.map(({ done }) => done.at(-1))]).toEqual([true, ['connected', 'connected']])
    await clock.settleTo(8_000)
    await closed
    expect([engine.isOpen, members.map(({ done }) => done.at(-1)), clock.pending]).toEqual([
      false,
      ['destroyed', 'destroyed'],
      0,
    ])
    second.end()
    await Promise.all([first.result, second.result])
  })

  it('waits 30 s at most, and then fails what waits for a client', async () => {
    const { clock, engine, hold } = create({ acquireTimeout: 0 })
    await engine.connect()
    const held = hold()
    const waiting = expect(engine.execute(() => 1)).rejects.toThrow(ClientClosedError)
    const closed = engine.close()
    await clock.settleTo(29_999)
    expect(engine.isClosing).toBe(true)
    await clock.settleTo(30_000)
    await Promise.all([closed, waiting])
    expect([engine.isOpen, clock.pending]).toEqual([false, 0])
    held.end()
    await held.result
  })

  it('does not wait for clients that connect where no task waits for one', async () => {
    const { clock, engine, members } = create({
      minimum: 2,
      connect: index => (index === 0 ? Promise.resolve() : new Promise(() => {})),
    })
    void engine.connect()
    await clock.settle()
    await engine.close()
    expect([clock.now(), members.map(({ done }) => done.at(-1))]).toEqual([0, ['destroyed', 'destroyed']])
  })

  it('replaces a client that is to leave where a task still waits', async () => {
    const { engine, members, hold } = create()
    await engine.connect()
    const first = hold()
    const second = engine.execute(({ name }) => name)
    engine.retire(members[0] as FakeMember)
    const closed = engine.close()
    first.end()
    expect(await second).toBe('1')
    await closed
    expect(members.map(({ done }) => done.at(-1))).toEqual(['destroyed', 'destroyed'])
  })

  it('ends at once where it is destroyed meanwhile, and a client that comes back later is not kept', async () => {
    const { clock, engine, hold, counts } = create()
    await engine.connect()
    const held = hold()
    const waiting = expect(engine.execute(() => 1)).rejects.toThrow(ClientClosedError)
    const closed = engine.close()
    engine.destroy()
    await Promise.all([waiting, closed])
    held.end()
    await clock.settle()
    expect([counts(), engine.isOpen, clock.pending]).toEqual([[0, 0, 0, 0], false, 0])
  })
})
