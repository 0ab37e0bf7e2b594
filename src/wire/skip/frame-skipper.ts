import { MAX_NUMBER_BYTES, MAX_STRING_BYTES, type ResolvedWireLimits } from '../limits.js'
import { checkLineEnd, findLineEnd, isNullable, type Line, parseLength } from '../line.js'
import { LineBuffer } from '../line-buffer.js'
import { BYTE, byteAt, SHAPE, shapeOf } from '../type-byte.js'
import { createTypeError, createWireError, printByte } from '../wire-error.js'
import { FrameCounter } from './frame-counter.js'
import { PlainSkipper } from './plain-skipper.js'

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
  readonly #counter: FrameCounter
  readonly #plain: PlainSkipper
  #base = 0
  #bodyLeft = 0
  #bodyEnd = 0
  #inLine = false
  /** Where the line that is open began, counted like `base`, and how long it may be. */
  #lineStart = 0
  #lineLimit = 0
  #afterReturn = false

  constructor(limits: ResolvedWireLimits) {
    this.#limits = limits
    this.#counter = new FrameCounter(limits)
    this.#plain = new PlainSkipper(this.#counter, limits.maxBlobBytes)
  }

  /** How many top-level frames are complete. */
  get frames(): number {
    return this.#counter.frames
  }

  /** Index after the last frame that was completed in this chunk; 0 where none was. */
  get frameEnd(): number {
    return this.#counter.frameEnd
  }

  /** Whether the bytes so far end with a complete frame. */
  get atBoundary(): boolean {
    return this.#counter.atTop && this.#isBetweenTokens
  }

  /** Starts a chunk whose first byte stands at `base` of the stream. */
  moveTo(base: number): void {
    this.#base = base
    this.#plain.moveTo(base)
    this.#counter.start()
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
      if (!this.#isBetweenTokens) {
        next = this.#resume(chunk, next)
        continue
      }
      next = this.#plain.run(chunk, next)
      if (next === chunk.length || (stopAtPush && this.#isPush(chunk[next]))) break
      next = this.#skipToken(chunk, next)
    }
    return next
  }

  get #isBetweenTokens(): boolean {
    return this.#bodyLeft === 0 && !this.#inLine && this.#header.size === 0
  }

  #resume(chunk: Uint8Array, at: number): number {
    if (this.#bodyLeft > 0) return this.#skipBody(chunk, at)
    return this.#inLine ? this.#skipLine(chunk, at) : this.#keepHeader(chunk, at)
  }

  #isPush(type: number | undefined): boolean {
    return type === BYTE.push && this.#counter.acceptsPush
  }

  /** Counts a push that the owner read, up to index `at`. */
  complete(at: number): void {
    this.#counter.complete(at)
  }

  #skipToken(chunk: Uint8Array, at: number): number {
    const type = byteAt(chunk, at)
    const shape = shapeOf(type)
    const isMisplaced = type === BYTE.push && !this.#counter.acceptsPush
    if (shape === SHAPE.none || isMisplaced) throw createTypeError(type, this.#base + at)
    if (shape === SHAPE.line) {
      this.#inLine = true
      this.#lineStart = this.#base + at
      this.#lineLimit = isText(type) ? Math.min(this.#limits.maxBlobBytes, MAX_STRING_BYTES) : MAX_NUMBER_BYTES
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
    } else if (shapeOf(type) !== SHAPE.blob) {
      this.#counter.open(type, length, { offset, next })
    } else if (length > this.#limits.maxBlobBytes) {
      throw createWireError('WIRE_LIMIT', `A string of ${length} bytes is too long`, offset)
    } else {
      this.#bodyLeft = length + 2
      this.#bodyEnd = line.offset + line.end + 2 + length
    }
  }

  #skipLine(chunk: Uint8Array, at: number): number {
    let next = at
    if (!this.#afterReturn) {
      const end = findLineEnd(chunk, at)
      this.#checkLineLength(end === -1 ? chunk.length : end)
      if (end === -1) return chunk.length
      expectByte(BYTE.carriageReturn, byteAt(chunk, end), this.#base + end)
      this.#afterReturn = true
      next = end + 1
      if (next === chunk.length) return next
    }
    expectByte(BYTE.lineFeed, byteAt(chunk, next), this.#base + next)
    this.#afterReturn = false
    this.#inLine = false
    this.complete(next + 1)
    return next + 1
  }

  #checkLineLength(end: number): void {
    if (this.#base + end - this.#lineStart - 1 <= this.#lineLimit) return
    throw createWireError('WIRE_LIMIT', `A line of more than ${this.#lineLimit} bytes is too long`, this.#lineStart)
  }

  #skipBody(chunk: Uint8Array, at: number): number {
    const available = chunk.length - at
    let next = at + Math.min(available, Math.max(this.#bodyLeft - 2, 0))
    this.#bodyLeft -= next - at
    if (this.#bodyLeft === 2 && next < chunk.length) {
      expectByte(BYTE.carriageReturn, byteAt(chunk, next), this.#bodyEnd)
      this.#bodyLeft = 1
      next += 1
    }
    if (this.#bodyLeft === 1 && next < chunk.length) {
      expectByte(BYTE.lineFeed, byteAt(chunk, next), this.#bodyEnd + 1)
      this.#bodyLeft = 0
      next += 1
      this.complete(next)
    }
    return next
  }
}

function isText(type: number): boolean {
  return type === BYTE.simple || type === BYTE.error
}

function expectByte(expected: number, found: number, offset: number): void {
  if (found === expected) return
  const message = `Expected ${printByte(expected)}, found ${printByte(found)}`
  throw createWireError('WIRE_PROTOCOL', message, offset)
}
