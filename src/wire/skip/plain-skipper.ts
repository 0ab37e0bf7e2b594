import { findShortLineEnd, PLAIN_HEADER_BYTES, PlainHeader } from '../plain-header.js'
import { BYTE, byteAt, SHAPE, shapeOf } from '../type-byte.js'
import type { FrameCounter } from './frame-counter.js'

/**
 * Skips tokens that lie within one chunk and are written in the usual way, as fast as it can. It stops at everything
 * else: at pushes, at the end of the chunk, at unusual spellings, and at whatever is wrong.
 */
export class PlainSkipper {
  readonly #counter: FrameCounter
  readonly #maxBlobBytes: number
  readonly #header: PlainHeader = new PlainHeader()
  #base = 0

  /** @param counter - Is told of the frames. */
  constructor(counter: FrameCounter, maxBlobBytes: number) {
    this.#counter = counter
    this.#maxBlobBytes = maxBlobBytes
  }

  /** Says where the first byte of the chunk that comes next stands in the stream. */
  moveTo(base: number): void {
    this.#base = base
  }

  /**
   * Skips from `chunk[at]` on, where a token must start, and returns the index that it came to.
   *
   * @throws HitlessError `WIRE_LIMIT` for an aggregate beyond a limit.
   */
  run(chunk: Uint8Array, at: number): number {
    const safe = chunk.length - PLAIN_HEADER_BYTES
    let place = at
    while (place < safe) {
      const next = chunk[place] === BYTE.blob ? this.#skipBlobs(chunk, place) : this.#skipOther(chunk, place)
      if (next === place) break
      place = next
    }
    return place
  }

  #skipBlobs(chunk: Uint8Array, from: number): number {
    const header = this.#header
    const last = chunk.length - 2
    const safe = chunk.length - PLAIN_HEADER_BYTES
    const most = this.#counter.left
    let left = most
    let at = from
    while (at < safe && left > 0 && chunk[at] === BYTE.blob) {
      const start = header.read(chunk, at)
      const end = start + header.length
      if (start === 0 || end > last || header.length > this.#maxBlobBytes) break
      if (chunk[end] !== BYTE.carriageReturn || chunk[end + 1] !== BYTE.lineFeed) break
      at = end + 2
      left -= 1
    }
    if (left < most) this.#counter.completeSome(most - left, at)
    return at
  }

  #skipOther(chunk: Uint8Array, at: number): number {
    const type = byteAt(chunk, at)
    if (shapeOf(type) === SHAPE.line) return this.#skipLine(chunk, at)
    const next = shapeOf(type) < SHAPE.aggregate || type === BYTE.push ? 0 : this.#header.read(chunk, at)
    if (next === 0) return at
    this.#counter.open(type, this.#header.length, { offset: this.#base + at, next })
    return next
  }

  #skipLine(chunk: Uint8Array, at: number): number {
    const end = findShortLineEnd(chunk, at)
    if (end === 0) return at
    this.#counter.complete(end + 2)
    return end + 2
  }
}
