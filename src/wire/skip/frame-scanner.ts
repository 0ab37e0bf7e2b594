import type { HitlessError } from '../../base/errors.js'
import { type ResolvedWireLimits, resolveLimits, type WireLimits } from '../limits.js'
import { asWireError } from '../wire-error.js'
import { FrameSkipper } from './frame-skipper.js'

/**
 * What skips frames of many streams with the same limits. Nearly every chunk ends with a frame: then nothing of its stream
 * has to be kept, and the next stream may use the same one.
 */
export class FrameSkippers {
  readonly #limits: ResolvedWireLimits
  #spare: FrameSkipper | undefined

  constructor(limits?: WireLimits) {
    this.#limits = resolveLimits(limits)
  }

  /** Gives one that stands between two frames. */
  take(): FrameSkipper {
    const spare = this.#spare ?? new FrameSkipper(this.#limits)
    this.#spare = undefined
    return spare
  }

  /** Takes one back that stands between two frames. */
  giveBack(skipper: FrameSkipper): void {
    this.#spare = skipper
  }
}

/**
 * Tells where in a stream top-level frames end, pushes included, without decoding them. Checks framing only: lengths,
 * nesting and line ends, not what stands between.
 */
export class FrameScanner {
  readonly #skippers: FrameSkippers
  /** While a frame is open. */
  #skipper: FrameSkipper | undefined
  #offset = 0
  #frames = 0
  #failure: HitlessError | undefined

  /** @param options - `limits`: bounds on single frames; or `skippers`, shared with other streams. */
  constructor({ limits, skippers }: { readonly limits?: WireLimits; readonly skippers?: FrameSkippers } = {}) {
    this.#skippers = skippers ?? new FrameSkippers(limits)
  }

  /** How many bytes were fed since the start or the last reset. */
  get offset(): number {
    return this.#offset
  }

  /** Whether the last byte that was fed ended a complete top-level frame; also true before the first byte. */
  get atBoundary(): boolean {
    return this.#failure === undefined && this.#skipper === undefined
  }

  /** How many top-level frames are complete, an attribute and what it describes counted as one. */
  get frames(): number {
    return this.#frames
  }

  /** What the stream failed with, also while it has not been thrown yet; `undefined` while all is well. */
  get failure(): HitlessError | undefined {
    return this.#failure
  }

  /**
   * Scans the next bytes and returns how many of them belong to complete frames: up to and including the end of the
   * last frame that ended in this chunk, 0 where none did.
   *
   * Where the bytes become malformed behind a frame that ended in this chunk, the next call throws; `failure` tells at
   * once. Once malformed, the stream stays so: every further call throws the same error until {@link reset}.
   *
   * @throws HitlessError `WIRE_PROTOCOL`, `WIRE_LIMIT` or `WIRE_UNSUPPORTED`, with the byte's place in `facts.offset`.
   */
  feed(chunk: Uint8Array): number {
    if (this.#failure !== undefined) throw this.#failure
    const skipper = this.#skipper ?? this.#skippers.take()
    this.#skipper = skipper
    const framesBefore = skipper.frames
    skipper.moveTo(this.#offset)
    this.#offset += chunk.length
    try {
      skipper.run(chunk, 0, false)
    } catch (error) {
      this.#failure = asWireError(error)
      if (skipper.frameEnd === 0) throw error
    }
    this.#frames += skipper.frames - framesBefore
    if (this.#failure === undefined && skipper.atBoundary) this.#rest(skipper)
    return skipper.frameEnd
  }

  /** Forgets everything, a failure and the count included. */
  reset(): void {
    this.#skipper = undefined
    this.#offset = 0
    this.#frames = 0
    this.#failure = undefined
  }

  #rest(skipper: FrameSkipper): void {
    this.#skipper = undefined
    this.#skippers.giveBack(skipper)
  }
}
