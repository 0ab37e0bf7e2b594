import type { ResolvedWireLimits } from './limits.js'
import { BYTE, countFrames } from './type-byte.js'
import { createWireError } from './wire-error.js'

/** Stands for the frames of the stream itself; they are counted down from here within one chunk. */
const ENDLESS = 2 ** 31 - 1

/** Counts frames into the aggregates that wait for them, and those into outer ones, up to the stream itself. */
export class FrameCounter {
  readonly #limits: ResolvedWireLimits
  /** How many frames are missing around what is open, outermost first: of the stream, then of aggregates. */
  readonly #outer: number[] = []
  /** Per open aggregate, outermost first. */
  readonly #isAttribute: boolean[] = []
  #left = ENDLESS
  #depth = 0
  #counted = 0
  #frameEnd = 0

  constructor(limits: ResolvedWireLimits) {
    this.#limits = limits
  }

  /** How many top-level frames are complete. */
  get frames(): number {
    return this.#counted + ENDLESS - (this.#depth === 0 ? this.#left : (this.#outer[0] ?? 0))
  }

  /** Index after the last frame that was completed in this chunk; 0 where none was. */
  get frameEnd(): number {
    return this.#frameEnd
  }

  /** How many aggregates are open. */
  get depth(): number {
    return this.#depth
  }

  /** Whether a push may come now: at top level, also behind attributes. */
  get acceptsPush(): boolean {
    for (let level = this.#depth - 1, left = this.#left; level >= 0; level -= 1) {
      if (!this.#isAttribute[level] || left !== 1) return false
      left = this.#outer[level] ?? 0
    }
    return true
  }

  /** Starts a chunk. */
  start(): void {
    this.#counted = this.frames
    if (this.#depth === 0) this.#left = ENDLESS
    else this.#outer[0] = ENDLESS
    this.#frameEnd = 0
  }

  /** Counts a frame that ends before index `at`. */
  complete(at: number): void {
    this.#left -= 1
    if (this.#depth === 0) this.#frameEnd = at
    else if (this.#left === 0) this.#close(at)
  }

  /** todo */
  open(type: number, length: number, { offset, next }: { offset: number; next: number }): void {
    const count = countFrames(type, length)
    if (this.#depth >= this.#limits.maxDepth) {
      throw createWireError('WIRE_LIMIT', 'Aggregates are nested too deep', offset)
    }
    if (count > this.#limits.maxElements) throw createWireError('WIRE_LIMIT', 'An aggregate is too large', offset)
    if (count === 0) {
      this.complete(next)
      return
    }
    this.#outer[this.#depth] = this.#left
    this.#isAttribute[this.#depth] = type === BYTE.attribute
    this.#depth += 1
    this.#left = count
  }

  #close(at: number): void {
    do {
      this.#depth -= 1
      this.#left = (this.#outer[this.#depth] ?? 0) - 1
    } while (this.#left === 0)
    if (this.#depth === 0) this.#frameEnd = at
  }
}
