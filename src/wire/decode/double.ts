import { createLineError, type Line, printLine } from '../line.js'
import { BYTE, byteAt } from '../type-byte.js'

const POINT = 0x2e
/** So many digits are always less than 2^53. */
const MAX_EXACT_DIGITS = 15
const POWERS: readonly number[] = Array.from({ length: MAX_EXACT_DIGITS + 1 }, (_, exponent) => 10 ** exponent)
const WORDS = [
  { letters: Buffer.from('inf'), value: Number.POSITIVE_INFINITY },
  { letters: Buffer.from('nan'), value: Number.NaN },
] as const

/**
 * Reads a double: `[+-]digits[.digits][e[+-]digits]`, `inf` or `nan`, the words with a sign as well.
 *
 * @throws HitlessError `WIRE_PROTOCOL` at the first byte that does not fit.
 */
export function parseDouble(line: Line): number {
  return parseShortDouble(line) ?? parseAnyDouble(line)
}

/**
 * Reads `[-]digits[.digits]` of so few digits that both they and the power of ten are exact: their quotient is then
 * rounded once, and so is the number that is meant. Returns `undefined` for anything else.
 */
function parseShortDouble(line: Line): number | undefined {
  const { bytes, start, end } = line
  const isNegative = bytes[start] === BYTE.minus
  const first = isNegative ? start + 1 : start
  const point = findPoint(line, first)
  if (point === first || point === end - 1 || end - first > MAX_EXACT_DIGITS) return undefined
  let digits = 0
  for (let index = first; index < end; index += 1) {
    if (index !== point) digits = digits * 10 + byteAt(bytes, index) - BYTE.zero
  }
  const value = digits / (POWERS[end - point - 1] ?? 1)
  return isNegative ? -value : value
}

/** Index of the only byte that is no digit, if it is a point; the end if all are digits, the first in any other case. */
function findPoint({ bytes, end }: Line, first: number): number {
  let point = end
  for (let index = first; index < end; index += 1) {
    const byte = byteAt(bytes, index)
    if (isDigit(byte)) continue
    if (byte !== POINT || point !== end) return first
    point = index
  }
  return point
}

function parseAnyDouble(line: Line): number {
  const first = skipSign(line, line.start)
  const word = WORDS.find(({ letters }) => first < line.end && letters[0] === line.bytes[first])
  if (word !== undefined) {
    checkWord(line, first, word.letters)
    return line.bytes[line.start] === BYTE.minus ? -word.value : word.value
  }
  let end = skipDigits(line, first)
  if (end < line.end && line.bytes[end] === POINT) end = skipDigits(line, end + 1)
  if (isExponent(line, end)) end = skipDigits(line, skipSign(line, end + 1))
  if (end < line.end) throw createLineError(line, end, 'a double')
  return Number(printLine(line))
}

function skipSign({ bytes, end }: Line, at: number): number {
  return at < end && (bytes[at] === BYTE.minus || bytes[at] === BYTE.simple) ? at + 1 : at
}

function skipDigits(line: Line, from: number): number {
  const { bytes, end } = line
  let index = from
  while (index < end && isDigit(byteAt(bytes, index))) index += 1
  if (index === from) throw createLineError(line, index, 'a digit')
  return index
}

function isDigit(byte: number): boolean {
  return byte >= BYTE.zero && byte <= BYTE.zero + 9
}

function isExponent({ bytes, end }: Line, at: number): boolean {
  return at < end && (byteAt(bytes, at) | 0x20) === 0x65
}

function checkWord(line: Line, from: number, letters: Buffer): void {
  for (const [index, letter] of letters.entries()) {
    const at = from + index
    if (at >= line.end || line.bytes[at] !== letter) throw createLineError(line, at, letters.toString())
  }
  if (from + letters.length < line.end) throw createLineError(line, from + letters.length, 'the end of the line')
}
