import { describe, expect, test } from 'vitest'
import { decodePush } from '../../../src/notifications/decode.js'
import type { DecodeResult } from '../../../src/notifications/notification.js'
import { RespVerbatim } from '../../../src/wire/value.js'

const RECEIVED_AT = 1_234.5

describe('what the fixtures cannot show', () => {
  test('a notification carries when it was received', () => {
    expect(accepted(['MIGRATED', 1])).toMatchObject({ receivedAt: RECEIVED_AT })
  })

  test('a missing sequence is undefined and not absent', () => {
    expect(Object.hasOwn(accepted(['MIGRATED', null, '7']), 'sequence')).toBe(true)
  })

  test('a sequence of minus zero is zero', () => {
    expect(Object.is(accepted(['MIGRATED', -0]).sequence, 0)).toBe(true)
  })

  test.each([
    ['strings', ['MOVING', '17', '15', 'host:6380']],
    ['buffers', [Buffer.from('MOVING'), Buffer.from('17'), Buffer.from('15'), Buffer.from('host:6380')]],
    ['bigints', ['MOVING', 17n, 15n, 'host:6380']],
    ['verbatim strings', [verbatim('MOVING'), verbatim('17'), verbatim('15'), verbatim('host:6380')]],
    ['string objects', [new String('MOVING'), new String('17'), new String('15'), new String('host:6380')]],
    ['spaces around', ['MOVING', ' 17 ', ' 15 ', ' host:6380 ']],
    ['signs', ['MOVING', '+17', '+15', 'host:6380']],
  ])('elements as %s decode alike', (_form, items) => {
    expect(accepted(items)).toMatchObject({
      type: 'moving',
      sequence: 17,
      graceMs: 15_000,
      endpoint: { host: 'host', port: 6380 },
    })
  })

  test('lists as sets decode like lists', () => {
    const move = ['a:1', 'b:2', '5-7']
    const moves = [{ source: { host: 'a', port: 1 }, target: { host: 'b', port: 2 }, slots: [{ from: 5, to: 7 }] }]
    expect(accepted(['SMIGRATED', 1, [move]])).toMatchObject({ moves })
    expect(accepted(['SMIGRATED', 1, new Set([new Set(move)])])).toMatchObject({ moves })
  })

  test('a number beyond 2^53 that came as a double is a bigint', () => {
    expect(accepted(['MIGRATED', 2 ** 60])).toMatchObject({ sequence: 2n ** 60n })
  })

  test('all slots, each named alone, are read', () => {
    const all = Array.from({ length: 16_384 }, (_, slot) => slot).join(',')
    expect(accepted(['SMIGRATING', 1, all])).toMatchObject({ slots: { length: 16_384 } })
  })
})

describe('raw', () => {
  test('is plain data in the order of the frame', () => {
    const items = [Buffer.from('MOVING'), 1n, '15', verbatim('host:6380'), new Set(['x', undefined])]
    expect(accepted(items).raw).toEqual(['MOVING', 1n, '15', 'host:6380', ['x', null]])
  })

  test('keeps only the head of long texts and lists', () => {
    const items = ['MIGRATED', 1, ['1'], 'x'.repeat(10_000_000), Array.from({ length: 1_000_000 }, () => 'y')]
    expect(JSON.stringify(accepted(items).raw).length).toBeLessThan(6_000)
  })

  test('is kept of rejected and unknown frames', () => {
    expect(decodePush(['MOVING', 'x'], 0).outcome).toBe('rejected')
    expect(decodePush(['MOVING', 'x'], 0)).toMatchObject({ raw: ['MOVING', 'x'] })
    expect(decodePush(['SMOVING', 1], 0)).toMatchObject({ outcome: 'ignored', raw: ['SMOVING', 1] })
  })

  test.each(['message', 'pmessage', 'smessage', 'invalidate'])(
    'holds nothing of a %s, which is the application’s',
    name => {
      expect(decodePush([name, 'channel', 'secret'], 0)).toEqual({ outcome: 'ignored', name, raw: [] })
      expect(decodePush([Buffer.from(name), 'channel', 'secret'], 0)).toEqual({ outcome: 'ignored', name, raw: [] })
    },
  )
})

