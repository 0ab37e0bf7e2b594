import { MAX_LENGTH_DIGITS } from './line.js'
import { BYTE, byteAt } from './type-byte.js'

/** How many bytes at most follow a type byte in a plain header: digits, CR and LF. */
export const PLAIN_HEADER_BYTES: number = MAX_LENGTH_DIGITS + 2

/**
 * Reads the headers that streams are full of, digits without leading zeros and CR LF, as fast as it can. Everything
 * else is left to code that is slower and says what is wrong.
 */
export class PlainHeader {
  /** What the last header said. */
  length = 0

  /**
   * Reads the header whose type byte is `bytes[at]`, and returns the index after it, or 0 if it is not a plain one.
   * At least {@link PLAIN_HEADER_BYTES} must follow the type byte: the end of the bytes is not looked for.
   */
  read(bytes: Uint8Array, at: number): number {
    let length = byteAt(bytes, at + 1) - BYTE.zero
    if (length < 0 || length > 9) return 0
    let index = at + 2
    let byte = byteAt(bytes, index)
    if (byte !== BYTE.carriageReturn && length === 0) return 0
    while (byte !== BYTE.carriageReturn) {
      const digit = byte - BYTE.zero
      if (digit < 0 || digit > 9 || index - at > MAX_LENGTH_DIGITS) return 0
      length = length * 10 + digit
      index += 1
      byte = byteAt(bytes, index)
    }
    if (bytes[index + 1] !== BYTE.lineFeed) return 0
    this.length = length
    return index + 2
  }
}

/**
 * Index of the CR of a line as short as a header, whose type byte is `bytes[at]`; 0 if the line is longer or not ended
 * by CR LF. As many bytes must follow as {@link PlainHeader.read} asks for.
 */
export function findShortLineEnd(bytes: Uint8Array, at: number): number {
  const last = at + PLAIN_HEADER_BYTES - 1
  let index = at + 1
  let byte = bytes[index]
  while (byte !== BYTE.carriageReturn) {
    if (byte === BYTE.lineFeed || index === last) return 0
    index += 1
    byte = bytes[index]
  }
  return bytes[index + 1] === BYTE.lineFeed ? index : 0
}
