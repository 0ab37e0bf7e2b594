import { type Expiring, unexpired, withEntry } from '../../base/expiring-map.js'
import type { AzureNotification } from '../../notifications/azure-notification.js'

/** What is remembered between announcements; all instants in milliseconds of the clock. */
export interface AzureState {
  /** Until when copies of an announcement are known as such, by content: every node of a cache publishes it. */
  readonly seen: ReadonlyMap<string, Expiring>
  /** When the relaxation for a node ends by itself, by node. */
  readonly relaxations: ReadonlyMap<string, Expiring>
  /** The node for which writes wait, and when that wait ends by itself. */
  readonly writes: { readonly node: string; readonly endsAt: number } | undefined
  /** When the last failover of any node completed. The message names the new primary, not the old one. */
  readonly failoverAt: number | undefined
  /** Until when the maintenance of a node counts as just ended, by node. */
  readonly ended: ReadonlyMap<string, Expiring>
}

/** Nothing was announced yet. */
export const NO_AZURE_MAINTENANCE: AzureState = {
  seen: new Map(),
  relaxations: new Map(),
  writes: undefined,
  failoverAt: undefined,
  ended: new Map(),
}

/** How long copies of an announcement are known as such, and how late a Start may come behind what follows it. */
export const LATE_MS = 30_000

/** How many announcements are remembered. */
const CAPACITY = 64

/** The key of a message that names no node. It concerns all of them. */
export const UNNAMED = 'azure'

/** A message names its node by ports; an address comes with some messages of a node and not with others. */
export function nodeOf({ ipAddress, sslPort, nonSslPort }: AzureNotification): string {
  const name = sslPort ?? nonSslPort ?? ipAddress
  return name === null ? UNNAMED : `${UNNAMED} ${name}`
}

/** What copies of an announcement have in common. They have no number, so it is everything that was read. */
export function contentOf(notification: AzureNotification): string {
  const { type, wireType, startsAt, isReplica, ipAddress, sslPort, nonSslPort } = notification
  const name = type === 'azure-unknown' ? wireType : type
  return JSON.stringify([name, startsAt, isReplica, ipAddress, sslPort, nonSslPort])
}

/** Keeps something under a name until its time is over. Where there are too many, the oldest is dropped. */
export function remember(
  known: ReadonlyMap<string, Expiring>,
  name: string,
  { expiresAt, now }: Expiring & { readonly now: number },
): ReadonlyMap<string, Expiring> {
  return withEntry(known, [name, { expiresAt }], { capacity: CAPACITY, now })
}

/** Drops what is over, or too long ago to explain anything. */
export function forgetOld(state: AzureState, now: number): AzureState {
  const { seen, relaxations, writes, failoverAt, ended } = state
  return {
    seen: unexpired(seen, now),
    relaxations: unexpired(relaxations, now),
    writes: writes !== undefined && writes.endsAt > now ? writes : undefined,
    failoverAt: failoverAt !== undefined && now - failoverAt < LATE_MS ? failoverAt : undefined,
    ended: unexpired(ended, now),
  }
}
