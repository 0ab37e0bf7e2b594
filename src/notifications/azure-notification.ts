/** The pub/sub channel on which Azure Cache for Redis announces maintenance. */
export const AZURE_CHANNEL = 'AzureRedisEvents'

/** What Azure announces, in the order in which it happens; `azure-unknown` is everything that came later. */
export type AzureNotificationType =
  | 'azure-scheduled'
  | 'azure-starting'
  | 'azure-start'
  | 'azure-failover-complete'
  | 'azure-ended'
  | 'azure-scale-complete'
  | 'azure-unknown'

/** A fact that Azure published on {@link AZURE_CHANNEL}. Fields that are empty or make no sense are `null`. */
export interface AzureNotification {
  readonly type: AzureNotificationType
  /** The type as Azure spelled it, such as `NodeMaintenanceStarting`. */
  readonly wireType: string
  /** When the maintenance starts, in milliseconds since 1970; `null` where it starts now or has happened. */
  readonly startsAt: number | null
  /** Whether the node is a replica. */
  readonly isReplica: boolean | null
  /** The node's address; usually empty. */
  readonly ipAddress: string | null
  /** The node's port for TLS. */
  readonly sslPort: number | null
  /** The node's port without TLS. */
  readonly nonSslPort: number | null
  /** When the message came, in milliseconds since 1970. */
  readonly receivedAt: number
  /** The message, cut short if it is long; for logs and bug reports. */
  readonly raw: string
}

/**
 * The result for one message. Decoding never throws.
 *
 * - `accepted`: a notification, possibly of a type that this version does not know.
 * - `rejected`: no text, or a text that names no type; `reason` says which.
 */
export type AzureDecodeResult =
  | { readonly outcome: 'accepted'; readonly notification: AzureNotification }
  | { readonly outcome: 'rejected'; readonly reason: string; readonly raw: string }
