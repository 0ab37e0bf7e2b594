import type { ResolvedWireLimits } from '../limits.js'
import { BYTE, countFrames } from '../type-byte.js'
import { createWireError } from '../wire-error.js'

/** Stands for the frames that the stream itself may have within one chunk. */
const ENDLESS = 2 ** 31 - 1

/** One level of nesting: the stream, or an aggregate that is open. Levels are kept and used again. */
interface Level {
  readonly depth: number
  readonly outer: Level | undefined
  inner: Level | undefined
  isAttribute: boolean
  /** How many frames are missing. */
  left: number
}

/** Counts frames into the aggregates that wait for them, and those into outer ones, up to the stream itself. */
export class FrameCounter {
  readonly #limits: ResolvedWireLimits
  readonly #stream: Level = createLevel(undefined)
  #level: Level = this.#stream
  #counted = 0
  #frameEnd = 0

  constructor(limits: ResolvedWireLimits) {
    this.#limits = limits
  }

  /** How many top-level frames are complete. */
  get frames(): number {
    return this.#counted + ENDLESS - this.#stream.left
  }

  /** Index after the last frame that was completed in this chunk; 0 where none was. */
  get frameEnd(): number {
    return this.#frameEnd
  }

  /** Whether no aggregate is open. */
  get atTop(): boolean {
    return this.#level === this.#stream
  }

  /** Whether a push may come now: at top level, also behind attributes. */
  get acceptsPush(): boolean {
    let level: Level | undefined = this.#level
    while (level?.isAttribute && level.left === 1) level = level.outer
    return level === this.#stream
  }

  /** Starts a chunk. */
  start(): void {
    this.#counted = this.frames
    this.#stream.left = ENDLESS
    this.#frameEnd = 0
  }

  /** How many more frames may be counted without closing what is open. */
  get left(): number {
    return this.#level.left
  }

  /** Counts a frame that ends before index `at`. */
  complete(at: number): void {
    this.completeSome(1, at)
  }

  /** Counts so many frames, of which the last ends before index `at`. There may not be more than `left`. */
  completeSome(count: number, at: number): void {
    const level = this.#level
    level.left -= count
    if (level.outer === undefined) this.#frameEnd = at
    else if (level.left === 0) this.#close(level.outer, at)
  }

  /**
   * Opens an aggregate, or counts it if it is empty.
   *
   * @param length - What its header says.
   * @param place - Where its type byte stands in the stream, and the index after its header.
   * @throws HitlessError `WIRE_LIMIT` if it is too large or too deep.
   */
  open(type: number, length: number, place: { readonly offset: number; readonly next: number }): void {
    const outer = this.#level
    const count = countFrames(type, length)
    if (outer.depth >= this.#limits.maxDepth) {
      throw createWireError('WIRE_LIMIT', 'Aggregates are nested too deep', place.offset)
    }
    if (count > this.#limits.maxElements) {
      throw createWireError('WIRE_LIMIT', `An aggregate of ${length} is too large`, place.offset)
    }
    if (count === 0) {
      this.complete(place.next)
      return
    }
    outer.inner ??= createLevel(outer)
    this.#level = outer.inner
    this.#level.isAttribute = type === BYTE.attribute
    this.#level.left = count
  }

  #close(outer: Level, at: number): void {
    let level = outer
    level.left -= 1
    while (level.left === 0 && level.outer !== undefined) {
      level = level.outer
      level.left -= 1
    }
    this.#level = level
    if (level.outer === undefined) this.#frameEnd = at
  }
}

function createLevel(outer: Level | undefined): Level {
  const depth = outer === undefined ? 0 : outer.depth + 1
  return { depth, outer, inner: undefined, isAttribute: false, left: ENDLESS }
}
