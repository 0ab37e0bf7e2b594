import type { PlainValue } from './plain-value.js'
import { isAbsent, isIntegral, REFUSED, readEndpoint, readGraceMs, readSlots } from './read-field.js'

/**
 * The elements after the name, brought into the order of the layout; `null` where one is missing.
 *
 * Servers, drafts and the test beds of client libraries leave out different elements. Frames with all of their elements
 * are read by position. For shorter ones the types of the elements decide. See `spec/notifications.md#shapes`.
 */
export type FieldOrder = (fields: readonly PlainValue[]) => readonly PlainValue[]

/** Puts `null` before elements that begin with something that can only come after the sequence. */
export function withSequence(fields: readonly PlainValue[]): readonly PlainValue[] {
  const [first = null] = fields
  return isShardList(first) || (!isIntegral(first) && (isSlots(first) || isDialable(first)))
    ? [null, ...fields]
    : fields
}

/** Sequence, seconds, endpoint. */
export const movingOrder: FieldOrder = ([first = null, second = null, ...rest]) => {
  if (rest.length > 0) return [first, second, rest[0] ?? null]
  if (isDialable(second)) return [null, first, second]
  return isNoTime(first, second) ? [first, null, second] : [first, second, null]
}

/** Sequence, seconds, shards. */
export const starterOrder: FieldOrder = ([first = null, second = null, ...rest]) => {
  if (rest.length > 0) return [first, second, rest[0] ?? null]
  return isNoTime(first, second) ? [first, null, second] : [first, second, null]
}

/** Sequence, shards. A time, which these should not have, is skipped where shards follow it. */
export const endOrder: FieldOrder = ([first = null, second = null, third = null]) =>
  isIntegral(second) && isShardList(third) ? [first, third] : [first, second]

/** Sequence, seconds, slots: all texts in a row that are slots. Servers send no time; a number before slots is one. */
export const slotsOrder: FieldOrder = ([first = null, second = null, ...rest]) => {
  const third = rest[0] ?? null
  if (typeof second === 'number' && isSlots(third)) return [first, second, leadingSlots(rest)]
  return isSlots(second) ? [first, null, leadingSlots([second, ...rest])] : [first, null, second]
}

/** Sequence, moves. The draft's count in front of the list is skipped; without a list, all that follows is one. */
export const movesOrder: FieldOrder = ([first = null, ...rest]) => {
  const entries = isIntegral(rest[0]) ? rest.slice(1) : rest
  const [head = null] = entries
  return [first, Array.isArray(head) || isAbsent(head) ? head : entries]
}

/** Whether the second of two elements cannot be the time: no number, or in text where the first came as a number. */
function isNoTime(first: PlainValue, second: PlainValue): boolean {
  if (isAbsent(second)) return false
  if (typeof second !== 'string') return Array.isArray(second)
  return typeof first === 'number' || readGraceMs(second) === REFUSED
}

function isDialable(value: PlainValue): boolean {
  const endpoint = readEndpoint(value)
  return endpoint !== null && endpoint !== REFUSED
}

function isShardList(value: PlainValue): boolean {
  return Array.isArray(value) || (typeof value === 'string' && value.trim().startsWith('['))
}

function isSlots(value: PlainValue): boolean {
  const listed = typeof value === 'string' || Array.isArray(value)
  return listed && !isAbsent(value) && readSlots(value) !== REFUSED
}

function leadingSlots(values: readonly PlainValue[]): readonly PlainValue[] {
  const end = values.findIndex(value => !isSlots(value))
  return end === -1 ? values : values.slice(0, end)
}
