import type { Endpoint } from '../../base/endpoint.js'
import type { SlotRange } from '../../notifications/notification.js'

/**
 * Where `MOVING` sends clients: a node, named to each connection in the form that it asked for; an endpoint or a text,
 * the same for all; or `null`.
 */
export type MovingTarget = NamedPlace | Endpoint | string | null

/**
 * A place with an address and a name. Each connection is told the one that it asked for. A node of the simulator is
 * one.
 */
export interface NamedPlace {
  readonly endpoint: Endpoint
  readonly name: string
}

interface Numbered {
  /** The event's number. Default: the simulator's next one. */
  readonly sequence?: number
}

/** The endpoint goes away. */
export interface MovingAnnouncement extends Numbered {
  readonly type: 'moving'
  /** How long clients have, in milliseconds; sent in seconds, rounded up. */
  readonly graceMs: number
  readonly endpoint: MovingTarget
  /** Whether the connections that are open now are closed when the grace ends. Default `true`, as servers do. */
  readonly closeAtGraceEnd?: boolean
}

interface Start {
  /** Whether connections that opt in before the next completion are told too. Default `false`. */
  readonly tellNewcomers?: boolean
}

/** Shards start to migrate, or to fail over. */
export interface ShardsLeavingAnnouncement extends Numbered, Start {
  readonly type: 'migrating' | 'failing-over'
  /** How long until it starts, in milliseconds; sent in seconds, rounded up. */
  readonly graceMs: number
  /** Default `['1']`. */
  readonly shards?: readonly string[]
}

/** Shards have migrated, or failed over. */
export interface ShardsArrivedAnnouncement extends Numbered {
  readonly type: 'migrated' | 'failed-over'
  /** Default `['1']`. */
  readonly shards?: readonly string[]
}

/** Slots start to move between nodes. */
export interface SlotsMigratingAnnouncement extends Numbered, Start {
  readonly type: 'slots-migrating'
  readonly slots: readonly SlotRange[]
}

/** One stretch of slots that went from one node to another. */
export interface AnnouncedMove {
  readonly source: Endpoint
  readonly target: Endpoint
  readonly slots: readonly SlotRange[]
}

/** Slots have moved between nodes. */
export interface SlotsMigratedAnnouncement extends Numbered {
  readonly type: 'slots-migrated'
  readonly moves: readonly AnnouncedMove[]
}

/** What a node can tell its clients. */
export type Announcement =
  | MovingAnnouncement
  | ShardsLeavingAnnouncement
  | ShardsArrivedAnnouncement
  | SlotsMigratingAnnouncement
  | SlotsMigratedAnnouncement

/** Announcements with their number. */
export type Numbering<T> = T & { readonly sequence: number }

/** The kinds that end something. Servers keep the last one and repeat it to connections that opt in later. */
export type Completion = ShardsArrivedAnnouncement | SlotsMigratedAnnouncement

/** Whether the announcement ends something. */
export function isCompletion(announcement: Announcement): announcement is Completion {
  return (
    announcement.type === 'migrated' || announcement.type === 'failed-over' || announcement.type === 'slots-migrated'
  )
}
