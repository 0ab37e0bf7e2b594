import { describe, expect, it } from 'vitest'
import { createSeededRandom } from '../../../../src/base/random.js'
import { CONFIGURED, toRoute } from '../../../../src/core/decide/route.js'
import { AddressBook } from '../../../../src/engine/database/address-book.js'
import { AddressMonitor, type Watched } from '../../../../src/engine/link/monitors/address-monitor.js'
import { createVirtualClock } from '../../../../src/testing/virtual-clock.js'

const A = '10.0.0.1'
const B = '10.0.0.2'

/** A watch over a name that leads where the test says. */
function openWatch({ intervalMs = 60_000 as number | false, random = (): number => 0.5, named = true } = {}) {
  const clock = createVirtualClock()
  const name = { leadsTo: [A], failing: false }
  const askedAt: number[] = []
  const told: string[] = []
  const book = new AddressBook({
    clock,
    host: 'redis.example',
    resolver: {
      async resolve() {
        askedAt.push(clock.now())
        if (name.failing) throw new Error('getaddrinfo EAI_AGAIN')
        return name.leadsTo
      },
    },
  })
  const tell = (what: string) => (connection: Watched) => told.push(`${what} ${connection.address}`)
  const database = { book: named ? book : undefined }
  const context = { clock, random, database, maint: { addressCheckIntervalMs: intervalMs } }
  const open = () => new AddressMonitor(context, { onAddressMoved: tell('moved'), onAddressGone: tell('retired') })
  return { clock, name, askedAt, told, book, open, watch: open() }
}

const dialled = (address: string | undefined): Watched => ({ route: CONFIGURED, address })
const borrowed = (host: string): Watched => ({ route: toRoute({ host, port: 6379 }), address: host })

describe('the regular check', () => {
  it('finds after two answers that the name has left the address, once', async () => {
    const { watch, clock, name, told, book } = openWatch()
    watch.watch(dialled(A))
    await clock.settleBy(60_000)
    name.leadsTo = [B]
    await clock.settleBy(60_000)
    expect(told).toEqual([])
    await clock.settleBy(60_000)
    expect(told).toEqual([`retired ${A}`])
    expect(book.rank([A, B])).toEqual([B, A])
    watch.watch(dialled(B))
    await clock.settleBy(3_600_000)
    expect(told).toHaveLength(1)
  })

  it('tells again, ever more seldom, while the connection stays where it is', async () => {
    const { watch, clock, name, told } = openWatch()
    watch.watch(dialled(A))
    name.leadsTo = [B]
    await clock.settleBy(86_400_000)
    expect(told.length).toBeGreaterThan(10)
    expect(told.length).toBeLessThan(40)
  })

  it('counts no failed lookup', async () => {
    const { watch, clock, name, told } = openWatch()
    watch.watch(dialled(A))
    name.failing = true
    await clock.settleBy(600_000)
    expect(told).toEqual([])
  })

  it('leaves a connection alone that was dialled by an address which the name never led to', async () => {
    const { watch, clock, told, name } = openWatch()
    watch.watch(borrowed(B))
    await clock.settleBy(600_000)
    expect(told).toEqual([])
    name.leadsTo = [B]
    await clock.settleBy(60_000)
    name.leadsTo = [A]
    await clock.settleBy(120_000)
    expect(told).toEqual([`retired ${B}`])
  })

  it('is made at any time between 54 and 66 seconds', async () => {
    for (const [chance, after] of [
      [0, 54_000],
      [0.5, 60_000],
    ] as const) {
      const { watch, clock, askedAt } = openWatch({ random: () => chance })
      watch.watch(dialled(A))
      await clock.settleBy(66_000)
      expect(askedAt).toEqual([after])
    }
  })

  it('asks at most twelve times a minute for a thousand connections', async () => {
    const { open, clock, askedAt } = openWatch({ random: createSeededRandom(1) })
    for (let index = 0; index < 1_000; index++) open().watch(dialled(A))
    await clock.settleBy(600_000)
    expect(askedAt.length).toBeLessThanOrEqual(120)
  })

  it.each([
    { title: 'it is switched off', options: { intervalMs: false as const }, peer: A },
    { title: 'no name is configured', options: { named: false }, peer: A },
    { title: 'the address is not known', options: {}, peer: undefined },
  ])('is not made where $title', async ({ options, peer }) => {
    const { watch, clock, askedAt } = openWatch(options)
    watch.watch(dialled(peer))
    expect(clock.pending).toBe(0)
    await clock.settleBy(600_000)
    expect(askedAt).toEqual([])
  })
})

