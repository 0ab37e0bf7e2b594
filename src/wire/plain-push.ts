import type { ChunkText } from './chunk-text.js'
import type { ResolvedWireLimits } from './limits.js'
import { MAX_LENGTH_DIGITS } from './line.js'
import { PLAIN_HEADER_BYTES, PlainHeader } from './plain-header.js'
import { BYTE } from './type-byte.js'
import { RespPush, type RespValue } from './value.js'
import type { ValueStack } from './value-stack.js'

/** What is larger or deeper is left to the general code, so that little is read twice when a push is not plain. */
const MAX_ELEMENTS = 32
const MAX_DEPTH = 3
/** What is left of a CR when it is read as a digit. */
const RETURN_AS_DIGIT: number = BYTE.carriageReturn - BYTE.zero

/** Reads the pushes that servers send most: short, in one chunk, of blobs, counts, nulls and arrays of them. */
export class PlainPushReader {
  readonly #header: PlainHeader = new PlainHeader()
  readonly #text: ChunkText
  readonly #maxElements: number
  readonly #maxDepth: number
  readonly #maxBlobBytes: number
  #depth = 0
  /** Index after what was read last. */
  #next = 0

  constructor(text: ChunkText, { maxDepth, maxElements, maxBlobBytes }: ResolvedWireLimits) {
    this.#text = text
    this.#maxElements = Math.min(maxElements, MAX_ELEMENTS)
    this.#maxDepth = Math.min(maxDepth, MAX_DEPTH)
    this.#maxBlobBytes = maxBlobBytes
  }

  /**
   * Reads from `chunk[at]` on as many pushes as follow each other and are plain, and returns the index after them.
   *
   * @param target - Takes the pushes.
   */
  readRun(chunk: Buffer, at: number, target: ValueStack): number {
    const safe = chunk.length - PLAIN_HEADER_BYTES
    let next = at
    while (next < safe && chunk[next] === BYTE.push) {
      const start = this.#header.read(chunk, next)
      const items = start === 0 ? undefined : this.#readItems(chunk, start, this.#header.length)
      if (items === undefined) break
      target.accept(new RespPush(items))
      next = this.#next
    }
    return next
  }

  // biome-ignore lint/complexity/noExcessiveCognitiveComplexity: a call for each step of each element costs a quarter of the speed.
  #readItems(chunk: Buffer, start: number, count: number): RespValue[] | undefined {
    if (count > this.#maxElements || this.#depth >= this.#maxDepth) return undefined
    const safe = chunk.length - PLAIN_HEADER_BYTES
    const items = new Array<RespValue>(count)
    let at = start
    for (let place = 0; place < count; place += 1) {
      if (at >= safe) return undefined
      const type = chunk[at]
      let length = (chunk[at + 1] ?? 0) - BYTE.zero
      let index = at + 2
      let byte = chunk[index] ?? 0
      if (length < 0 || length > 9 || (length === 0 && byte !== BYTE.carriageReturn)) {
        if (type !== BYTE.null || byte !== BYTE.lineFeed || length !== RETURN_AS_DIGIT) return undefined
        items[place] = null
        at += 3
        continue
      }
      while (byte !== BYTE.carriageReturn) {
        const digit = byte - BYTE.zero
        if (digit < 0 || digit > 9 || index - at > MAX_LENGTH_DIGITS) return undefined
        length = length * 10 + digit
        index += 1
        byte = chunk[index] ?? 0
      }
      if (chunk[index + 1] !== BYTE.lineFeed) return undefined
      at = index + 2
      if (type === BYTE.blob) {
        if (!this.#isBlob(chunk, at, length)) return undefined
        items[place] = this.#text.readShared(chunk, at, at + length)
        at += length + 2
      } else if (type === BYTE.integer) {
        items[place] = length
      } else {
        const inner = type === BYTE.array ? this.#readInner(chunk, at, length) : undefined
        if (inner === undefined) return undefined
        items[place] = inner
        at = this.#next
      }
    }
    this.#next = at
    return items
  }

  #isBlob(chunk: Buffer, start: number, length: number): boolean {
    const end = start + length
    if (end + 1 >= chunk.length || length > this.#maxBlobBytes) return false
    return chunk[end] === BYTE.carriageReturn && chunk[end + 1] === BYTE.lineFeed
  }

  #readInner(chunk: Buffer, start: number, count: number): RespValue[] | undefined {
    this.#depth += 1
    const items = this.#readItems(chunk, start, count)
    this.#depth -= 1
    return items
  }
}
