import { describe, expect, it } from 'vitest'
import type { Clock } from '../../../../src/base/clock.js'
import type { Lookup, Target } from '../../../../src/core/target.js'
import { AddressBook, addressBookOf } from '../../../../src/engine/database/address-book.js'
import { dnsResolver } from '../../../../src/engine/database/dns-resolver.js'
import { createVirtualClock } from '../../../../src/testing/virtual-clock.js'

const A = '10.0.0.1'
const B = '10.0.0.2'
const C = '10.0.0.3'

type Callback = Parameters<Lookup>[2]

const targetTo = (given: Partial<Target>): Target => ({
  host: 'redis.example',
  port: 6379,
  path: undefined,
  tls: false,
  connectTimeoutMs: 5_000,
  lookup: undefined,
  family: undefined,
  hints: undefined,
  ...given,
})

/** A book whose questions are noted, and answered when the test says so. */
function openBook() {
  const clock = createVirtualClock()
  const asked: { options: object; answer: Callback }[] = []
  const lookup: Lookup = (_, options, answer) => asked.push({ options, answer })
  return { clock, asked, book: bookOver(lookup, clock) }
}

function bookOver(lookup: Lookup, clock: Clock = createVirtualClock()): AddressBook {
  const target = targetTo({ lookup })
  return new AddressBook({
    clock,
    host: 'redis.example',
    resolver: dnsResolver(clock, { ...target, host: 'redis.example' }),
  })
}

const found = (...addresses: string[]) => addresses.map(address => ({ address, family: 4 }))

describe('the resolution of a name', () => {
  it("asks the user's lookup for all addresses, as a socket of Node would", async () => {
    const { book, asked } = openBook()
    const answer = book.resolve({ maxAgeMs: 0 })
    expect(asked.map(({ options }) => options)).toEqual([{ family: undefined, hints: expect.any(Number), all: true }])
    asked[0]?.answer(null, found(A, B, A))
    expect(await answer).toEqual({ addresses: [A, B], at: 0 })
  })

  it('passes on the family and the hints of the socket', async () => {
    const asked: object[] = []
    const lookup: Lookup = (_, options, done) => {
      asked.push(options)
      done(null, found(A))
    }
    const clock = createVirtualClock()
    for (const socket of [{ family: 4 }, { hints: 8 }]) {
      await addressBookOf(clock, targetTo({ ...socket, lookup }))?.resolve({ maxAgeMs: 0 })
    }
    expect(asked).toMatchObject([
      { family: 4, hints: 0 },
      { family: undefined, hints: 8 },
    ])
  })

  it('is asked once for questions at the same time, and again for the next one', async () => {
    const { book, asked } = openBook()
    const questions = [book.resolve({ maxAgeMs: 0 }), book.resolve({ maxAgeMs: 0 }), book.resolve({ maxAgeMs: 5_000 })]
    expect(asked).toHaveLength(1)
    asked[0]?.answer(null, found(A))
    const [first, second, third] = await Promise.all(questions)
    expect([second, third]).toEqual([first, first])
    void book.resolve({ maxAgeMs: 0 })
    expect(asked).toHaveLength(2)
  })

  it('is not asked while an answer is young enough', async () => {
    const { book, asked, clock } = openBook()
    const first = book.resolve({ maxAgeMs: 0 })
    asked[0]?.answer(null, found(A))
    await first
    clock.advanceBy(4_999)
    expect(await book.resolve({ maxAgeMs: 5_000 })).toEqual({ addresses: [A], at: 0 })
    clock.advanceBy(1)
    void book.resolve({ maxAgeMs: 5_000 })
    expect(asked).toHaveLength(2)
  })

  it.each([
    { title: 'one string', answer: A },
    { title: 'a list of strings', answer: [A] as never },
    { title: 'a list with gaps', answer: [null, { address: A }, {}, ''] as never },
  ])('takes $title for an answer', async ({ answer }) => {
    const book = bookOver((_, __, done) => done(null, answer, 4))
    expect(await book.resolve({ maxAgeMs: 0 })).toMatchObject({ addresses: [A] })
  })

  it('fails with the error of the lookup, called back or thrown', async () => {
    const error = Object.assign(new Error('getaddrinfo EAI_AGAIN redis.example'), { code: 'EAI_AGAIN' })
    const throwing = bookOver(() => {
      throw error
    })
    for (const book of [bookOver((_, __, done) => done(error, '')), throwing]) {
      await expect(book.resolve({ maxAgeMs: 0 })).rejects.toBe(error)
    }
  })

  it.each([[], undefined, null])('fails where there is no address: %j', async answer => {
    const book = bookOver((_, __, done) => done(null, answer as never))
    await expect(book.resolve({ maxAgeMs: 0 })).rejects.toMatchObject({ code: 'ENOTFOUND', hostname: 'redis.example' })
  })

  it('fails when no answer comes in time, and asks again then', async () => {
    const { book, asked, clock } = openBook()
    const late = expect(book.resolve({ maxAgeMs: 0 })).rejects.toMatchObject({ code: 'ETIMEOUT' })
    await clock.settleBy(5_000)
    await late
    const next = book.resolve({ maxAgeMs: 0 })
    asked[1]?.answer(null, found(B))
    expect(await next).toEqual({ addresses: [B], at: 5_000 })
    expect(clock.pending).toBe(0)
  })

  it('considers so many addresses', async () => {
    const many = Array.from({ length: 1_000 }, (_, index) => `10.0.${index >> 8}.${index & 255}`)
    const { addresses } = await bookOver((_, __, done) => done(null, found(...many))).resolve({ maxAgeMs: 0 })
    expect(addresses).toEqual(many.slice(0, 64))
  })
})

