import { MAX_STRING_BYTES } from '../limits.js'
import { toText } from '../text.js'
import { BYTE, byteAt } from '../type-byte.js'
import { RespError, type RespValue, RespVerbatim } from '../value.js'
import { createWireError, printByte } from '../wire-error.js'
import { BodyBuffer } from './body-buffer.js'

const COLON = 0x3a
const FORMAT_BYTES = 4
const CLOSED = -1

/** Reads the body of one blob at a time, CR LF included, however it is cut. */
export class BodyReader {
  readonly #buffers: boolean
  readonly #maxBytes: number
  #type = 0
  #length = CLOSED
  #offset = 0
  readonly #gathered: BodyBuffer = new BodyBuffer()
  #isGathering = false
  #value: RespValue = null

  /** @param buffers - Whether plain blobs become a `Buffer` rather than a string. */
  constructor(maxBytes: number, buffers: boolean) {
    this.#maxBytes = maxBytes
    this.#buffers = buffers
  }

  /** Whether a body is being read. */
  get active(): boolean {
    return this.#length !== CLOSED
  }

  /** Hands over what the last complete body held. */
  take(): RespValue {
    const value = this.#value
    this.#value = null
    return value
  }

  /**
   * Starts a body of `length` bytes, the first of which stands at `offset` of the stream.
   *
   * @param header - Where the type byte stands in the stream.
   * @throws HitlessError `WIRE_LIMIT` if it is too long, `WIRE_PROTOCOL` if it cannot hold what its type demands.
   */
  start(type: number, length: number, { header, offset }: { header: number; offset: number }): void {
    const limit = this.#isBuffer(type) ? this.#maxBytes : Math.min(this.#maxBytes, MAX_STRING_BYTES)
    if (length > limit) throw createWireError('WIRE_LIMIT', `A string of ${length} bytes is too long`, header)
    if (type === BYTE.verbatim && length < FORMAT_BYTES) {
      throw createWireError('WIRE_PROTOCOL', 'A verbatim string needs room for its format', header + 1)
    }
    this.#type = type
    this.#length = length
    this.#offset = offset
  }

  /**
   * Takes the body's bytes from `chunk[at]` on and returns the index after them; `active` tells whether more must come.
   *
   * @throws HitlessError `WIRE_PROTOCOL` at the first byte of the ending, or of the format, that is not as it must be.
   */
  read(chunk: Buffer, at: number): number {
    const next = at + this.#length + 2
    if (this.#isGathering || next > chunk.length) return this.#gather(chunk, at)
    this.#check(chunk, at, next)
    this.#value = this.#toValue(chunk, at, at + this.#length)
    this.#length = CLOSED
    return next
  }

  #gather(chunk: Buffer, at: number): number {
    const gathered = this.#gathered
    if (!this.#isGathering) gathered.start(this.#length + 2)
    this.#isGathering = true
    const next = gathered.append(chunk, at)
    this.#check(gathered.bytes, 0, gathered.size)
    if (!gathered.complete) return next
    const isBuffer = this.#isBuffer(this.#type)
    this.#value = isBuffer ? gathered.detach(this.#length) : this.#toValue(gathered.bytes, 0, this.#length)
    gathered.close()
    this.#isGathering = false
    this.#length = CLOSED
    return next
  }

  #check(bytes: Buffer, start: number, end: number): void {
    const ending = start + this.#length
    if (end <= ending) return
    if (this.#type === BYTE.verbatim) this.#expect(bytes, start + FORMAT_BYTES - 1, { start, byte: COLON })
    this.#expect(bytes, ending, { start, byte: BYTE.carriageReturn })
    if (end > ending + 1) this.#expect(bytes, ending + 1, { start, byte: BYTE.lineFeed })
  }

  #expect(bytes: Buffer, index: number, { start, byte }: { start: number; byte: number }): void {
    const found = byteAt(bytes, index)
    if (found === byte) return
    const message = `Expected ${printByte(byte)} in a string, found ${printByte(found)}`
    throw createWireError('WIRE_PROTOCOL', message, this.#offset + index - start)
  }

  #toValue(bytes: Buffer, start: number, end: number): RespValue {
    if (this.#isBuffer(this.#type)) return Buffer.from(bytes.subarray(start, end))
    if (this.#type === BYTE.blobError) return new RespError(toText(bytes, start, end))
    if (this.#type === BYTE.blob) return toText(bytes, start, end)
    const text = start + FORMAT_BYTES
    return new RespVerbatim(toText(bytes, start, text - 1), toText(bytes, text, end))
  }

  #isBuffer(type: number): boolean {
    return this.#buffers && type === BYTE.blob
  }
}
