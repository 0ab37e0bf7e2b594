import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Expiring, ExpiringMap, unexpired, withEntry } from '../../../src/base/expiring-map.js'

function until(expiresAt: number): Expiring {
  return { expiresAt }
}

function keysOf<K>(map: Iterable<[K, Expiring]>): readonly K[] {
  return [...map].map(([key]) => key)
}

describe('an expiring map', () => {
  it('knows a value until its time is over', () => {
    const map = new ExpiringMap<string, Expiring>(10)
    const value = until(100)
    map.set('a', value, 0)
    expect([map.get('a', 99), map.has('a', 99)]).toEqual([value, true])
    expect([map.get('a', 100), map.has('a', 100)]).toEqual([undefined, false])
    expect([map.get('b', 0), map.has('b', 0)]).toEqual([undefined, false])
  })

  it('drops what has expired when something is set, wherever it stands', () => {
    const map = new ExpiringMap<string, Expiring>(10)
    for (const [key, expiresAt] of [
      ['long', 300],
      ['short', 100],
      ['middle', 200],
    ] as const)
      map.set(key, until(expiresAt), 0)
    expect(map.size).toBe(3)
    map.set('new', until(400), 100)
    expect(keysOf(map)).toEqual(['long', 'middle', 'new'])
  })

  it('drops what has expired when told to', () => {
    const map = new ExpiringMap<string, Expiring>(10)
    map.set('a', until(100), 0)
    map.set('b', until(101), 0)
    map.forgetExpired(100)
    expect(keysOf(map)).toEqual(['b'])
  })

  it('makes room by the oldest, of which one that was set again is none', () => {
    const map = new ExpiringMap<string, Expiring>(2)
    for (const key of ['a', 'b', 'a', 'c']) map.set(key, until(100), 0)
    expect(keysOf(map)).toEqual(['a', 'c'])
  })

  it('does not lose a live entry to make room that an expired one leaves', () => {
    const map = new ExpiringMap<string, Expiring>(2)
    map.set('live', until(100), 0)
    map.set('over', until(10), 0)
    map.set('new', until(100), 10)
    expect(keysOf(map)).toEqual(['live', 'new'])
  })

  it('has room for one at least', () => {
    const map = new ExpiringMap<string, Expiring>(0)
    map.set('a', until(100), 0)
    map.set('b', until(100), 0)
    expect(keysOf(map)).toEqual(['b'])
  })

  it('forgets an entry that is deleted', () => {
    const map = new ExpiringMap<string, Expiring>(2)
    map.set('a', until(100), 0)
    expect([map.delete('a'), map.delete('a'), map.size]).toEqual([true, false, 0])
  })
})

describe('a state of expiring entries', () => {
  const before: ReadonlyMap<string, Expiring> = new Map([
    ['a', until(300)],
    ['b', until(100)],
    ['c', until(200)],
  ])

  it('keeps what has not expired, in its order', () => {
    expect(keysOf(new Map(unexpired(before, 100)))).toEqual(['a', 'c'])
  })

  it('stays as it is: what is added to is a copy', () => {
    expect([...withEntry(before, ['a', until(400)], { capacity: 2, now: 0 })]).toEqual([
      ['c', until(200)],
      ['a', until(400)],
    ])
    expect(keysOf(new Map(before))).toEqual(['a', 'b', 'c'])
  })

  it('takes entries as an expiring map does', () => {
    const entry = fc.record({ key: fc.nat(8), forMs: fc.integer({ min: -5, max: 30 }), laterMs: fc.nat(10) })
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 40 }), fc.nat(6), (entries, capacity) => {
        const map = new ExpiringMap<number, Expiring>(capacity)
        let state: ReadonlyMap<number, Expiring> = new Map()
        let now = 0
        for (const { key, forMs, laterMs } of entries) {
          now += laterMs
          map.set(key, until(now + forMs), now)
          state = withEntry(state, [key, until(now + forMs)], { capacity, now })
          expect([...state]).toEqual([...map])
          expect(map.size).toBeLessThanOrEqual(Math.max(capacity, 1))
        }
      }),
    )
  })
})
