import type { ResolvedWireLimits } from '../limits.js'
import { MAX_LENGTH_DIGITS } from '../line.js'
import { PLAIN_HEADER_BYTES, PlainHeader } from '../plain-header.js'
import { BYTE, byteAt } from '../type-byte.js'
import { RespPush, type RespValue } from '../value.js'
import type { ChunkText } from './chunk-text.js'
import type { ValueStack } from './value-stack.js'

/** What is larger or deeper is left to the general code, so that little is read twice when a push is not plain. */
const MAX_ELEMENTS = 32
const MAX_DEPTH = 3

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

  #readItems(chunk: Buffer, start: number, count: number): RespValue[] | undefined {
    if (count > this.#maxElements || this.#depth >= this.#maxDepth) return undefined
    const items = new Array<RespValue>(count)
    this.#next = this.#fill(items, chunk, start)
    return this.#next === 0 ? undefined : items
  }

  // biome-ignore lint/complexity/noExcessiveCognitiveComplexity: a call for each step of each element costs a quarter of the speed.
  #fill(items: RespValue[], chunk: Buffer, start: number): number {
    const safe = chunk.length - PLAIN_HEADER_BYTES
    let at = start
    for (let place = 0; place < items.length; place += 1) {
      if (at >= safe) return 0
      const type = chunk[at]
      let length = byteAt(chunk, at + 1) - BYTE.zero
      let index = at + 2
      let byte = byteAt(chunk, index)
      if (length < 0 || length > 9 || (length === 0 && byte !== BYTE.carriageReturn)) {
        if (type !== BYTE.null || chunk[at + 1] !== BYTE.carriageReturn || byte !== BYTE.lineFeed) return 0
        items[place] = null
        at += 3
        continue
      }
      while (byte !== BYTE.carriageReturn) {
        const digit = byte - BYTE.zero
        if (digit < 0 || digit > 9 || index - at > MAX_LENGTH_DIGITS) return 0
        length = length * 10 + digit
        index += 1
        byte = byteAt(chunk, index)
      }
      if (chunk[index + 1] !== BYTE.lineFeed) return 0
      at = index + 2
      if (type === BYTE.integer) {
        items[place] = length
      } else if (type === BYTE.blob && this.#isBlob(chunk, at, length)) {
        items[place] = this.#text.readShared(chunk, at, at + length)
        at += length + 2
      } else {
        const inner = type === BYTE.array ? this.#readInner(chunk, at, length) : undefined
        if (inner === undefined) return 0
        items[place] = inner
        at = this.#next
      }
    }
    return at
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
