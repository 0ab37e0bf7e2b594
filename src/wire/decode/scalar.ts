import { createLineError, type Line, printLine } from '../line.js'
import { BYTE, byteAt } from '../type-byte.js'
import { RespError, type RespValue } from '../value.js'
import { parseDouble } from './double.js'

const MAX_SAFE_DIGITS = 15

/**
 * Reads the value of a line that is a whole frame.
 *
 * @throws HitlessError `WIRE_PROTOCOL` at the first byte that does not fit the type.
 */
export function parseScalar(type: number, line: Line): RespValue {
  switch (type) {
    case BYTE.simple:
      return printLine(line)
    case BYTE.integer:
      return parseInteger(line)
    case BYTE.error:
      return new RespError(printLine(line))
    case BYTE.double:
      return parseDouble(line)
    case BYTE.bigNumber:
      return parseBigNumber(line)
    case BYTE.boolean:
      return parseBoolean(line)
    default:
      return parseNull(line)
  }
}

function parseInteger(line: Line): number | bigint {
  const digits = checkDigits(line)
  if (line.end - digits > MAX_SAFE_DIGITS) {
    const value = BigInt(printLine({ ...line, start: digits }))
    const signed = isNegative(line) ? -value : value
    return isSafe(signed) ? Number(signed) : signed
  }
  let value = 0
  for (let index = digits; index < line.end; index += 1) value = value * 10 + byteAt(line.bytes, index) - BYTE.zero
  return isNegative(line) && value !== 0 ? -value : value
}

function parseBigNumber(line: Line): bigint {
  const value = BigInt(printLine({ ...line, start: checkDigits(line) }))
  return isNegative(line) ? -value : value
}

/** Index of the first digit, once all of them are known to be digits. */
function checkDigits(line: Line): number {
  const { bytes, start, end } = line
  const first = start < end && (bytes[start] === BYTE.minus || bytes[start] === BYTE.simple) ? start + 1 : start
  if (first === end) throw createLineError(line, first, 'an integer')
  for (let index = first; index < end; index += 1) {
    const digit = byteAt(bytes, index) - BYTE.zero
    if (digit < 0 || digit > 9) throw createLineError(line, index, 'an integer')
  }
  return first
}

function isNegative({ bytes, start }: Line): boolean {
  return bytes[start] === BYTE.minus
}

function isSafe(value: bigint): boolean {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= BigInt(Number.MIN_SAFE_INTEGER)
}

function parseBoolean(line: Line): boolean {
  const { bytes, start, end } = line
  const letter = start < end ? bytes[start] : undefined
  if (letter !== BYTE.true && letter !== BYTE.false) throw createLineError(line, start, 't or f')
  if (end > start + 1) throw createLineError(line, start + 1, 't or f')
  return letter === BYTE.true
}

function parseNull(line: Line): null {
  if (line.end > line.start) throw createLineError(line, line.start, 'the end of the line')
  return null
}