describe('the order of addresses', () => {
  it('stays as it is where nothing is known', () => {
    expect(openBook().book.rank([B, C, A])).toEqual([B, C, A])
  })

  it('puts those that failed behind, and behind them those that were retired or are to be avoided', () => {
    const { book } = openBook()
    book.markFailed(B)
    book.markGone(A)
    expect(book.rank([A, B, C])).toEqual([C, B, A])
    expect(book.rank([A, B, C], { avoid: [C] })).toEqual([B, A, C])
    expect(book.rank([A, B, C], { onlyBest: true })).toEqual([C])
    expect(book.rank([A, B], { onlyBest: true })).toEqual([B])
    expect(book.rank([A], { onlyBest: true })).toEqual([A])
  })

  it('knows an address in another spelling', () => {
    const { book } = openBook()
    book.markFailed('2001:DB8:0::1')
    expect(book.rank(['2001:db8::1', A], { onlyBest: true })).toEqual([A])
  })

  it('forgets a failure after a minute, a retirement after ten or as told', () => {
    const { book, clock } = openBook()
    book.markFailed(A)
    book.markGone(B)
    book.markGone(C, 30_000)
    clock.advanceBy(30_000)
    expect(book.rank([A, B, C])).toEqual([C, A, B])
    clock.advanceBy(30_000)
    expect(book.rank([A, B, C])).toEqual([A, C, B])
    clock.advanceBy(540_000)
    expect(book.rank([A, B, C])).toEqual([A, B, C])
  })

  it('remembers so many', () => {
    const { book } = openBook()
    for (let index = 0; index < 1_000; index++) book.markFailed(`10.1.${index >> 8}.${index & 255}`)
    expect(book.rank(['10.1.0.0', '10.1.3.231'])).toEqual(['10.1.0.0', '10.1.3.231'])
    expect(book.rank(['10.1.3.231', '10.1.0.0'])).toEqual(['10.1.0.0', '10.1.3.231'])
  })
})

describe('which targets have a book', () => {
  it.each([
    { socket: { host: 'redis.example' }, has: true },
    { socket: { host: '127.0.0.1' }, has: false },
    { socket: { host: '::1' }, has: false },
    { socket: { host: undefined, path: '/tmp/redis.sock' }, has: false },
  ])('$socket: $has', ({ socket, has }) => {
    expect(addressBookOf(createVirtualClock(), targetTo(socket)) !== undefined).toBe(has)
  })

  it('knows its own name', () => {
    const { book } = openBook()
    expect([book.isFor('Redis.Example.'), book.isFor('other.example')]).toEqual([true, false])
  })

  it('gives a lookup as long as a connection, and some time where that has no limit', async () => {
    const clock = createVirtualClock()
    for (const [connectTimeout, withinMs] of [
      [700, 700],
      [0, 30_000],
    ] as const) {
      const book = addressBookOf(clock, targetTo({ connectTimeoutMs: connectTimeout, lookup: () => {} }))
      const startedAt = clock.now()
      const answer = book?.resolve({ maxAgeMs: 0 }).catch(() => clock.now() - startedAt)
      await clock.settleBy(withinMs)
      expect(await answer).toBe(withinMs)
    }
  })
})
