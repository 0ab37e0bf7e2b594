import { RespAttributed } from '../wire/value.js'

/** Stands for a value that cannot be read: an object without text, a getter that throws, something nested too deeply. */
export interface Unreadable {
  readonly unreadable: true
}

/** The one {@link Unreadable}; compare by identity. */
export const UNREADABLE: Unreadable = Object.freeze({ unreadable: true })

/** A RESP value without the choices of the library that decoded it: text is a string, whatever is listed an array. */
export type PlainValue = null | boolean | number | bigint | string | Unreadable | readonly PlainValue[]

/** How much of a value may still be copied. Spent by {@link toPlain}; what is left over serves the next call. */
export interface Allowance {
  /** Characters of text. */
  text: number
  /** Elements of lists, on all levels together. */
  elements: number
}

/** Stands at the end of what was cut short. */
export const CUT = '…'

const MAX_DEPTH = 5

/** Wide enough for an unsigned 64-bit integer; printing a much wider one takes seconds. */
const MAX_BIGINT_BITS = 128

/**
 * Copies a value as some library decoded it into plain data; never throws.
 *
 * Strings, buffers and objects that print themselves become text, `undefined` becomes `null`, sets and maps become
 * lists (a map as key, value, key, value, as RESP2 has it; also one that came as an object without prototype), values
 * with attributes lose these, errors are {@link UNREADABLE}. What exceeds the allowance ends in {@link CUT}. Buffers are
 * copied, as they may be views into a much larger one.
 */
export function toPlain(value: unknown, allowance: Allowance, depth: number = 0): PlainValue {
  switch (typeof value) {
    case 'string':
      return cut(value, allowance)
    case 'number':
    case 'boolean':
      return value
    case 'bigint':
      return BigInt.asIntN(MAX_BIGINT_BITS, value) === value ? value : UNREADABLE
    case 'undefined':
      return null
    case 'object':
      return value === null ? null : objectToPlain(value, allowance, depth)
    default:
      return UNREADABLE
  }
}

/** Copies a list element by element, so that an element that cannot be read spoils no other; never throws. */
export function toPlainList(list: unknown, allowance: Allowance): readonly PlainValue[] {
  const plain = toPlain(list, allowance)
  return Array.isArray(plain) ? plain : []
}

function objectToPlain(value: object, allowance: Allowance, depth: number): PlainValue {
  if (depth > MAX_DEPTH) return UNREADABLE
  try {
    if (value instanceof Uint8Array) return bytesToText(value, allowance)
    if (Array.isArray(value)) return arrayToPlain(value, allowance, depth)
    if (value instanceof Set) return listToPlain(value, allowance, depth)
    if (value instanceof Map) return listToPlain(flatten(value), allowance, depth)
    if (Object.getPrototypeOf(value) === null) return listToPlain(flatten(Object.entries(value)), allowance, depth)
    if (value instanceof RespAttributed) return toPlain(value.value, allowance, depth + 1)
    return ownText(value, allowance)
  } catch {
    return UNREADABLE
  }
}

/** Reads by index, as an iterator would stop at the first getter that throws. */
function arrayToPlain(array: readonly unknown[], allowance: Allowance, depth: number): readonly PlainValue[] {
  const plain: PlainValue[] = []
  const { length } = array
  for (let index = 0; index < length; index += 1) {
    if (!spendElement(allowance)) return [...plain, CUT]
    plain.push(elementToPlain(array, index, { allowance, depth }))
  }
  return plain
}

function elementToPlain(
  array: readonly unknown[],
  index: number,
  { allowance, depth }: { readonly allowance: Allowance; readonly depth: number },
): PlainValue {
  try {
    return toPlain(array[index], allowance, depth + 1)
  } catch {
    return UNREADABLE
  }
}

function listToPlain(values: Iterable<unknown>, allowance: Allowance, depth: number): readonly PlainValue[] {
  const plain: PlainValue[] = []
  for (const value of values) {
    if (!spendElement(allowance)) return [...plain, CUT]
    plain.push(toPlain(value, allowance, depth + 1))
  }
  return plain
}

function* flatten(entries: Iterable<readonly [unknown, unknown]>): Iterable<unknown> {
  for (const [key, value] of entries) {
    yield key
    yield value
  }
}

function bytesToText(bytes: Uint8Array, allowance: Allowance): string {
  const head = bytes.byteLength > allowance.text ? bytes.subarray(0, allowance.text + 1) : bytes
  return cut(Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString(), allowance)
}

/** Verbatim strings of any library are objects that print themselves; an object that does not is no text. */
function ownText(value: object, allowance: Allowance): PlainValue {
  if (value instanceof Error || value.toString === Object.prototype.toString) return UNREADABLE
  const text: unknown = value.toString()
  return typeof text === 'string' ? cut(text, allowance) : UNREADABLE
}

function cut(text: string, allowance: Allowance): string {
  const room = allowance.text
  allowance.text = Math.max(room - text.length, 0)
  // A plain slice would keep the whole text alive.
  return text.length <= room ? text : `${Buffer.from(text.slice(0, room)).toString()}${CUT}`
}

function spendElement(allowance: Allowance): boolean {
  allowance.elements -= 1
  return allowance.elements >= 0
}
