import { type Endpoint, toEndpoint } from '../base/endpoint.js'
import type { Sequence, SlotRange } from './notification.js'
import type { PlainValue } from './plain-value.js'
import { toSlotRanges } from './slot-ranges.js'

/** What a reader returns for a value that makes no sense in its field. */
export const REFUSED: unique symbol = Symbol('refused')

/** The type of {@link REFUSED}. */
export type Refused = typeof REFUSED

/** The longest time that is believed, in milliseconds: a day. Longer ones are cut to it. */
const MAX_GRACE_MS = 86_400_000

const MAX_UINT64 = 2n ** 64n - 1n

/** Whether a field is there but says nothing: null, or the texts by which some servers and libraries print it. */
export function isAbsent(value: PlainValue | undefined): boolean {
  return value === null || value === undefined || (typeof value === 'string' && /^\s*(?:null|nil)?\s*$/i.test(value))
}

/** Whether a value is an integer or prints as one. */
export function isIntegral(value: PlainValue | undefined): boolean {
  return value !== undefined && toInteger(value) !== undefined
}

/** Reads the number of an event: an integer from 0, as a number or in text. Absent: `undefined`. */
export function readSequence(value: PlainValue): Sequence | undefined | Refused {
  if (isAbsent(value)) return undefined
  const integer = toInteger(value)
  return integer === undefined || integer < 0n ? REFUSED : simplest(integer)
}

/** Reads seconds, also fractional or in text, as whole milliseconds. Absent or negative: 0. */
export function readGraceMs(value: PlainValue): number | Refused {
  if (isAbsent(value)) return 0
  const seconds = toSeconds(value)
  if (!Number.isFinite(seconds)) return REFUSED
  return Math.round(Math.min(Math.max(seconds * 1_000, 0), MAX_GRACE_MS))
}

/** Reads where to go. Absent, or a text that names no place that can be dialled: `null`. */
export function readEndpoint(value: PlainValue): Endpoint | null | Refused {
  if (typeof value === 'string') return toEndpoint(value) ?? null
  return value === null ? null : REFUSED
}

/** Reads slots: text such as `1,5-9`, one number, or a list of either. Absent: none. */
export function readSlots(value: PlainValue): readonly SlotRange[] | Refused {
  if (isAbsent(value)) return []
  if (typeof value === 'number') return toSlotRanges(`${value}`) ?? REFUSED
  if (typeof value === 'string') return toSlotRanges(value) ?? REFUSED
  return Array.isArray(value) ? readSlots(value.map(String).join(',')) : REFUSED
}

/** An integer of a plausible size, also one beyond 2^53 that a library could only give as a double. */
function toInteger(value: PlainValue): bigint | undefined {
  const integer = toBigInt(value)
  return integer !== undefined && integer <= MAX_UINT64 && integer >= -MAX_UINT64 ? integer : undefined
}

function toBigInt(value: PlainValue): bigint | undefined {
  switch (typeof value) {
    case 'bigint':
      return value
    case 'number':
      return Number.isInteger(value) ? BigInt(value) : undefined
    case 'string':
      return /^\s*[+-]?\d{1,20}\s*$/.test(value) ? BigInt(value) : undefined
    default:
      return undefined
  }
}

function simplest(integer: bigint): Sequence {
  return integer <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(integer) : integer
}

function toSeconds(value: PlainValue): number {
  switch (typeof value) {
    case 'bigint':
    case 'number':
      return Number(value)
    case 'string':
      return /^\s*[+-]?\d{1,20}(?:\.\d{1,20})?\s*$/.test(value) ? Number(value) : Number.NaN
    default:
      return Number.NaN
  }
}