describe('the checks after an event', () => {
  it('are made at once and some times within the next minute', async () => {
    const { watch, clock, askedAt } = openWatch({ intervalMs: false, random: () => 0 })
    watch.watch(dialled(A))
    watch.recheck()
    await clock.settleBy(600_000)
    expect(askedAt).toEqual([0, 5_000, 10_000, 20_000, 40_000, 60_000])
    expect(clock.pending).toBe(0)
  })

  it('find within five seconds of the change that the address is retired', async () => {
    const { watch, clock, name, told } = openWatch({ intervalMs: false, random: () => 0 })
    watch.watch(dialled(A))
    await clock.settleBy(100_000)
    name.leadsTo = [B]
    watch.recheck()
    await clock.settleBy(5_000)
    expect(told).toEqual([`retired ${A}`])
  })

  it('are not put off by a stream of events', async () => {
    const { watch, clock, name, told, askedAt } = openWatch({ intervalMs: false })
    watch.watch(dialled(A))
    name.leadsTo = [B]
    for (let event = 0; event < 100; event++) {
      watch.recheck()
      await clock.settleBy(100)
    }
    expect(told).toEqual([`retired ${A}`])
    expect(askedAt.length).toBeLessThanOrEqual(11)
    expect(clock.pending).toBe(1)
  })

  it('do nothing before a connection serves', () => {
    const { watch, clock, askedAt } = openWatch()
    watch.recheck()
    expect([clock.pending, askedAt.length]).toEqual([0, 0])
  })

  it('drop an answer that comes when another connection serves', async () => {
    const { watch, clock, name, told } = openWatch({ intervalMs: false, random: () => 0 })
    watch.watch(dialled(A))
    name.leadsTo = [B]
    watch.recheck()
    await clock.settleBy(4_999)
    clock.advanceBy(1)
    watch.watch(dialled(B))
    await clock.settle()
    expect(told).toEqual([])
  })
})

describe('the window of a move without a target', () => {
  it.each([
    { title: 'the name leads elsewhere', leadsTo: [B] },
    { title: 'it leads elsewhere as well', leadsTo: [A, B] },
  ])('ends with one word when $title', async ({ leadsTo }) => {
    const { watch, clock, name, told, book } = openWatch({ intervalMs: false })
    const connection = dialled(A)
    watch.watch(connection)
    watch.follow(connection, 15_000)
    await clock.settleBy(4_400)
    name.leadsTo = leadsTo
    expect(told).toEqual([])
    await clock.settleBy(99)
    expect(told).toEqual([])
    await clock.settleBy(1)
    expect(told).toEqual([`moved ${A}`])
    expect(book.rank([A, B])).toEqual([B, A])
    expect(clock.pending).toBe(0)
  })

  it.each([
    { windowMs: 15_000, periodMs: 750 },
    { windowMs: 1_000, periodMs: 250 },
    { windowMs: 60_000, periodMs: 1_000 },
  ])('of $windowMs ms asks every $periodMs ms and ends by itself', async ({ windowMs, periodMs }) => {
    const { watch, clock, askedAt, told } = openWatch({ intervalMs: false })
    watch.follow(dialled(A), windowMs)
    await clock.settleBy(2 * windowMs)
    expect(askedAt[1]).toBe(periodMs)
    expect(askedAt).toHaveLength(windowMs / periodMs)
    expect([clock.pending, told]).toEqual([0, []])
  })

  it('goes on past lookups that fail', async () => {
    const { watch, clock, name, told } = openWatch({ intervalMs: false })
    name.failing = true
    watch.follow(dialled(A), 15_000)
    await clock.settleBy(5_000)
    Object.assign(name, { failing: false, leadsTo: [B] })
    await clock.settleBy(750)
    expect(told).toEqual([`moved ${A}`])
  })

  it.each(['unfollow', 'stop', 'watch'] as const)('is over after %s', async how => {
    const { watch, clock, name, told } = openWatch({ intervalMs: false })
    watch.follow(dialled(A), 15_000)
    watch[how](dialled(B))
    name.leadsTo = [B]
    await clock.settleBy(15_000)
    expect([clock.pending, told]).toEqual([0, []])
  })

  it.each([
    { title: 'that is over', windowMs: 0, peer: A, named: true },
    { title: 'without a configured name', windowMs: 15_000, peer: A, named: false },
    { title: 'of a connection to nowhere known', windowMs: 15_000, peer: undefined, named: true },
  ])('$title is not followed', async ({ windowMs, peer, named }) => {
    const { watch, clock, askedAt } = openWatch({ intervalMs: false, named })
    watch.follow(dialled(peer), windowMs)
    await clock.settleBy(15_000)
    expect(askedAt).toEqual([])
  })
})

it('leaves no timer behind when it stops', async () => {
  const { watch, clock } = openWatch()
  const connection = dialled(A)
  watch.watch(connection)
  watch.follow(connection, 15_000)
  watch.recheck()
  await clock.settle()
  expect(clock.pending).toBe(3)
  watch.stop()
  await clock.settle()
  expect(clock.pending).toBe(0)
})
