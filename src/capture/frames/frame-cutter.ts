import { HitlessError } from '../../base/errors.js'
import { FrameScanner } from '../../wire/skip/frame-scanner.js'
import { findFrame } from './found-frame.js'

/** Cuts a stream into its frames, whatever the chunks are. */
export class FrameCutter {
  readonly #scanner = new FrameScanner()
  readonly #maxFrameBytes: number
  #pending: Buffer[] = []
  #pendingBytes = 0

  /** @param maxFrameBytes - What is kept of frames that are not complete. Default 16 MiB. */
  constructor(maxFrameBytes: number = 16_777_216) {
    this.#maxFrameBytes = maxFrameBytes
  }

  /**
   * Takes the next bytes and returns the frames that they complete.
   *
   * @throws HitlessError `WIRE_PROTOCOL`, `WIRE_LIMIT` or `WIRE_UNSUPPORTED`.
   */
  feed(chunk: Buffer): readonly Buffer[] {
    const complete = this.#scanner.feed(chunk)
    const frames = complete === 0 ? [] : this.#cut(chunk.subarray(0, complete))
    const rest = chunk.subarray(complete)
    if (rest.length > 0) this.#pending.push(rest)
    this.#pendingBytes += rest.length
    if (this.#pendingBytes > this.#maxFrameBytes) {
      const { offset } = this.#scanner
      throw new HitlessError('WIRE_LIMIT', `A frame has more than ${this.#maxFrameBytes} bytes`, { facts: { offset } })
    }
    return frames
  }

  #cut(end: Buffer): readonly Buffer[] {
    const bytes = this.#pending.length === 0 ? end : Buffer.concat([...this.#pending, end])
    this.#pending = []
    this.#pendingBytes = 0
    const frames: Buffer[] = []
    for (let at = 0; at < bytes.length; ) {
      const { next } = findFrame(bytes, at)
      frames.push(bytes.subarray(at, next))
      at = next
    }
    return frames
  }
}
