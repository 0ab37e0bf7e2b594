import { expect, test } from 'vitest'
import { decodeAzureMessage } from '../../../src/notifications/azure-message.js'
import { RespVerbatim } from '../../../src/wire/value.js'

const MESSAGE = 'NotificationType|NodeMaintenanceStart|IsReplica|True'

test('a notification carries when it was received, and the message', () => {
  expect(decodeAzureMessage(MESSAGE, 77)).toMatchObject({ notification: { receivedAt: 77, raw: MESSAGE } })
})

test.each([
  ['a buffer', Buffer.from(MESSAGE)],
  ['a verbatim string', new RespVerbatim('txt', MESSAGE)],
  ['a string object', new String(MESSAGE)],
  ['text with a line break', `${MESSAGE}\r\n`],
  ['text with spaces', MESSAGE.replaceAll('|', ' | ')],
])('%s decodes like a string', (_form, message) => {
  expect(decodeAzureMessage(message, 0)).toMatchObject({
    outcome: 'accepted',
    notification: { type: 'azure-start', wireType: 'NodeMaintenanceStart', isReplica: true },
  })
})

test.each([
  ['null', null],
  ['undefined', undefined],
  ['a number', 5],
  ['a list', [MESSAGE]],
  ['an object', {}],
  [
    'an object that throws',
    {
      toString: () => {
        throw new Error('no')
      },
    },
  ],
])('%s is rejected as no text', (_form, message) => {
  expect(decodeAzureMessage(message, 0)).toEqual({ outcome: 'rejected', reason: 'the message is no text', raw: '' })
})

test('the last value of a key counts, and an empty one does not erase it', () => {
  const message = 'NotificationType|NodeMaintenanceStart|SSLPort|1|SSLPort|2|SSLPort|'
  expect(decodeAzureMessage(message, 0)).toMatchObject({ notification: { sslPort: 2 } })
})

test('only the head of a long message is kept', () => {
  const result = decodeAzureMessage(`${MESSAGE}|${'x|'.repeat(5_000_000)}`, 0)
  expect(result.outcome === 'accepted' && result.notification.raw.length).toBe(1_025)
})

test.each([
  '2021-03-02',
  '23:26:57',
  '2021-13-02T23:26:57',
  '2021-03-32T23:26:57',
  '2021-03-02T25:26:57',
  '2021-03-02T23:61:57',
  '2021-03-02T23:26:57+99:99',
  '02/03/2021 23:26:57',
  '1614727617',
  'now',
])('the start time %j is none', text => {
  const message = `${MESSAGE}|StartTimeInUTC|${text}`
  expect(decodeAzureMessage(message, 0)).toMatchObject({ notification: { startsAt: null } })
})

test.each(['0', '65536', '139991', '-1', '+80', '80.0', '8e1', '٨٠'])('the port %j is none', text => {
  expect(decodeAzureMessage(`${MESSAGE}|SSLPort|${text}`, 0)).toMatchObject({ notification: { sslPort: null } })
})

test.each(['256.0.0.1', '10.0.0', 'host', '[::1]', '10.0.0.1:80'])('the address %j is none', text => {
  expect(decodeAzureMessage(`${MESSAGE}|IPAddress|${text}`, 0)).toMatchObject({ notification: { ipAddress: null } })
})
