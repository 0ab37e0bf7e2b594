import { describe, expect, test } from 'vitest'
import { decodePush } from '../../../src/notifications/decode.js'
import { closes, identityOf, UNNUMBERED } from '../../../src/notifications/event-identity.js'
import type { MaintenanceNotification } from '../../../src/notifications/notification.js'

describe('identityOf', () => {
  test.each([
    ['received later', ['MOVING', 3, 15, 'host:1'], ['MOVING', 3, 15, 'host:1']],
    ['repeated with less time left', ['MOVING', 3, 15, 'host:1'], ['MOVING', 3, 4, 'host:1']],
    ['in other types', ['MOVING', 3, 15, 'host:1'], [Buffer.from('moving'), '3', 15n, Buffer.from('HOST.:1')]],
    ['with another spelling of the address', ['MOVING', 3, 15, '[::1]:1'], ['MOVING', 3, 15, '0:0:0:0:0:0:0:1:1']],
    ['without an endpoint in two spellings', ['MOVING', 0, 15, null], ['MOVING', 0, 15, '?:1']],
    ['with shards in another order', ['MIGRATED', 3, '["2","4"]'], ['MIGRATED', 3, '["4", "2"]']],
    [
      'with moves in another order',
      [
        'SMIGRATED',
        3,
        [
          ['a:1', 'b:1', '1'],
          ['c:1', 'd:1', '2'],
        ],
      ],
      [
        'SMIGRATED',
        3,
        [
          ['c:1', 'd:1', '2'],
          ['a:1', 'b:1', '1'],
        ],
      ],
    ],
  ])('is the same for a copy %s', (_how, first, second) => {
    expect(identity(first)).toBe(identity(second))
  })

  test.each([
    ['type', ['MIGRATED', 3, '["2"]'], ['FAILED_OVER', 3, '["2"]']],
    ['sequence', ['MOVING', 3, 15, 'host:1'], ['MOVING', 4, 15, 'host:1']],
    ['sequence, one missing', ['MOVING', 0, 15, 'host:1'], ['MOVING', null, 15, 'host:1']],
    ['target', ['MOVING', 3, 15, 'host:1'], ['MOVING', 3, 15, 'host:2']],
    ['target, one missing', ['MOVING', 3, 15, 'host:1'], ['MOVING', 3, 15, null]],
    ['shards', ['MIGRATING', 3, 2, '["2"]'], ['MIGRATING', 3, 2, '["2","4"]']],
    ['shards that look alike when joined', ['MIGRATED', 3, ['a","b']], ['MIGRATED', 3, ['a', 'b']]],
    ['slots', ['SMIGRATING', 3, '1-5'], ['SMIGRATING', 3, '1-6']],
    ['source', ['SMIGRATED', 3, [['a:1', 'b:1', '1']]], ['SMIGRATED', 3, [['c:1', 'b:1', '1']]]],
    ['moved slots', ['SMIGRATED', 3, [['a:1', 'b:1', '1']]], ['SMIGRATED', 3, [['a:1', 'b:1', '2']]]],
    ['a sequence beyond 2^53', ['MIGRATED', 9007199254740993n], ['MIGRATED', 9007199254740995n]],
  ])('differs with the %s', (_what, first, second) => {
    expect(identity(first)).not.toBe(identity(second))
  })

  test('tells by its first character that a sequence is missing', () => {
    expect(identity(['MOVING', null, 15, 'host:1']).startsWith(UNNUMBERED)).toBe(true)
    expect(identity(['MOVING', 0, 15, 'host:1']).startsWith(UNNUMBERED)).toBe(false)
  })

  test('is the same for two events without sequence that look alike', () => {
    expect(identity(['MIGRATED', null, '["2"]'])).toBe(identity(['MIGRATED', '', ['2']]))
  })
})

describe('identityOf, with an id of the application', () => {
  const named = (id: string | number, items: readonly unknown[] = ['MOVING', 3, 15, 'host:1']): string =>
    identityOf({ ...notification(items), id })

  test('is the type and the id, whatever else is told', () => {
    expect(named('a', ['MOVING', null, 5, 'host:2'])).toBe(named('a'))
    expect(named(7)).toBe(named('7'))
  })

  test('differs with the id and the type, and from what servers number', () => {
    const others = [
      identity(['MOVING', 3, 15, 'host:1']),
      named(4),
      identity(['MOVING', 4, 15, 'host:1']),
      named(3, ['MIGRATING', 4, 15]),
    ]
    expect(new Set([named(3), ...others]).size).toBe(5)
  })

  test('is not one that is soon forgotten', () => {
    expect(named(0, ['MOVING', null, 5, 'host:2']).startsWith(UNNUMBERED)).toBe(false)
  })
})

test.each([
  ['MIGRATED', 'migrating'],
  ['FAILED_OVER', 'failing-over'],
  ['SMIGRATED', 'slots-migrating'],
  ['MOVING', undefined],
  ['MIGRATING', undefined],
  ['FAILING_OVER', undefined],
  ['SMIGRATING', undefined],
])('%s closes %s', (name, type) => {
  expect(closes(notification([name, 1]))).toBe(type)
})

test.each([(given: MaintenanceNotification) => identityOf(given), closes])('%o refuses a type that is none', ask => {
  expect(() => ask({ type: 'resting' } as unknown as MaintenanceNotification)).toThrow(TypeError)
})

function identity(items: readonly unknown[]): string {
  return identityOf(notification(items))
}

function notification(items: readonly unknown[]): MaintenanceNotification {
  const result = decodePush(items, items.length)
  if (result.outcome !== 'accepted') throw new Error(JSON.stringify(result))
  return result.notification
}
