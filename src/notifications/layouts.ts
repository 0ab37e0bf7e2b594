import {
  endOrder,
  type FieldOrder,
  movesOrder,
  movingOrder,
  slotsOrder,
  starterOrder,
  withSequence,
} from './field-order.js'
import type { MaintenanceNotification } from './notification.js'
import type { PlainValue } from './plain-value.js'
import { preview } from './preview.js'
import { REFUSED, type Refused, readEndpoint, readGraceMs, readSequence, readSlots } from './read-field.js'
import { readMoves } from './read-moves.js'
import { readShards } from './read-shards.js'
import type { WireName } from './wire-name.js'

/** What the elements of a frame say; when it came is not among them. */
type NotificationFields = WithoutReceipt<MaintenanceNotification>

type WithoutReceipt<N> = N extends MaintenanceNotification ? Omit<N, 'receivedAt' | 'raw'> : never

/** Reads the elements after the name. */
export type Layout = (fields: readonly PlainValue[]) => NotificationFields | Unreadable

/** Says why elements cannot be read: the field, what it must be and what it was. */
export class Unreadable {
  readonly reason: string

  constructor(reason: string) {
    this.reason = reason
  }
}

type Field<T> = (value: PlainValue) => T | Unreadable

/** What fields say, in their order. */
type Values<Fields extends readonly Field<unknown>[]> = {
  readonly [K in keyof Fields]: Exclude<ReturnType<Fields[K]>, Unreadable>
}

const sequence = field('sequence', 'a whole number from 0', readSequence)
const graceMs = field('time', 'a number of seconds', readGraceMs)
const endpoint = field('endpoint', 'text or null', readEndpoint)
const shards = field('shards', 'short texts or numbers', readShards)
const slots = field('slots', 'slots and ranges within 0-16383', readSlots)
const moves = field('moves', 'a list of source, target and slots', readMoves)

/**
 * ```text
 * >4  MOVING  :sequence  :seconds  $host:port
 * >4  MOVING  :sequence  :seconds  _             the configured endpoint, later
 * ```
 */
const moving: Layout = layout(movingOrder, [sequence, graceMs, endpoint], ([sequence, graceMs, endpoint]) => ({
  type: 'moving',
  sequence,
  graceMs,
  endpoint,
}))

/**
 * ```text
 * >4  MIGRATING  :sequence  :seconds  $["shard", …]
 * ```
 */
const migrating: Layout = layout(starterOrder, [sequence, graceMs, shards], ([sequence, graceMs, shards]) => ({
  type: 'migrating',
  sequence,
  graceMs,
  shards,
}))

/**
 * ```text
 * >3  MIGRATED  :sequence  $["shard", …]
 * ```
 */
const migrated: Layout = layout(endOrder, [sequence, shards], ([sequence, shards]) => ({
  type: 'migrated',
  sequence,
  shards,
}))

/**
 * ```text
 * >4  FAILING_OVER  :sequence  :seconds  $["shard", …]
 * ```
 */
const failingOver: Layout = layout(starterOrder, [sequence, graceMs, shards], ([sequence, graceMs, shards]) => ({
  type: 'failing-over',
  sequence,
  graceMs,
  shards,
}))

/**
 * ```text
 * >3  FAILED_OVER  :sequence  $["shard", …]
 * ```
 */
const failedOver: Layout = layout(endOrder, [sequence, shards], ([sequence, shards]) => ({
  type: 'failed-over',
  sequence,
  shards,
}))

/**
 * ```text
 * >3  SMIGRATING  :sequence  $123,456,789-1000
 * ```
 */
const slotsMigrating: Layout = layout(slotsOrder, [sequence, graceMs, slots], ([sequence, graceMs, slots]) => ({
  type: 'slots-migrating',
  sequence,
  graceMs,
  slots,
}))

/**
 * ```text
 * >3  SMIGRATED  :sequence  *n
 *                           ├ *3  $source  $target  $123,456,789-1000
 *                           └ …
 * ```
 */
const slotsMigrated: Layout = layout(movesOrder, [sequence, moves], ([sequence, moves]) => ({
  type: 'slots-migrated',
  sequence,
  moves,
}))

/** The layout of every name. */
export const LAYOUTS: Readonly<Record<WireName, Layout>> = {
  MOVING: moving,
  MIGRATING: migrating,
  MIGRATED: migrated,
  FAILING_OVER: failingOver,
  FAILED_OVER: failedOver,
  SMIGRATING: slotsMigrating,
  SMIGRATED: slotsMigrated,
}

function layout<const Fields extends readonly Field<unknown>[]>(
  order: FieldOrder,
  fields: Fields,
  make: (values: Values<Fields>) => NotificationFields,
): Layout {
  return given => {
    const ordered = order(withSequence(given))
    const values: unknown[] = []
    for (const [index, read] of fields.entries()) {
      const value = read(ordered[index] ?? null)
      if (value instanceof Unreadable) return value
      values.push(value)
    }
    // One of each field.
    return make(values as unknown as Values<Fields>)
  }
}

function field<T>(name: string, expected: string, read: (value: PlainValue) => T | Refused): Field<T> {
  return value => {
    const result = read(value)
    return result === REFUSED ? new Unreadable(`${name} must be ${expected}, got ${preview(value)}`) : result
  }
}
