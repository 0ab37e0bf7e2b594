import type { HitlessError } from '../base/errors.js'
import { toText } from './text.js'
import { toBuffer } from './to-buffer.js'
import { BYTE, byteAt } from './type-byte.js'
import { createWireError, printByte } from './wire-error.js'

/** What stands between a type byte and its CR LF. */
export interface Line {
  readonly bytes: Uint8Array
  /** Index of the first byte after the type byte. */
  readonly start: number
  /** Index of the byte that ended the line: the first CR or LF. */
  readonly end: number
  /** Where `bytes[0]` stands in the stream. */
  readonly offset: number
}

/** More digits than this could exceed the integers that JavaScript counts exactly. */
export const MAX_LENGTH_DIGITS = 15

/** Index of the first CR or LF at or after `from`, or -1. */
export function findLineEnd(bytes: Uint8Array, from: number): number {
  const size = bytes.length
  for (let index = from; index < size; index += 1) {
    const byte = bytes[index]
    if (byte === BYTE.carriageReturn || byte === BYTE.lineFeed) return index
  }
  return -1
}

/**
 * Checks that a line ends in CR LF; both bytes must have arrived.
 *
 * @throws HitlessError `WIRE_PROTOCOL` at the byte that is in the wrong place.
 */
export function checkLineEnd({ bytes, end, offset }: Line): void {
  if (bytes[end] !== BYTE.carriageReturn) {
    throw createWireError('WIRE_PROTOCOL', 'Line feed without carriage return', offset + end)
  }
  if (bytes[end + 1] !== BYTE.lineFeed) {
    throw createWireError('WIRE_PROTOCOL', 'Carriage return without line feed', offset + end + 1)
  }
}

/**
 * Reads the length that a line announces.
 *
 * @param nullable - Whether -1 is legal, which is then what is returned for it.
 * @throws HitlessError `WIRE_PROTOCOL` at the first byte that cannot be part of a length, `WIRE_UNSUPPORTED` for `?`.
 */
export function parseLength(line: Line, nullable: boolean): number {
  const { bytes, start, end, offset } = line
  if (bytes[start] === BYTE.streamLength) {
    throw createWireError('WIRE_UNSUPPORTED', 'Streamed strings and aggregates are not supported', offset + start)
  }
  if (nullable && bytes[start] === BYTE.minus) return parseNullLength(line)
  if (start === end) throw createLineError(line, start, 'a length')
  let length = 0
  for (let index = start; index < end; index += 1) {
    const digit = byteAt(bytes, index) - BYTE.zero
    const zeroBefore = length === 0 && index > start
    if (digit < 0 || digit > 9 || zeroBefore || index - start >= MAX_LENGTH_DIGITS)
      throw createLineError(line, index, 'a length')
    length = length * 10 + digit
  }
  return length
}

/** Whether a length of -1 is legal after this type byte. */
export function isNullable(type: number): boolean {
  return type === BYTE.blob || type === BYTE.array
}

function parseNullLength(line: Line): number {
  const { bytes, start, end } = line
  if (bytes[start + 1] !== BYTE.zero + 1 || start + 1 >= end) throw createLineError(line, start + 1, 'a length')
  if (end > start + 2) throw createLineError(line, start + 2, 'a length')
  return -1
}

/** The error for a line whose byte at `index` cannot be part of what is expected there. */
export function createLineError(line: Line, index: number, expected: string): HitlessError {
  const { bytes, end, offset } = line
  const found = index < end ? printByte(byteAt(bytes, index)) : 'the end of the line'
  return createWireError('WIRE_PROTOCOL', `Expected ${expected}, found ${found}`, offset + index)
}

/** The line as text. */
export function printLine({ bytes, start, end }: Line): string {
  return toText(toBuffer(bytes), start, end)
}
