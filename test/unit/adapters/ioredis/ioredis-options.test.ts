import { expect, it } from 'vitest'
import { settleIoredisOptions } from '../../../../src/adapters/ioredis/ioredis-options.js'

const PLACE = { host: '127.0.0.1', port: 6379 } as const

function mayRetry(options: object, word: string, wasUnresponsive: boolean): boolean {
  const { retryInFlight } = settleIoredisOptions({ ...PLACE, ...options } as never).maint
  return typeof retryInFlight === 'function' && retryInFlight([word, 'key'], { wasUnresponsive, wasUnreadable: false })
}

it.each([
  ['set', false, true],
  ['get', false, true],
  ['get', true, true],
  // A server that was only stopped executes it once it goes on.
  ['set', true, false],
  ['MULTI', true, false],
] as const)('%s in flight, whose connection was given up: %s, is sent again: %s', (word, wasUnresponsive, expected) => {
  expect(mayRetry({}, word, wasUnresponsive)).toBe(expected)
})

it('what is said about commands in flight counts before the default of the host', () => {
  const { maint } = settleIoredisOptions({ ...PLACE, autoResendUnfulfilledCommands: false } as never)
  expect(maint.retryInFlight).toBe('reads')
  expect(mayRetry({ hitless: { recovery: { retryInFlight: () => true } } }, 'set', true)).toBe(true)
})

it.each([null, ''])('a host that is %j is this machine, as Node has it', host => {
  const { target } = settleIoredisOptions({ ...PLACE, host, connectTimeout: null } as never)
  expect(target).toMatchObject({ host: 'localhost', connectTimeoutMs: 0 })
})

it('a client of replicas looks for no primary because of a write, unless it is told to', () => {
  const recoveryOf = (options: object): unknown => {
    const replicas = { sentinels: [{ host: 'a', port: 1 }], name: 'main', role: 'slave' }
    return settleIoredisOptions({ ...PLACE, ...replicas, ...options } as never).maint.readOnlyRecovery
  }
  expect(recoveryOf({})).toBe('report')
  expect(recoveryOf({ autoResendUnfulfilledCommands: false })).toBe('report')
  expect(recoveryOf({ role: 'master' })).toBe('replay')
  expect(recoveryOf({ hitless: { recovery: { readOnly: 'replay' } } })).toBe('replay')
})

it('refuses `hitless` where it is null', () => {
  const refused = expect.objectContaining({ code: 'OPTIONS_INVALID' })
  expect(() => settleIoredisOptions({ ...PLACE, hitless: null } as never)).toThrow(refused)
})
