import { BodyReader } from './body-reader.js'
import { ChunkText } from './chunk-text.js'
import { MAX_NUMBER_BYTES, MAX_STRING_BYTES, type ResolvedWireLimits } from './limits.js'
import { checkLineEnd, findLineEnd, isNullable, type Line, parseLength } from './line.js'
import { LineBuffer } from './line-buffer.js'
import { findShortLineEnd, PLAIN_HEADER_BYTES, PlainHeader } from './plain-header.js'
import { PlainPushReader } from './plain-push.js'
import { parseScalar } from './scalar.js'
import { BYTE, SHAPE, SHAPES } from './type-byte.js'
import type { RespValue } from './value.js'
import { ValueStack } from './value-stack.js'
import { createTypeError, createWireError } from './wire-error.js'

/** What {@link FrameDecoder} needs to know. */
export interface FrameDecoderSettings {
  /** Whether blobs become a `Buffer` rather than a string. */
  readonly buffers: boolean
  readonly keepAttributes: boolean
  readonly limits: ResolvedWireLimits
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
  readonly #header: PlainHeader = new PlainHeader()
  readonly #text: ChunkText = new ChunkText()
  readonly #pushes: PlainPushReader
  readonly #buffers: boolean
  #base = 0

  constructor({ buffers, keepAttributes, limits }: FrameDecoderSettings) {
    this.#limits = limits
    this.#buffers = buffers
    this.#pushes = new PlainPushReader(this.#text, limits)
    this.#body = new BodyReader(limits.maxBlobBytes, buffers)
    this.#stack = new ValueStack(limits, keepAttributes)
  }

  /** How many top-level values are complete and not taken. */
  get ready(): number {
    return this.#stack.ready
  }

  /** Hands the complete top-level values over, oldest first. */
  take(): RespValue[] {
    return this.#stack.take()
  }

  /** Says where the first byte of the chunk that comes next stands in the stream. */
  moveTo(base: number): void {
    this.#base = base
    this.#text.close()
  }

  /** Whether what was read ends with a complete top-level value. */
  get atBoundary(): boolean {
    return this.#stack.atRoot && !this.#body.active && this.#line.size === 0
  }

  /**
   * Decodes from `chunk[at]` on, to the end of the chunk, and returns the index that it came to.
   *
   * @param pushesOnly - Whether to stop at the first top-level frame that is not a push.
   * @throws HitlessError `WIRE_PROTOCOL`, `WIRE_LIMIT` or `WIRE_UNSUPPORTED`.
   */
  run(chunk: Buffer, at: number, pushesOnly: boolean): number {
    let next = at
    while (next < chunk.length) {
      if (this.#body.active) next = this.#readBody(chunk, next)
      else if (this.#line.size > 0) next = this.#readKeptLine(chunk, next)
      else {
        next = this.#readPlain(chunk, next, pushesOnly)
        if (next === chunk.length || (pushesOnly && this.#endsPushes(chunk[next]))) break
        next = this.#readLine(chunk, next)
      }
    }
    return next
  }

  #endsPushes(type: number | undefined): boolean {
    return type !== BYTE.push && this.#stack.atRoot
  }

  #readPlain(chunk: Buffer, from: number, pushesOnly: boolean): number {
    const safe = chunk.length - PLAIN_HEADER_BYTES
    let at = from
    while (at < safe && !(pushesOnly && this.#endsPushes(chunk[at]))) {
      const start = this.#header.read(chunk, at)
      const next = start === 0 ? this.#takeLine(chunk, at) : this.#takePlain(chunk, at, start)
      if (next === 0) break
      at = next
    }
    return at
  }

  #takePlain(chunk: Buffer, at: number, start: number): number {
    const type = chunk[at] ?? 0
    const { length } = this.#header
    if (type === BYTE.blob) return this.#takeBlob(chunk, start, start + length)
    if (type === BYTE.push) return this.#takePushes(chunk, at)
    if (type === BYTE.integer) this.#stack.accept(length)
    else if ((SHAPES[type] ?? 0) < SHAPE.aggregate) return 0
    else this.#stack.open(type, length, this.#base + at)
    return start
  }

  #takeBlob(chunk: Buffer, start: number, end: number): number {
    if (this.#buffers || end + 1 >= chunk.length || end - start > this.#limits.maxBlobBytes) return 0
    if (chunk[end] !== BYTE.carriageReturn || chunk[end + 1] !== BYTE.lineFeed) return 0
    this.#stack.accept(this.#text.read(chunk, start, end))
    return end + 2
  }

  #takePushes(chunk: Buffer, at: number): number {
    if (this.#buffers || !this.#stack.atRoot) return 0
    const next = this.#pushes.readRun(chunk, at, this.#stack)
    return next === at ? 0 : next
  }

  #takeLine(chunk: Buffer, at: number): number {
    const type = chunk[at]
    if (type !== BYTE.null && type !== BYTE.boolean && type !== BYTE.simple) return 0
    const end = findShortLineEnd(chunk, at)
    if (end === 0) return 0
    if (type === BYTE.simple) this.#stack.accept(this.#text.read(chunk, at + 1, end))
    else if (type === BYTE.null && end === at + 1) this.#stack.accept(null)
    else if (end === at + 2 && chunk[at + 1] === BYTE.true) this.#stack.accept(true)
    else return 0
    return end + 2
  }

  #readBody(chunk: Buffer, at: number): number {
    const next = this.#body.read(chunk, at)
    if (!this.#body.active) this.#stack.accept(this.#body.value)
    return next
  }

  #readLine(chunk: Buffer, at: number): number {
    const type = chunk[at] ?? 0
    const isMisplaced = type === BYTE.push && !this.#stack.acceptsPush
    if (SHAPES[type] === SHAPE.none || isMisplaced) throw createTypeError(type, this.#base + at)
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
      if (line.end > MAX_HEADER_BYTES && SHAPES[type] !== SHAPE.line) parseLength(line, isNullable(type))
    }
    return next
  }

  #interpret(type: number, line: Line): void {
    this.#checkSize(type, line)
    if (SHAPES[type] === SHAPE.line) {
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
    if (SHAPES[type] !== SHAPE.blob) this.#stack.open(type, length, header)
    else this.#body.start(type, length, { header, offset: line.offset + line.end + 2 })
  }

  #checkSize(type: number, line: Line): void {
    if (line.end - line.start <= MAX_HEADER_BYTES || SHAPES[type] !== SHAPE.line) return
    const isText = type === BYTE.simple || type === BYTE.error
    const limit = isText ? Math.min(this.#limits.maxBlobBytes, MAX_STRING_BYTES) : MAX_NUMBER_BYTES
    if (line.end - line.start <= limit) return
    throw createWireError('WIRE_LIMIT', `A line of more than ${limit} bytes is too long`, line.offset + line.start - 1)
  }
}
