import type { ResolvedWireLimits } from '../limits.js'
import { findShortLineEnd, PLAIN_HEADER_BYTES, PlainHeader } from '../plain-header.js'
import { BYTE, byteAt, SHAPE, shapeOf } from '../type-byte.js'
import { ChunkText } from './chunk-text.js'
import { PlainPushReader } from './plain-push.js'
import type { ValueStack } from './value-stack.js'

/**
 * Reads tokens that lie within one chunk and are written in the usual way, as fast as it can. It stops at everything
 * else: at the end of the chunk, at rare types, at unusual spellings, and at whatever is wrong.
 */
export class PlainReader {
  readonly #stack: ValueStack
  readonly #maxBlobBytes: number
  readonly #header: PlainHeader = new PlainHeader()
  readonly #text: ChunkText = new ChunkText()
  readonly #pushes: PlainPushReader
  #base = 0

  /** @param stack - Takes the values. */
  constructor(stack: ValueStack, limits: ResolvedWireLimits) {
    this.#stack = stack
    this.#maxBlobBytes = limits.maxBlobBytes
    this.#pushes = new PlainPushReader(this.#text, limits)
  }

  /** Says where the first byte of the chunk that comes next stands in the stream. */
  moveTo(base: number): void {
    this.#base = base
  }

  /** Lets go of the chunk. */
  close(): void {
    this.#text.close()
  }

  /**
   * Reads from `chunk[at]` on, where a token must start, and returns the index that it came to.
   *
   * @param pushesOnly - Whether to stop at the first top-level frame that is not a push.
   * @throws HitlessError `WIRE_LIMIT` for an aggregate beyond a limit.
   */
  run(chunk: Buffer, at: number, pushesOnly: boolean): number {
    const safe = chunk.length - PLAIN_HEADER_BYTES
    let place = at
    while (place < safe && !(pushesOnly && this.#stack.atTop && chunk[place] !== BYTE.push)) {
      const start = this.#header.read(chunk, place)
      const next = start === 0 ? this.#takeLine(chunk, place) : this.#take(chunk, place, start)
      if (next === 0) break
      place = next
    }
    return place
  }

  #take(chunk: Buffer, at: number, start: number): number {
    const type = byteAt(chunk, at)
    const { length } = this.#header
    if (type === BYTE.blob) return this.#takeBlob(chunk, start, start + length)
    if (type === BYTE.push) return this.#takePushes(chunk, at)
    if (type === BYTE.integer) this.#stack.accept(length)
    else if (shapeOf(type) < SHAPE.aggregate) return 0
    else this.#stack.open(type, length, this.#base + at)
    return start
  }

  #takeBlob(chunk: Buffer, start: number, end: number): number {
    if (end + 1 >= chunk.length || end - start > this.#maxBlobBytes) return 0
    if (chunk[end] !== BYTE.carriageReturn || chunk[end + 1] !== BYTE.lineFeed) return 0
    this.#stack.accept(this.#text.read(chunk, start, end))
    return end + 2
  }

  #takePushes(chunk: Buffer, at: number): number {
    const next = this.#stack.atTop ? this.#pushes.readRun(chunk, at, this.#stack) : at
    return next === at ? 0 : next
  }

  #takeLine(chunk: Buffer, at: number): number {
    const type = byteAt(chunk, at)
    const end = shapeOf(type) === SHAPE.line ? findShortLineEnd(chunk, at) : 0
    if (end === 0) return 0
    if (type === BYTE.simple) {
      if (end - at > this.#maxBlobBytes) return 0
      this.#stack.accept(this.#text.read(chunk, at + 1, end))
    } else if (type === BYTE.null && end === at + 1) this.#stack.accept(null)
    else if (type === BYTE.boolean && end === at + 2 && chunk[at + 1] === BYTE.true) this.#stack.accept(true)
    else return 0
    return end + 2
  }
}
