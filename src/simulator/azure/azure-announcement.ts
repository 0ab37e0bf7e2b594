import type { AzureNotificationType } from '../../notifications/azure-notification.js'

/** What Azure publishes about one node. */
export interface AzureAnnouncement {
  readonly type: Exclude<AzureNotificationType, 'azure-unknown'>
  /** The time until the start, in milliseconds. Default: no start time. */
  readonly startsInMs?: number
  /** Default `false`. */
  readonly isReplica?: boolean
  /** Default: empty, as Azure mostly leaves it. */
  readonly ipAddress?: string
  /** Default 15000: the first node of the first shard. */
  readonly sslPort?: number
  /** Default 13000. */
  readonly nonSslPort?: number
}

const NAMES: Readonly<Record<AzureAnnouncement['type'], string>> = {
  'azure-scheduled': 'NodeMaintenanceScheduled',
  'azure-starting': 'NodeMaintenanceStarting',
  'azure-start': 'NodeMaintenanceStart',
  'azure-failover-complete': 'NodeMaintenanceFailoverComplete',
  'azure-ended': 'NodeMaintenanceEnded',
  'azure-scale-complete': 'NodeMaintenanceScaleComplete',
}

/** What Azure announces, in the order of a maintenance. */
export const AZURE_ANNOUNCEMENTS: readonly AzureAnnouncement['type'][] = Object.keys(
  NAMES,
) as AzureAnnouncement['type'][]

/**
 * Writes an announcement as Azure does. Azure's start times have whole seconds. These keep their milliseconds, so that
 * a course of events can be played faster.
 *
 * @param epochMs - The time of publication, in milliseconds since 1970.
 */
export function toAzureMessage(announcement: AzureAnnouncement, epochMs: number): string {
  const { type, startsInMs, isReplica = false, ipAddress = '', sslPort = 15_000, nonSslPort = 13_000 } = announcement
  const values = {
    NotificationType: NAMES[type],
    StartTimeInUTC: startsInMs === undefined ? '' : printTime(epochMs + startsInMs),
    IsReplica: isReplica ? 'True' : 'False',
    IPAddress: ipAddress,
    SSLPort: sslPort,
    NonSSLPort: nonSslPort,
  }
  return Object.entries(values).flat().join('|')
}

function printTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/(\.000)?Z$/, '')
}
