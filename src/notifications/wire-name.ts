/** The names under which servers push maintenance notifications. */
export const WIRE_NAMES = [
  'MOVING',
  'MIGRATING',
  'MIGRATED',
  'FAILING_OVER',
  'FAILED_OVER',
  'SMIGRATING',
  'SMIGRATED',
] as const

/** One of {@link WIRE_NAMES}. */
export type WireName = (typeof WIRE_NAMES)[number]

const LONGEST = 12
const LOWER_CASE_BIT = 0x20

/** No two names share both length and first letter, so these find the only one that can match. */
const BY_LENGTH_AND_LETTER = new Map<number, WireName>(
  WIRE_NAMES.map(name => [keyOf(name.length, name.charCodeAt(0)), name]),
)

/**
 * Finds the maintenance notification that the first element of a push names, in any case; `undefined` for all else.
 *
 * Runs for every pub/sub message, so length and first letter decide before anything is copied or compared:
 * `message`, `pmessage`, `smessage` and `invalidate` never get further than that.
 */
export function toWireName(first: unknown): WireName | undefined {
  if (typeof first === 'string') return fromText(first)
  if (typeof first !== 'object' || first === null) return undefined
  return first instanceof Uint8Array ? fromBytes(first) : fromText(ownText(first))
}

/**
 * Whether the first element of a push names a maintenance notification. Ask it before building anything from a push;
 * for a pub/sub message the answer costs a type check and one look-up.
 */
export function isMaintenanceName(first: unknown): boolean {
  return toWireName(first) !== undefined
}

function fromText(text: string): WireName | undefined {
  if (text.length > LONGEST) return undefined
  const candidate = BY_LENGTH_AND_LETTER.get(keyOf(text.length, text.charCodeAt(0)))
  return candidate !== undefined && text.toUpperCase() === candidate ? candidate : undefined
}

function fromBytes(bytes: Uint8Array): WireName | undefined {
  const { length } = bytes
  if (length > LONGEST) return undefined
  const candidate = BY_LENGTH_AND_LETTER.get(keyOf(length, bytes[0] ?? 0))
  return candidate !== undefined && String.fromCharCode(...bytes).toUpperCase() === candidate ? candidate : undefined
}

function keyOf(length: number, firstCode: number): number {
  return ((firstCode | LOWER_CASE_BIT) << 4) | length
}

/** Verbatim strings of any library are objects that print themselves. */
function ownText(value: object): string {
  try {
    const text: unknown = Array.isArray(value) ? '' : value.toString()
    return typeof text === 'string' ? text : ''
  } catch {
    return ''
  }
}
