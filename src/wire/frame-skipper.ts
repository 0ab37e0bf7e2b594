import type { ResolvedWireLimits } from './limits.js'
import { checkLineEnd, findLineEnd, isNullable, type Line, parseLength } from './line.js'
import { LineBuffer } from './line-buffer.js'
import { BYTE, countFrames, SHAPE, SHAPES } from './type-byte.js'
import { createTypeError, createWireError, printByte } from './wire-error.js'

/** Longer than any length. What comes without an end is looked at when it exceeds this. */
const MAX_HEADER_BYTES = 24

/**
 * Finds where top-level frames end, by the lengths that they announce and without looking into what it skips.
 *
 * It leaves to its owner what to do after it threw: it must not be used again then.
 */
export class FrameSkipper {
  readonly #limits: ResolvedWireLimits
  readonly #header: LineBuffer = new LineBuffer()
  /** Per open aggregate, outermost first: how many frames are missing, and whether it is an attribute. */
  readonly #left: number[] = []
  readonly #isAttribute: boolean[] = []
  #depth = 0
  #base = 0
  #bodyLeft = 0
  #bodyEnd = 0
  #inLine = false
  #afterReturn = false
  #frames = 0
  #frameEnd = 0

  constructor(limits: ResolvedWireLimits) {
    this.#limits = limits
  }

  /** How many top-level frames are complete. */
  get frames(): number {
    return this.#frames
  }

  /** Index after the last frame that was completed in this chunk; 0 where none was. */
  get frameEnd(): number {
    return this.#frameEnd
  }

  /** Whether the bytes so far end with a complete frame. */
  get atBoundary(): boolean {
    return this.#depth === 0 && this.#bodyLeft === 0 && !this.#inLine && this.#header.size === 0
  }

  /** Starts a chunk whose first byte stands at `base` of the stream. */
  moveTo(base: number): void {
    this.#base = base
    this.#frameEnd = 0
  }

  /**
   * Skips from `chunk[at]` on, to the end of the chunk or to the next push, and returns the index that it came to.
   *
   * @param stopAtPush - Whether pushes are left to the owner, who must say {@link complete} after each.
   * @throws HitlessError `WIRE_PROTOCOL`, `WIRE_LIMIT` or `WIRE_UNSUPPORTED`.
   */
  run(chunk: Uint8Array, at: number, stopAtPush: boolean): number {
    let next = at
    while (next < chunk.length) {
      if (this.#bodyLeft > 0) next = this.#skipBody(chunk, next)
      else if (this.#inLine) next = this.#skipLine(chunk, next)
      else if (this.#header.size > 0) next = this.#keepHeader(chunk, next)
      else if (stopAtPush && chunk[next] === BYTE.push && this.#acceptsPush()) return next
      else next = this.#skipToken(chunk, next)
    }
    return next
  }

  /** Counts a frame that ended before index `at` as an element of what is open, or as a top-level frame. */
  complete(at: number): void {
    while (this.#depth > 0) {
      const left = (this.#left[this.#depth - 1] ?? 0) - 1
      this.#left[this.#depth - 1] = left
      if (left > 0) return
      this.#depth -= 1
    }
    this.#frames += 1
    this.#frameEnd = at
  }

  #acceptsPush(): boolean {
    for (let level = 0; level < this.#depth; level += 1) {
      if (!this.#isAttribute[level] || this.#left[level] !== 1) return false
    }
    return true
  }

  #skipToken(chunk: Uint8Array, at: number): number {
    const type = chunk[at] ?? 0
    const shape = SHAPES[type]
    const isMisplaced = type === BYTE.push && !this.#acceptsPush()
    if (shape === SHAPE.none || isMisplaced) throw createTypeError(type, this.#base + at)
    if (shape === SHAPE.line) {
      this.#inLine = true
      return at + 1
    }
    const end = findLineEnd(chunk, at + 1)
    if (end === -1 || (end + 1 === chunk.length && chunk[end] === BYTE.carriageReturn)) {
      this.#header.open(this.#base + at)
      return this.#keepHeader(chunk, at)
    }
    this.#enter(type, { bytes: chunk, start: at + 1, end, offset: this.#base }, end + 2)
    return end + 2
  }

  #keepHeader(chunk: Uint8Array, at: number): number {
    const next = this.#header.append(chunk, at)
    const { type, line, complete } = this.#header
    if (complete) {
      this.#header.close()
      this.#enter(type, line, next)
    } else if (line.end > MAX_HEADER_BYTES) {
      parseLength(line, isNullable(type))
    }
    return next
  }

  #enter(type: number, line: Line, next: number): void {
    const length = parseLength(line, isNullable(type))
    checkLineEnd(line)
    const offset = line.offset + line.start - 1
    if (length === -1) {
      this.complete(next)
    } else if (SHAPES[type] !== SHAPE.blob) {
      this.#open(type, countFrames(type, length), { offset, next })
    } else if (length > this.#limits.maxBlobBytes) {
      throw createWireError('WIRE_LIMIT', `A string of ${length} bytes is too long`, offset)
    } else {
      this.#bodyLeft = length + 2
      this.#bodyEnd = line.offset + line.end + 2 + length
    }
  }

  #open(type: number, count: number, { offset, next }: { offset: number; next: number }): void {
    if (this.#depth >= this.#limits.maxDepth) {
      throw createWireError('WIRE_LIMIT', 'Aggregates are nested too deep', offset)
    }
    if (count > this.#limits.maxElements) throw createWireError('WIRE_LIMIT', 'An aggregate is too large', offset)
    if (count === 0) {
      this.complete(next)
      return
    }
    this.#left[this.#depth] = count
    this.#isAttribute[this.#depth] = type === BYTE.attribute
    this.#depth += 1
  }

  #skipLine(chunk: Uint8Array, at: number): number {
    let next = at
    if (!this.#afterReturn) {
      const end = findLineEnd(chunk, at)
      if (end === -1) return chunk.length
      this.#expect(chunk[end], BYTE.carriageReturn, this.#base + end)
      this.#afterReturn = true
      next = end + 1
      if (next === chunk.length) return next
    }
    this.#expect(chunk[next], BYTE.lineFeed, this.#base + next)
    this.#afterReturn = false
    this.#inLine = false
    this.complete(next + 1)
    return next + 1
  }

  #skipBody(chunk: Uint8Array, at: number): number {
    const available = chunk.length - at
    let next = at + Math.min(available, Math.max(this.#bodyLeft - 2, 0))
    this.#bodyLeft -= next - at
    if (this.#bodyLeft === 2 && next < chunk.length) {
      this.#expect(chunk[next], BYTE.carriageReturn, this.#bodyEnd)
      this.#bodyLeft = 1
      next += 1
    }
    if (this.#bodyLeft === 1 && next < chunk.length) {
      this.#expect(chunk[next], BYTE.lineFeed, this.#bodyEnd + 1)
      this.#bodyLeft = 0
      next += 1
      this.complete(next)
    }
    return next
  }

  #expect(found: number | undefined, expected: number, offset: number): void {
    if (found === expected) return
    const message = `Expected ${printByte(expected)}, found ${printByte(found ?? 0)}`
    throw createWireError('WIRE_PROTOCOL', message, offset)
  }
}
