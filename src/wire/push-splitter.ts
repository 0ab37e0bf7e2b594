import type { HitlessError } from '../base/errors.js'
import { FrameDecoder } from './decode/frame-decoder.js'
import { resolveLimits, type WireLimits } from './limits.js'
import { FrameSkipper } from './skip/frame-skipper.js'
import { toBuffer } from './to-buffer.js'
import type { RespPush } from './value.js'
import { asWireError } from './wire-error.js'

/** Who takes what a server sent, in the order in which it came. */
export interface PushSplitterParts {
  /** Bounds on single frames. */
  readonly limits?: WireLimits
  /** Bytes of replies, whole ones or parts. They are those of the chunk. */
  readonly onReplies: (bytes: Buffer) => void
  /** A push, with blobs as buffers, and its bytes. */
  readonly onPush: (items: readonly unknown[], bytes: Buffer) => void
}

/** Tells the pushes of a server from its replies, and checks the framing of both. What is a reply is not decoded. */
export class PushSplitter {
  readonly #parts: PushSplitterParts
  readonly #skipper: FrameSkipper
  readonly #decoder: FrameDecoder
  /** What came of a push that is not complete. */
  #pieces: readonly Buffer[] = []
  #inPush = false
  #offset = 0
  #failure: HitlessError | undefined

  constructor(parts: PushSplitterParts) {
    const limits = resolveLimits(parts.limits)
    this.#parts = parts
    this.#skipper = new FrameSkipper(limits)
    this.#decoder = new FrameDecoder({ buffers: true, keepAttributes: false, limits, oneAtATime: true })
  }

  /** How many bytes were fed. */
  get offset(): number {
    return this.#offset
  }

  /** What is wrong with the framing; `undefined` while all is well. */
  get failure(): HitlessError | undefined {
    return this.#failure
  }

  /**
   * Takes the next bytes. Of malformed ones the frames before are passed on; then it throws, and is not to be used again.
   *
   * @throws HitlessError `WIRE_PROTOCOL`, `WIRE_LIMIT` or `WIRE_UNSUPPORTED`; or what the parts throw.
   */
  feed(given: Uint8Array): void {
    const chunk = toBuffer(given)
    const base = this.#offset
    this.#skipper.moveTo(base)
    this.#offset = base + chunk.length
    let at = 0
    while (at < chunk.length) at = this.#inPush ? this.#readPush(chunk, at) : this.#passReplies(chunk, at)
  }

  #passReplies(chunk: Buffer, at: number): number {
    let next = at
    try {
      next = this.#skipper.run(chunk, at, true)
    } catch (error) {
      this.#pass(chunk, at, this.#skipper.frameEnd)
      throw this.#failed(error)
    }
    this.#pass(chunk, at, next)
    this.#inPush = next < chunk.length
    return next
  }

  #pass(chunk: Buffer, from: number, to: number): void {
    if (to > from) this.#parts.onReplies(from === 0 && to === chunk.length ? chunk : chunk.subarray(from, to))
  }

  #readPush(chunk: Buffer, at: number): number {
    let next = at
    this.#decoder.moveTo(this.#offset - chunk.length)
    try {
      next = this.#decoder.run(chunk, at, true)
    } catch (error) {
      throw this.#failed(error)
    }
    this.#pieces = [...this.#pieces, chunk.subarray(at, next)]
    if (this.#decoder.ready > 0) this.#endPush(next)
    return next
  }

  #endPush(at: number): void {
    const [first, ...others] = this.#pieces
    const bytes = first !== undefined && others.length === 0 ? first : Buffer.concat(this.#pieces)
    this.#pieces = []
    this.#inPush = false
    // It had attributes, which the skipper took for those of a reply.
    if (!this.#skipper.atBoundary) this.#skipper.complete(at)
    // The decoder is started at pushes and stops behind each.
    for (const { items } of this.#decoder.take() as readonly RespPush[]) this.#parts.onPush(items, bytes)
  }

  #failed(error: unknown): unknown {
    this.#failure = asWireError(error)
    return error
  }
}
