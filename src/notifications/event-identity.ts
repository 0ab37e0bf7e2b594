import { assertNever } from '../base/assert-never.js'
import { type Endpoint, placeOf } from '../base/endpoint.js'
import type { MaintenanceNotification, SlotMove } from './notification.js'
import { printSlotRanges } from './slot-ranges.js'

/** Begins the identity of a notification without a sequence: two events that look alike have the same one. */
export const UNNUMBERED = '~'

/**
 * The identity of a notification's event: the same text for every copy of it, on any connection, whatever time it
 * names.
 *
 * It holds the type, the sequence and the scope, as overlapping moves to different targets may share a sequence. Where
 * the sequence is missing it begins with {@link UNNUMBERED}; then it tells events apart only within a short time.
 *
 * Where the application told of it with an `id`, this and the type are all that counts, and no notification of a server
 * is taken for a copy.
 */
export function identityOf(notification: MaintenanceNotification): string {
  const { type, sequence, id } = notification
  if (id !== undefined) return `signal ${type} ${id}`
  const scope = scopeOf(notification)
  return sequence === undefined ? `${UNNUMBERED}${type} ${scope}` : `${type}#${sequence} ${scope}`
}

/** The types that announce something whose end is announced as well. */
export type StarterType = 'migrating' | 'failing-over' | 'slots-migrating'

/** The type whose end a notification announces; `undefined` for those that end nothing. */
export function closes(notification: MaintenanceNotification): StarterType | undefined {
  switch (notification.type) {
    case 'migrated':
      return 'migrating'
    case 'failed-over':
      return 'failing-over'
    case 'slots-migrated':
      return 'slots-migrating'
    case 'moving':
    case 'migrating':
    case 'failing-over':
    case 'slots-migrating':
      return undefined
    default:
      return assertNever(notification)
  }
}

function scopeOf(notification: MaintenanceNotification): string {
  switch (notification.type) {
    case 'moving':
      return endOf(notification.endpoint)
    case 'migrating':
    case 'migrated':
    case 'failing-over':
    case 'failed-over':
      return JSON.stringify([...notification.shards].sort())
    case 'slots-migrating':
      return printSlotRanges(notification.slots)
    case 'slots-migrated':
      return notification.moves.map(moveOf).sort().join(' ')
    default:
      return assertNever(notification)
  }
}

function moveOf({ source, target, slots }: SlotMove): string {
  return `${endOf(source)}>${endOf(target)}=${printSlotRanges(slots)}`
}

function endOf(endpoint: Endpoint | null): string {
  return endpoint === null ? '-' : placeOf(endpoint)
}
