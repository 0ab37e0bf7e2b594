import { isAscii } from 'node:buffer'

/** Methods of Node's buffers that are as old as Node but not declared: `toString` calls them after its checks. */
interface SliceableBuffer {
  latin1Slice(start: number, end: number): string
  utf8Slice(start: number, end: number): string
}

/** From this length on, asking whether all is ASCII and then copying is faster than decoding UTF-8. */
const LONG_BYTES = 2048

/** Decodes UTF-8; what is not UTF-8 becomes U+FFFD. */
export function toText(bytes: Buffer, start: number, end: number): string {
  if (end - start >= LONG_BYTES && isAscii(bytes.subarray(start, end))) return toAsciiText(bytes, start, end)
  const source = bytes as Buffer & SliceableBuffer
  return source.utf8Slice(start, end)
}

/** Reads bytes that are known to be ASCII as text. */
export function toAsciiText(bytes: Buffer, start: number, end: number): string {
  const source = bytes as Buffer & SliceableBuffer
  return source.latin1Slice(start, end)
}
