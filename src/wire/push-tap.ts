import type { HitlessError } from '../base/errors.js'
import { FrameDecoder } from './decode/frame-decoder.js'
import { type ResolvedWireLimits, resolveLimits, type WireLimits } from './limits.js'
import { FrameSkipper } from './skip/frame-skipper.js'
import { toBuffer } from './to-buffer.js'
import type { RespPush } from './value.js'
import { asWireError } from './wire-error.js'

/**
 * Watches the replies of a server and reports the pushes among them. Everything else is skipped by its length: no value
 * is made of it, and only its framing is checked. Pushes are decoded as `RespDecoder` does, blobs as text.
 */
export class PushTap {
  readonly #limits: ResolvedWireLimits
  #skipper: FrameSkipper
  #decoder: FrameDecoder
  #inPush = false
  /** How many pushes had attributes: only those are among the skipper's frames. */
  #attributed = 0
  #offset = 0
  #failure: HitlessError | undefined

  /** @param options - `limits`: bounds on single frames, skipped ones included. */
  constructor({ limits }: { readonly limits?: WireLimits } = {}) {
    this.#limits = resolveLimits(limits)
    this.#skipper = new FrameSkipper(this.#limits)
    this.#decoder = this.#createDecoder()
  }

  /** How many bytes were fed since the start or the last reset. */
  get offset(): number {
    return this.#offset
  }

  /** Whether the last byte that was fed ended a complete top-level frame; also true before the first byte. */
  get atBoundary(): boolean {
    return this.#failure === undefined && !this.#inPush && this.#skipper.atBoundary
  }

  /** How many top-level frames other than pushes are complete, an attribute and what it describes counted as one. */
  get replies(): number {
    return this.#skipper.frames - this.#attributed
  }

  /** What the stream failed with, also while it has not been thrown yet; `undefined` while all is well. */
  get failure(): HitlessError | undefined {
    return this.#failure
  }

  /**
   * Scans the next bytes and returns the pushes that they complete, oldest first. Nothing returned refers to the chunk.
   *
   * Where the bytes become malformed behind complete pushes, those are returned and the next call throws; `failure`
   * tells at once. Once malformed, the stream stays so: every further call throws the same error until {@link reset}.
   *
   * @throws HitlessError `WIRE_PROTOCOL`, `WIRE_LIMIT` or `WIRE_UNSUPPORTED`, with the byte's place in `facts.offset`.
   */
  feed(chunk: Uint8Array): readonly RespPush[] {
    if (this.#failure !== undefined) throw this.#failure
    const decoder = this.#decoder
    decoder.moveTo(this.#offset)
    this.#skipper.moveTo(this.#offset)
    this.#offset += chunk.length
    try {
      this.#scan(toBuffer(chunk))
    } catch (error) {
      this.#failure = asWireError(error)
      if (decoder.ready === 0) throw error
    }
    // The decoder is started at pushes and stops behind them, so it holds nothing else.
    return decoder.take() as readonly RespPush[]
  }

  /** Forgets everything, a failure and the count included. */
  reset(): void {
    this.#skipper = new FrameSkipper(this.#limits)
    this.#decoder = this.#createDecoder()
    this.#inPush = false
    this.#attributed = 0
    this.#offset = 0
    this.#failure = undefined
  }

  #scan(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) {
      if (this.#inPush) {
        at = this.#decoder.run(chunk, at, true)
        if (this.#decoder.atBoundary) this.#endPushes(at)
      } else {
        at = this.#skipper.run(chunk, at, true)
        this.#inPush = at < chunk.length
      }
    }
  }

  #endPushes(at: number): void {
    this.#inPush = false
    if (this.#skipper.atBoundary) return
    // The first of them had attributes, which the skipper took for those of a reply.
    this.#skipper.complete(at)
    this.#attributed += 1
  }

  #createDecoder(): FrameDecoder {
    return new FrameDecoder({ buffers: false, keepAttributes: false, limits: this.#limits })
  }
}