describe('reasons', () => {
  test('stay short however long the element', () => {
    const result = decodePush(['MOVING', 'x'.repeat(1_000_000), 15, 'host:1'], 0)
    expect(result).toMatchObject({ outcome: 'rejected', name: 'MOVING' })
    expect(result.outcome === 'rejected' && result.reason.length).toBeLessThan(120)
  })

  test('print what JSON cannot', () => {
    const list = ['a'.repeat(100), -5n, { toString: undefined }]
    expect(decodePush(['MIGRATED', 1, [list]], 0)).toMatchObject({ reason: expect.stringContaining('[["aaa') })
    expect(decodePush(['MIGRATED', {}, 1], 0)).toMatchObject({
      reason: expect.stringContaining('something unreadable'),
    })
  })
})

describe('hostile input', () => {
  test.each([
    ['no list', null],
    ['undefined', undefined],
    ['a number', 5],
    ['a string', 'MOVING'],
    ['an empty list', []],
    ['a proxy that throws', new Proxy([], { get: refuse })],
    ['a list whose first element throws', withGetter(['MOVING', 1], 0)],
  ])('%s is ignored', (_form, items) => {
    expect(decodePush(items as readonly unknown[], 0)).toMatchObject({ outcome: 'ignored' })
  })

  test.each([
    ['a sequence that throws', withGetter(['MOVING', 1, 2, 'host:1'], 1)],
    ['a time whose text throws', ['MOVING', 1, { toString: refuse }, 'host:1']],
    ['an endpoint that is a symbol', ['MOVING', 1, 2, Symbol('host:1')]],
    ['an endpoint that is a function', ['MOVING', 1, 2, refuse]],
    ['a list that contains itself', ['SMIGRATED', 1, selfContaining()]],
    ['shards nested 10,000 deep in JSON', ['MIGRATED', 1, `${'['.repeat(10_000)}${']'.repeat(10_000)}`]],
    ['a sequence of a million digits', ['MIGRATED', '1'.repeat(1_000_000)]],
    ['a sequence of a million bits', ['MIGRATED', 2n ** 1_000_000n]],
    ['slots of many megabytes', ['SMIGRATING', 1, '1,'.repeat(5_000_000)]],
    ['a million moves', ['SMIGRATED', 1, Array.from({ length: 1_000_000 }, () => ['a:1', 'b:2', '1'])]],
  ])('%s is rejected', (_form, items) => {
    expect(decodePush(items, 0)).toMatchObject({ outcome: 'rejected', raw: expect.any(Array) })
  })

  test.each([
    ['a list with holes', holes()],
    ['a list of nulls', ['MOVING', null, null, null]],
    ['an object that looks like a list', { 0: 'MOVING', 1: 1, length: 2 }],
  ])('%s says nothing', (_form, items) => {
    expect(decodePush(items as readonly unknown[], 0)).toMatchObject({ reason: 'nothing follows the name' })
  })
})

function accepted(items: readonly unknown[]): Extract<DecodeResult, { outcome: 'accepted' }>['notification'] {
  const result = decodePush(items, RECEIVED_AT)
  if (result.outcome !== 'accepted') throw new Error(`${result.outcome}: ${JSON.stringify(result)}`)
  return result.notification
}

function verbatim(text: string): RespVerbatim {
  return new RespVerbatim('txt', text)
}

function refuse(): never {
  throw new Error('no')
}

function withGetter(items: unknown[], index: number): unknown[] {
  return Object.defineProperty(items, index, { get: refuse })
}

function holes(): unknown[] {
  const list: unknown[] = ['MOVING']
  list.length = 4
  return list
}

function selfContaining(): unknown[] {
  const list: unknown[] = []
  list.push(list)
  return list
}
