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
