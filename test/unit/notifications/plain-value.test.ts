import { describe, expect, test } from 'vitest'
import { type Allowance, toPlain, toPlainList, UNREADABLE } from '../../../src/notifications/plain-value.js'
import { RespAttributed, RespError, RespPush, RespVerbatim } from '../../../src/wire/value.js'

describe('toPlain', () => {
  test.each([
    ['text', 'text', 'text'],
    ['a number', 1.5, 1.5],
    ['a boolean', false, false],
    ['null', null, null],
    ['undefined', undefined, null],
    ['a bigint', 2n ** 64n, 2n ** 64n],
    ['a buffer', Buffer.from('häuser'), 'häuser'],
    ['bytes', new Uint8Array([0x68, 0x69]), 'hi'],
    ['a view into a larger buffer', Buffer.from('xxhixx').subarray(2, 4), 'hi'],
    ['a verbatim string', new RespVerbatim('txt', 'hi'), 'hi'],
    ['a string object', new String('hi'), 'hi'],
    ['an object that prints itself', { toString: () => 'hi' }, 'hi'],
    ['a list', [1, [Buffer.from('a'), null]], [1, ['a', null]]],
    ['a list with holes', Array.from<unknown>({ length: 3 }), [null, null, null]],
    ['a set', new Set<unknown>([1, Buffer.from('a')]), [1, 'a']],
    [
      'a map',
      new Map<unknown, unknown>([
        ['a', 1],
        [2, [3]],
      ]),
      ['a', 1, 2, [3]],
    ],
    ['an object without prototype', Object.assign(Object.create(null), { a: 1 }), ['a', 1]],
    ['a value with attributes', new RespAttributed(new Map([['ttl', 1]]), 'hi'), 'hi'],
  ])('makes plain data of %s', (_form, value, expected) => {
    expect(toPlain(value, plenty())).toEqual(expected)
  })

  test.each([
    ['a symbol', Symbol('a')],
    ['a function', () => 'a'],
    ['an object without text', { a: 1 }],
    ['an error of the protocol', new RespError('ERR no')],
    ['an error of the language', new Error('no')],
    ['a push inside a push', new RespPush(['a'])],
    ['an object whose text is no text', { toString: () => 6 }],
    ['an object that throws', throwing()],
    ['a proxy that was revoked', revoked()],
    ['an integer of a million bits', 2n ** 1_000_000n],
  ])('cannot read %s', (_form, value) => {
    expect(toPlain(value, plenty())).toBe(UNREADABLE)
  })

  test('loses only the element that throws', () => {
    const list: unknown[] = ['a', 'b', throwing()]
    Object.defineProperty(list, 1, {
      get: () => {
        throw new Error('no')
      },
    })
    expect(toPlain(list, plenty())).toEqual(['a', UNREADABLE, UNREADABLE])
  })

  test('ends on a list that contains itself', () => {
    const list: unknown[] = []
    list.push(list)
    expect(JSON.stringify(toPlain(list, plenty()))).toBe('[[[[[[{"unreadable":true}]]]]]]')
  })

  test('cuts text where the allowance ends, over all texts together', () => {
    expect(toPlain(['abc', Buffer.from('defg'), 'hij'], { text: 5, elements: 9 })).toEqual(['abc', 'de…', '…'])
  })

  test('cuts lists where the allowance ends, over all levels together', () => {
    expect(toPlain([1, [2, 3], 4], { text: 0, elements: 3 })).toEqual([1, [2, '…'], '…'])
    expect(toPlain(new Set([1, 2, 3]), { text: 0, elements: 2 })).toEqual([1, 2, '…'])
  })

  test('does not keep a long text alive by its head', () => {
    const head = toPlain('x'.repeat(1_000_000), { text: 100, elements: 0 })
    expect(head).toBe(`${'x'.repeat(100)}…`)
  })
})

test('toPlainList takes what is no list for an empty one', () => {
  expect([toPlainList(null, plenty()), toPlainList('abc', plenty()), toPlainList(revoked(), plenty())]).toEqual([
    [],
    [],
    [],
  ])
})

function plenty(): Allowance {
  return { text: 1_000, elements: 1_000 }
}

function throwing(): object {
  return {
    toString: () => {
      throw new Error('no')
    },
  }
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable([], {})
  revoke()
  return proxy
}
