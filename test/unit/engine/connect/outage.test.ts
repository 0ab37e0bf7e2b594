import { describe, expect, it } from 'vitest'
import { HitlessError } from '../../../../src/base/errors.js'
import { isOutage } from '../../../../src/engine/connect/outage.js'
import type { FailureKind } from '../../../../src/engine/ports.js'

/** What a server answers. */
class Reply extends Error {}

const host = { classify: (error: unknown): FailureKind => (error instanceof Reply ? 'reply' : 'other') }

describe('which failures to connect are an outage of the database', () => {
  it.each([
    [new Reply('ERR max number of clients reached'), true],
    [new Reply('ERR max number of clients + cluster connections reached'), true],
    [new Reply('ERR max number of connections reached'), true],
    [new Reply('WRONGPASS invalid username-password pair or user is disabled.'), false],
    [new Reply('ERR unknown command HELLO'), false],
    [new Error('ERR max number of clients reached'), false],
    [new HitlessError('WIRE_PROTOCOL', 'Unknown type "H"', { facts: { offset: 0 } }), true],
    [new HitlessError('NOT_PRIMARY', 'A replica', { facts: { role: 'slave', endpoint: undefined } }), false],
    [new HitlessError('PRIMARY_UNKNOWN', 'Nobody names one', { facts: { name: 'mine', sentinels: [] } }), true],
    [Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), true],
    ['ECONNREFUSED', false],
  ])('%s: %s', (error, expected) => {
    expect(isOutage(host, error)).toBe(expected)
  })
})
