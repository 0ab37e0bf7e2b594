import { describe, expect, it } from 'vitest'
import { isHitlessError } from '../../../../src/base/errors.js'
import { type MaintSignal, toNotification } from '../../../../src/core/events/signal.js'

const COMMON = { sequence: undefined, receivedAt: 7 }

describe('a signal', () => {
  it('of a move becomes the notification of one', () => {
    expect(toNotification({ type: 'moving', endpoint: 'host:6380', graceMs: 5_000, id: 'event-1' }, 7)).toEqual({
      ...COMMON,
      type: 'moving',
      id: 'event-1',
      endpoint: { host: 'host', port: 6380 },
      graceMs: 5_000,
      raw: ['signal', 'moving', 'event-1'],
    })
  })

  it.each([
    ['left out', {}, null],
    ['null', { endpoint: null }, null],
    ['an object', { endpoint: { host: '::1', port: 6380 } }, { host: '::1', port: 6380 }],
    ['an IPv6 address with a port', { endpoint: '[::1]:6380' }, { host: '::1', port: 6380 }],
  ] as const)('may have an endpoint that is %s', (_form, given, endpoint) => {
    expect(toNotification({ type: 'moving', ...given }, 7)).toMatchObject({ endpoint, graceMs: 0 })
  })

  it.each(['migrating', 'failing-over'] as const)('%s speaks of all shards', type => {
    const raw = ['signal', type]
    expect(toNotification({ type, graceMs: 1.5 }, 7)).toEqual({ ...COMMON, type, shards: [], graceMs: 1.5, raw })
    expect(toNotification({ type }, 7)).toMatchObject({ graceMs: 0 })
  })

  it.each(['migrated', 'failed-over'] as const)('%s has no time', type => {
    const raw = ['signal', type, 3]
    expect(toNotification({ type, id: 3 }, 7)).toEqual({ ...COMMON, type, id: 3, shards: [], raw })
  })
})

describe('a signal is refused', () => {
  it.each([
    ['nothing', undefined, 'signal: '],
    ['a text', 'moving', 'signal: must be an object, not "moving"'],
    [
      'no type',
      {},
      'signal.type: must be one of moving, migrating, failing-over, migrated, failed-over, not undefined',
    ],
    ['a type that is none', { type: 'slots-migrated' }, 'signal.type: '],
    [
      'an unknown field',
      { type: 'moving', target: 'host:1' },
      'signal.target: no such field; known are type, id, endpoint, graceMs',
    ],
    ['a grace below 0', { type: 'moving', graceMs: -1 }, 'signal.graceMs: '],
    ['a grace of weeks', { type: 'migrating', graceMs: 1e10 }, 'signal.graceMs: '],
    ['a grace for an end', { type: 'migrated', graceMs: 1 }, 'signal.graceMs: no such field; known are type, id'],
    ['an empty id', { type: 'moving', id: '' }, 'signal.id: '],
    [
      'an endpoint without a port',
      { type: 'moving', endpoint: 'host' },
      'signal.endpoint: must be an endpoint that can be dialled',
    ],
    [
      'a placeholder',
      { type: 'moving', endpoint: '?:6379' },
      'signal.endpoint: must be an endpoint that can be dialled',
    ],
    [
      'a port of 0',
      { type: 'moving', endpoint: { host: 'h', port: 0 } },
      'signal.endpoint: must be an endpoint that can be dialled',
    ],
    [
      'half a port',
      { type: 'moving', endpoint: { host: 'h', port: 1.5 } },
      'signal.endpoint: must be an endpoint that can be dialled',
    ],
    [
      'more than a host and a port',
      { type: 'moving', endpoint: { host: 'h', port: 1, tls: true } },
      'signal.endpoint: must be an endpoint that can be dialled',
    ],
    [
      'a number as endpoint',
      { type: 'moving', endpoint: 6379 },
      'signal.endpoint: must be an endpoint that can be dialled, not 6379',
    ],
  ])('with %s', (_what, signal, problem) => {
    const error = errorOf(signal)
    expect(isHitlessError(error, 'SIGNAL_INVALID')).toBe(true)
    expect(error).toMatchObject({ retryable: false, facts: { problems: [expect.stringContaining(problem)] } })
  })

  it('with every problem that it has', () => {
    expect(errorOf({ type: 'moving', graceMs: -1, endpoint: 'host' })).toMatchObject({
      message: expect.stringMatching(/signal\.endpoint: .*; signal\.graceMs: /),
    })
  })
})

function errorOf(signal: unknown): unknown {
  try {
    return toNotification(signal as MaintSignal, 7)
  } catch (error) {
    return error
  }
}
