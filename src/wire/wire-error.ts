import { type ErrorCode, HitlessError, isHitlessError } from '../base/errors.js'
import { BYTE } from './type-byte.js'

/** The codes of errors that bytes can cause. */
export type WireErrorCode = Extract<ErrorCode, `WIRE_${string}`>

/**
 * Creates the error for bytes that cannot be read.
 *
 * @param code - `WIRE_PROTOCOL` for bytes that are not RESP3, `WIRE_LIMIT` for a frame beyond a limit,
 * `WIRE_UNSUPPORTED` for streamed strings and aggregates.
 * @param offset - Where the offending byte stands in the stream, counted from 0 at the start or the last reset;
 * found again as `facts.offset`. Of a frame beyond a limit it is the type byte.
 */
export function createWireError(code: WireErrorCode, message: string, offset: number): HitlessError<WireErrorCode> {
  return new HitlessError(code, `${message}, at byte ${offset}`, { facts: { offset } })
}

/** Prints a byte for a message: as a character where it is a visible one, as hexadecimal otherwise. */
export function printByte(byte: number): string {
  return byte > 0x20 && byte < 0x7f ? `"${String.fromCharCode(byte)}"` : `0x${byte.toString(16).padStart(2, '0')}`
}

/** The error for a type byte that is unknown, unsupported, or a push inside another value. */
export function createTypeError(type: number, offset: number): HitlessError {
  if (type === BYTE.streamChunk || type === BYTE.streamEnd) {
    return createWireError('WIRE_UNSUPPORTED', 'Streamed strings and aggregates are not supported', offset)
  }
  if (type === BYTE.push) return createWireError('WIRE_PROTOCOL', 'A push inside another value', offset)
  return createWireError('WIRE_PROTOCOL', `Unknown type ${printByte(type)}`, offset)
}

/**
 * Narrows what a reader threw.
 *
 * @throws the same, if it is no error of this library: then it is a defect of ours and must not pass as a server's.
 */
export function asWireError(error: unknown): HitlessError {
  if (isHitlessError(error)) return error
  throw error
}
