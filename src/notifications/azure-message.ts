import { isIP } from 'node:net'
import type { AzureDecodeResult, AzureNotificationType } from './azure-notification.js'
import { CUT, toPlain } from './plain-value.js'

/** What is read of a message, in characters; Azure's have about 150. */
const MAX_LENGTH = 16_384

/** What is kept of a message as `raw`, in characters. */
const MAX_RAW_LENGTH = 1_024

const MAX_PORT = 65_535

/** `NodeMaintenanceFailover` is the name that older servers give to `NodeMaintenanceFailoverComplete`. */
const TYPES: ReadonlyMap<string, AzureNotificationType> = new Map([
  ['nodemaintenancescheduled', 'azure-scheduled'],
  ['nodemaintenancestarting', 'azure-starting'],
  ['nodemaintenancestart', 'azure-start'],
  ['nodemaintenancefailover', 'azure-failover-complete'],
  ['nodemaintenancefailovercomplete', 'azure-failover-complete'],
  ['nodemaintenanceended', 'azure-ended'],
  ['nodemaintenancescalecomplete', 'azure-scale-complete'],
])

const KEYS = ['notificationtype', 'starttimeinutc', 'isreplica', 'ipaddress', 'sslport', 'nonsslport'] as const

type Key = (typeof KEYS)[number]

/**
 * Turns a message from the channel `AzureRedisEvents` into a notification. Never throws, whatever the message is.
 *
 * ```text
 * NotificationType|NodeMaintenanceStarting|StartTimeInUTC|2021-03-02T23:26:57|IsReplica|False|IPAddress||SSLPort|15001|…
 * ```
 *
 * Keys and types compare without case. Unknown keys are skipped with their values; an empty value keeps its place.
 *
 * @param text - The message: a string, a buffer or an object that prints itself.
 * @param receivedAt - When the message came, in milliseconds since 1970.
 */
export function decodeAzureMessage(text: unknown, receivedAt: number): AzureDecodeResult {
  const message = toPlain(text, { text: MAX_LENGTH, elements: 0 })
  if (typeof message !== 'string') return { outcome: 'rejected', reason: 'the message is no text', raw: '' }
  const raw = message.length > MAX_RAW_LENGTH ? `${message.slice(0, MAX_RAW_LENGTH)}${CUT}` : message
  const values = toValues(message)
  const wireType = values.get('notificationtype') ?? ''
  if (wireType === '') return { outcome: 'rejected', reason: 'the message names no notification type', raw }
  return {
    outcome: 'accepted',
    notification: {
      type: TYPES.get(wireType.toLowerCase()) ?? 'azure-unknown',
      wireType,
      startsAt: toUtc(values.get('starttimeinutc')),
      isReplica: toBoolean(values.get('isreplica')),
      ipAddress: toAddress(values.get('ipaddress')),
      sslPort: toPort(values.get('sslport')),
      nonSslPort: toPort(values.get('nonsslport')),
      receivedAt,
      raw,
    },
  }
}

/** Goes from known key to known key, not in pairs, so that an extra part does not shift everything after it. */
function toValues(message: string): ReadonlyMap<Key, string> {
  const parts = message.split('|')
  const values = new Map<Key, string>()
  parts.forEach((part, at) => {
    const key = toKey(part)
    const value = parts[at + 1]?.trim() ?? ''
    if (key !== undefined && value !== '' && toKey(value) === undefined) values.set(key, value)
  })
  return values
}

function toKey(part: string): Key | undefined {
  const name = part.trim().toLowerCase()
  return KEYS.find(key => key === name)
}

/** Azure gives no zone and means UTC. Where there is a zone, it counts. */
function toUtc(text: string = ''): number | null {
  const match = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d{1,7})?(Z|[+-]\d\d:\d\d)?$/i.exec(text)
  if (match === null) return null
  const [, day = '', time = '', fraction = '', zone = 'Z'] = match
  // Date.parse takes 30 February for 2 March.
  const midnight = Date.parse(`${day}T00:00:00Z`)
  if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== day) return null
  const instant = Date.parse(`${day}T${time}${fraction.slice(0, 4)}${zone.toUpperCase()}`)
  return Number.isNaN(instant) ? null : instant
}

function toBoolean(text: string = ''): boolean | null {
  const word = text.toLowerCase()
  return word === 'true' || word === 'false' ? word === 'true' : null
}

function toAddress(text: string = ''): string | null {
  return isIP(text) === 0 ? null : text
}

function toPort(text: string = ''): number | null {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  return port >= 1 && port <= MAX_PORT ? port : null
}
