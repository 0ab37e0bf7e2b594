import { MAX_NUMBER_BYTES, MAX_STRING_BYTES, type ResolvedWireLimits } from '../limits.js'
import { checkLineEnd, findLineEnd, isNullable, type Line, parseLength } from '../line.js'
import { LineBuffer } from '../line-buffer.js'
import { BYTE, byteAt, SHAPE, shapeOf } from '../type-byte.js'
import type { RespValue } from '../value.js'
import { createTypeError, createWireError } from '../wire-error.js'
import { BodyReader } from './body-reader.js'
import { PlainReader } from './plain-reader.js'
import { parseScalar } from './scalar.js'
import { ValueStack } from './value-stack.js'

/** What {@link FrameDecoder} needs to know. */
export interface FrameDecoderSettings {
  /** Whether blobs become a `Buffer` rather than a string. */
  readonly buffers: boolean
  readonly keepAttributes: boolean
  readonly limits: ResolvedWireLimits
  /** Whether `run` stops behind each top-level value, where blobs become buffers. Default `false`. */
  readonly oneAtATime?: boolean
}

/** Longer than any length, boolean or null. What comes without an end is looked at when it exceeds this. */
const MAX_HEADER_BYTES = 24

/**
 * Decodes one token after the other: a scalar, the opening of an aggregate, a piece of a blob.
 *
 * It leaves to its owner when to stop, and what to do after it threw: it must not be used again then.
 */
export class FrameDecoder {
  readonly #limits: ResolvedWireLimits
  readonly #line: LineBuffer = new LineBuffer()
  readonly #body: BodyReader
  readonly #stack: ValueStack
  readonly #plain: PlainReader | undefined
  readonly #oneAtATime: boolean
  #base = 0

  constructor({ buffers, keepAttributes, limits, oneAtATime = false }: FrameDecoderSettings) {
    this.#limits = limits
    this.#oneAtATime = oneAtATime
    this.#body = new BodyReader(limits.maxBlobBytes, buffers)
    this.#stack = new ValueStack(limits, keepAttributes)
    this.#plain = buffers ? undefined : new PlainReader(this.#stack, limits)
  }

  /** How many top-level values are complete and not taken. */
  get ready(): number {
    return this.#stack.ready
  }

  /** Hands the complete top-level values over, oldest first, and lets go of the chunk that they came from. */
  take(): readonly RespValue[] {
    this.#plain?.close()
    return this.#stack.take()
  }

  /** Says where the first byte of the chunk that comes next stands in the stream. */
  moveTo(base: number): void {
    this.#base = base
    this.#plain?.moveTo(base)
  }

  /** Whether what was read ends with a complete top-level value. */
  get atBoundary(): boolean {
    return this.#stack.atTop && this.#isBetweenTokens
  }

  /**
   * Decodes from `chunk[at]` on, to the end of the chunk or of a value, and returns the index that it came to.
   *
   * @param pushesOnly - Whether to stop at the first top-level frame that is not a push.
   * @throws HitlessError `WIRE_PROTOCOL`, `WIRE_LIMIT` or `WIRE_UNSUPPORTED`.
   */
  run(chunk: Buffer, at: number, pushesOnly: boolean): number {
    let next = at
    while (next < chunk.length) {
      if (!this.#isBetweenTokens) {
        next = this.#resume(chunk, next)
        continue
      }
      if (this.#oneAtATime && this.ready > 0) break
      if (this.#plain !== undefined) next = this.#plain.run(chunk, next, pushesOnly)
      if (next === chunk.length || (pushesOnly && this.#stack.atTop && chunk[next] !== BYTE.push)) break
      next = this.#readLine(chunk, next)
    }
    return next
  }

  get #isBetweenTokens(): boolean {
    return !this.#body.active && this.#line.size === 0
  }

  #resume(chunk: Buffer, at: number): number {
    return this.#body.active ? this.#readBody(chunk, at) : this.#readKeptLine(chunk, at)
  }

  #readBody(chunk: Buffer, at: number): number {
    const next = this.#body.read(chunk, at)
    if (!this.#body.active) this.#stack.accept(this.#body.take())
    return next
  }

  #readLine(chunk: Buffer, at: number): number {
    const type = byteAt(chunk, at)
    const isMisplaced = type === BYTE.push && !this.#stack.acceptsPush
    if (shapeOf(type) === SHAPE.none || isMisplaced) throw createTypeError(type, this.#base + at)
    const end = findLineEnd(chunk, at + 1)
    if (end === -1 || (end + 1 === chunk.length && chunk[end] === BYTE.carriageReturn)) {
      this.#line.open(this.#base + at)
      return this.#readKeptLine(chunk, at)
    }
    this.#interpret(type, { bytes: chunk, start: at + 1, end, offset: this.#base })
    return end + 2
  }

  #readKeptLine(chunk: Buffer, at: number): number {
    const next = this.#line.append(chunk, at)
    const { type, line } = this.#line
    if (this.#line.complete) {
      this.#line.close()
      this.#interpret(type, line)
    } else {
      this.#checkSize(type, line)
      if (line.end > MAX_HEADER_BYTES && shapeOf(type) !== SHAPE.line) parseLength(line, isNullable(type))
    }
    return next
  }

  #interpret(type: number, line: Line): void {
    this.#checkSize(type, line)
    if (shapeOf(type) === SHAPE.line) {
      const value = parseScalar(type, line)
      checkLineEnd(line)
      this.#stack.accept(value)
      return
    }
    const length = parseLength(line, isNullable(type))
    checkLineEnd(line)
    if (length === -1) this.#stack.accept(null)
    else this.#open(type, length, line)
  }

  #open(type: number, length: number, line: Line): void {
    const header = line.offset + line.start - 1
    if (shapeOf(type) !== SHAPE.blob) this.#stack.open(type, length, header)
    else this.#body.start(type, length, { header, offset: line.offset + line.end + 2 })
  }

  #checkSize(type: number, line: Line): void {
    if (shapeOf(type) !== SHAPE.line) return
    const isText = type === BYTE.simple || type === BYTE.error
    const limit = isText ? Math.min(this.#limits.maxBlobBytes, MAX_STRING_BYTES) : MAX_NUMBER_BYTES
    if (line.end - line.start <= limit) return
    throw createWireError('WIRE_LIMIT', `A line of more than ${limit} bytes is too long`, line.offset + line.start - 1)
  }
}
