import { expect, test } from 'vitest'
import { decodeAzureMessage } from '../../../src/notifications/azure-message.js'

const START = Date.UTC(2021, 2, 2, 23, 26, 57)
const [STARTING, FAILOVER] = ['NodeMaintenanceStarting', 'NodeMaintenanceFailover']
const AT = 'StartTimeInUTC|2021-03-02T23:26:57'
const JUNK = `somejunkkey|somejunkvalue|${AT}|IsReplica|False`

/**
 * The messages with which StackExchange.Redis tests its own reader, and every value that is read of them: type, start,
 * replica, address, port for TLS, port without. Where that library says `false` or 0 for what is missing, this one says
 * `null`, and so it does for the port 139991, on which no server can listen.
 */
test.each([
  [
    `NotificationType|${STARTING}|${AT}|IsReplica|False|IPAddress||SSLPort|15001|NonSSLPort|13001`,
    'azure-starting',
    [START, false, null, 15_001, 13_001],
  ],
  [
    `NotificationType|${FAILOVER}|StartTimeInUTC||IsReplica|False|IPAddress||SSLPort|15001|NonSSLPort|13001`,
    'azure-failover-complete',
    [null, false, null, 15_001, 13_001],
  ],
  [
    `NotificationType|${FAILOVER}|StartTimeInUTC||IsReplica|True|IPAddress||SSLPort|15001|NonSSLPort|13001`,
    'azure-failover-complete',
    [null, true, null, 15_001, 13_001],
  ],
  [
    `NotificationType|${STARTING}|${AT}|IsReplica|j|IPAddress||SSLPort|char|NonSSLPort|char`,
    'azure-starting',
    [START, null, null, null, null],
  ],
  [
    `NotificationType|${STARTING}|${JUNK}|IPAddress||SSLPort|15999|NonSSLPort|139991`,
    'azure-starting',
    [START, false, null, 15_999, null],
  ],
  [
    `NotificationType|${STARTING}|${JUNK}|IPAddress|127.0.0.1|SSLPort|15999|NonSSLPort|139991`,
    'azure-starting',
    [START, false, '127.0.0.1', 15_999, null],
  ],
  [
    `NotificationType|NodeMaintenanceScaleComplete|${JUNK}|IPAddress|127.0.0.1|SSLPort|15999|NonSSLPort|139991`,
    'azure-scale-complete',
    [START, false, '127.0.0.1', 15_999, null],
  ],
  ['NotificationType|NodeMaintenanceStarting1', 'azure-unknown', [null, null, null, null, null]],
] as const)('%s is read as %s', (message, type, [startsAt, isReplica, ipAddress, sslPort, nonSslPort]) => {
  expect(decodeAzureMessage(message, 99)).toEqual({
    outcome: 'accepted',
    notification: {
      type,
      wireType: message.split('|')[1],
      startsAt,
      isReplica,
      ipAddress,
      sslPort,
      nonSslPort,
      receivedAt: 99,
      raw: message,
    },
  })
})

test.each([
  ['NotificationTypeNodeMaintenanceStartingsomejunkkeysomejunkvalueStartTimeInUTC2021-03-02T23:26:57IsReplicaFalse'],
  ['NotificationType|'],
  ['1|2|3'],
  ['StartTimeInUTC|'],
  ['IsReplica|'],
  ['SSLPort|'],
  ['NonSSLPort |'],
  ['StartTimeInUTC|thisisthestart'],
  [null],
])('%s names no type', message => {
  expect(decodeAzureMessage(message, 99)).toMatchObject({ outcome: 'rejected', raw: message ?? '' })
})
