import { z } from 'zod'
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

/** Reads the elements after the name. An issue's message tells the field, what it must be and what it was. */
export type Layout = z.ZodType<NotificationFields>

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
const moving: Layout = z
  .preprocess(ordered(movingOrder), z.tuple([sequence, graceMs, endpoint]))
  .transform(([sequence, graceMs, endpoint]) => ({ type: 'moving', sequence, graceMs, endpoint }))

/**
 * ```text
 * >4  MIGRATING  :sequence  :seconds  $["shard", …]
 * ```
 */
const migrating: Layout = z
  .preprocess(ordered(starterOrder), z.tuple([sequence, graceMs, shards]))
  .transform(([sequence, graceMs, shards]) => ({ type: 'migrating', sequence, graceMs, shards }))

/**
 * ```text
 * >3  MIGRATED  :sequence  $["shard", …]
 * ```
 */
const migrated: Layout = z
  .preprocess(ordered(endOrder), z.tuple([sequence, shards]))
  .transform(([sequence, shards]) => ({ type: 'migrated', sequence, shards }))

/**
 * ```text
 * >4  FAILING_OVER  :sequence  :seconds  $["shard", …]
 * ```
 */
const failingOver: Layout = z
  .preprocess(ordered(starterOrder), z.tuple([sequence, graceMs, shards]))
  .transform(([sequence, graceMs, shards]) => ({ type: 'failing-over', sequence, graceMs, shards }))

/**
 * ```text
 * >3  FAILED_OVER  :sequence  $["shard", …]
 * ```
 */
const failedOver: Layout = z
  .preprocess(ordered(endOrder), z.tuple([sequence, shards]))
  .transform(([sequence, shards]) => ({ type: 'failed-over', sequence, shards }))

/**
 * ```text
 * >3  SMIGRATING  :sequence  $123,456,789-1000
 * ```
 */
const slotsMigrating: Layout = z
  .preprocess(ordered(slotsOrder), z.tuple([sequence, graceMs, slots]))
  .transform(([sequence, graceMs, slots]) => ({ type: 'slots-migrating', sequence, graceMs, slots }))

/**
 * ```text
 * >3  SMIGRATED  :sequence  *n
 *                           ├ *3  $source  $target  $123,456,789-1000
 *                           └ …
 * ```
 */
const slotsMigrated: Layout = z
  .preprocess(ordered(movesOrder), z.tuple([sequence, moves]))
  .transform(([sequence, moves]) => ({ type: 'slots-migrated', sequence, moves }))

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

function ordered(order: FieldOrder): (fields: unknown) => unknown {
  // The only caller hands over plain values; zod has no way to say so.
  return fields => order(withSequence(fields as readonly PlainValue[]))
}

function field<T>(name: string, expected: string, read: (value: PlainValue) => T | Refused): z.ZodType<T> {
  return z.custom<PlainValue>().transform((value, context): T => {
    const result = read(value)
    if (result !== REFUSED) return result
    context.issues.push({ code: 'custom', message: `${name} must be ${expected}, got ${preview(value)}`, input: value })
    return z.NEVER
  })
}
