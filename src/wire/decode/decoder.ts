import type { HitlessError } from '../../base/errors.js'
import { resolveLimits, type WireLimits } from '../limits.js'
import { toBuffer } from '../to-buffer.js'
import type { RespValue } from '../value.js'
import { asWireError } from '../wire-error.js'
import { FrameDecoder, type FrameDecoderSettings } from './frame-decoder.js'

/** How a {@link RespDecoder} decodes. */
export interface DecoderOptions {
  /** What blob strings become, map keys and pushed ones included; other strings are always text. Default `string`. */
  readonly strings?: 'string' | 'buffer'
  /** Whether attributes are kept as `RespAttributed` or dropped. Default `drop`. */
  readonly attributes?: 'drop' | 'keep'
  /** Bounds on single frames. Default: those of {@link WireLimits}. */
  readonly limits?: WireLimits
}

/**
 * Decodes a RESP3 stream that arrives in chunks. Knows no socket.
 *
 * The result does not depend on how the stream is cut. Nothing that it returns refers to a chunk: chunks may be reused.
 */
export class RespDecoder {
  readonly #settings: FrameDecoderSettings
  #frames: FrameDecoder
  #offset = 0
  #failure: HitlessError | undefined

  constructor({ strings = 'string', attributes = 'drop', limits }: DecoderOptions = {}) {
    const buffers = strings === 'buffer'
    this.#settings = { buffers, keepAttributes: attributes === 'keep', limits: resolveLimits(limits) }
    this.#frames = new FrameDecoder(this.#settings)
  }

  /** How many bytes were fed since the start or the last reset. */
  get offset(): number {
    return this.#offset
  }

  /** What the stream failed with, also while it has not been thrown yet; `undefined` while all is well. */
  get failure(): HitlessError | undefined {
    return this.#failure
  }

  /**
   * Decodes the next bytes and returns the top-level values that they complete, oldest first.
   *
   * Where the bytes become malformed behind complete values, those are returned and the next call throws; `failure`
   * tells at once. Once malformed, the stream stays so: every further call throws the same error until {@link reset}.
   *
   * @throws HitlessError `WIRE_PROTOCOL`, `WIRE_LIMIT` or `WIRE_UNSUPPORTED`, with the byte's place in `facts.offset`.
   */
  feed(chunk: Uint8Array): readonly RespValue[] {
    if (this.#failure !== undefined) throw this.#failure
    const frames = this.#frames
    frames.moveTo(this.#offset)
    this.#offset += chunk.length
    try {
      const bytes = toBuffer(chunk)
      frames.run(bytes, 0, false)
    } catch (error) {
      this.#failure = asWireError(error)
      if (frames.ready === 0) throw error
    }
    return frames.take()
  }

  /** Forgets everything, a failure included: the next byte is the first of a new stream. */
  reset(): void {
    this.#frames = new FrameDecoder(this.#settings)
    this.#offset = 0
    this.#failure = undefined
  }
}
