import type { Endpoint } from '../base/endpoint.js'

/** Counts the events of one database, from 0. Servers are known to leave it out; beyond 2^53 - 1 it is a `bigint`. */
export type Sequence = number | bigint

/** The first and last slot of a range, both included. */
export interface SlotRange {
  /** From 0. */
  readonly from: number
  /** Up to 16,383. */
  readonly to: number
}

/** Slots that went from one node to another. An end is `null` where the server named no place that can be dialled. */
export interface SlotMove {
  /** The node that had them. */
  readonly source: Endpoint | null
  /** The node that has them now. */
  readonly target: Endpoint | null
  readonly slots: readonly SlotRange[]
}

interface Common {
  /** The event's number, `undefined` where the server sent none. */
  readonly sequence: Sequence | undefined
  /** What identifies the event, where the application told of it and gave an id. What servers send has none. */
  readonly id?: string | number
  /** When the frame came, in milliseconds since 1970. */
  readonly receivedAt: number
  /**
   * The frame element by element, for logs and bug reports: plain data that can be printed, with long texts and lists
   * cut short. Never taken from pub/sub messages.
   */
  readonly raw: readonly unknown[]
}

interface Announced extends Common {
  /** How long after the notification the server acts, in milliseconds; 0 where it named no time. */
  readonly graceMs: number
}

/** This connection's endpoint goes away: leave within `graceMs`. */
export interface MovingNotification extends Announced {
  readonly type: 'moving'
  /** Where to go; `null` means: to the configured endpoint, once it leads elsewhere. */
  readonly endpoint: Endpoint | null
}

/** Shards behind this connection start to migrate within `graceMs`; answers may be slow until `migrated`. */
export interface MigratingNotification extends Announced {
  readonly type: 'migrating'
  /** Shard ids, opaque; empty where the server named none. */
  readonly shards: readonly string[]
}

/** The end of `migrating`. */
export interface MigratedNotification extends Common {
  readonly type: 'migrated'
  /** As in `migrating`. */
  readonly shards: readonly string[]
}

/** Shards behind this connection fail over within `graceMs`; answers may be slow until `failed-over`. */
export interface FailingOverNotification extends Announced {
  readonly type: 'failing-over'
  /** Shard ids, opaque; empty where the server named none. */
  readonly shards: readonly string[]
}

/** The end of `failing-over`. */
export interface FailedOverNotification extends Common {
  readonly type: 'failed-over'
  /** As in `failing-over`. */
  readonly shards: readonly string[]
}

/** Slots of a cluster start to move within `graceMs`; answers may be slow until `slots-migrated`. */
export interface SlotsMigratingNotification extends Announced {
  readonly type: 'slots-migrating'
  readonly slots: readonly SlotRange[]
}

/** Slots of a cluster have moved. */
export interface SlotsMigratedNotification extends Common {
  readonly type: 'slots-migrated'
  readonly moves: readonly SlotMove[]
}

/** A fact that a server pushed on a RESP3 connection. */
export type MaintenanceNotification =
  | MovingNotification
  | MigratingNotification
  | MigratedNotification
  | FailingOverNotification
  | FailedOverNotification
  | SlotsMigratingNotification
  | SlotsMigratedNotification

/**
 * The result for one push frame. Decoding never throws.
 *
 * - `accepted`: a notification.
 * - `ignored`: not a maintenance notification, or a kind that this version does not know; `name` tells which.
 * - `rejected`: a maintenance notification by name whose fields make no sense; `reason` says which and why.
 */
export type DecodeResult =
  | { readonly outcome: 'accepted'; readonly notification: MaintenanceNotification }
  | { readonly outcome: 'ignored'; readonly name: string; readonly raw: readonly unknown[] }
  | { readonly outcome: 'rejected'; readonly name: string; readonly reason: string; readonly raw: readonly unknown[] }
