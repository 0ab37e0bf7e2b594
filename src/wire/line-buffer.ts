import { findLineEnd, type Line } from './line.js'
import { BYTE, byteAt } from './type-byte.js'

const USUAL_BYTES = 64

/** Most streams never cut a line. */
const NOTHING = Buffer.alloc(0)

/** Keeps a line that arrives in several chunks, from its type byte on. Looks at every byte once. */
export class LineBuffer {
  #bytes: Buffer = NOTHING
  #size = 0
  #end = -1
  #offset = 0

  /** How many bytes are kept; 0 while no line is open. */
  get size(): number {
    return this.#size
  }

  /** The byte that opened the line. */
  get type(): number {
    return byteAt(this.#bytes, 0)
  }

  /** Whether the line has ended: by CR and one more byte, or by a lone LF. */
  get complete(): boolean {
    if (this.#end === -1) return false
    return this.#end + 1 < this.#size || this.#bytes[this.#end] === BYTE.lineFeed
  }

  /** What was kept, up to the end of the line or to the last byte that arrived. */
  get line(): Line {
    const end = this.#end === -1 ? this.#size : this.#end
    return { bytes: this.#bytes, start: 1, end, offset: this.#offset }
  }

  /** Starts a line whose type byte stands at `offset` of the stream. */
  open(offset: number): void {
    this.#size = 0
    this.#end = -1
    this.#offset = offset
  }

  /** Takes bytes from `chunk[at]` on while the line is not complete, and returns the index after them. */
  append(chunk: Uint8Array, at: number): number {
    let next = at
    if (this.#end === -1) {
      const found = findLineEnd(chunk, at)
      next = found === -1 ? chunk.length : found + 1
      this.#copy(chunk, at, next)
      if (found !== -1) this.#end = this.#size - 1
    }
    if (this.#end === -1 || this.complete || next >= chunk.length) return next
    this.#copy(chunk, next, next + 1)
    return next + 1
  }

  /** Forgets the line. */
  close(): void {
    this.#size = 0
    if (this.#bytes.length > USUAL_BYTES) this.#bytes = NOTHING
  }

  #copy(chunk: Uint8Array, from: number, to: number): void {
    const size = this.#size + to - from
    if (size > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(size, this.#bytes.length * 2, USUAL_BYTES))
      this.#bytes.copy(larger, 0, 0, this.#size)
      this.#bytes = larger
    }
    this.#bytes.set(chunk.subarray(from, to), this.#size)
    this.#size = size
  }
}
