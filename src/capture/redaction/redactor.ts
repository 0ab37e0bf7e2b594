import { FrameScanner } from '../../wire/skip/frame-scanner.js'
import type { CaptureSide } from '../format/capture.js'
import { type Frame, findFrame } from '../frames/found-frame.js'
import { maskReply } from './mask-reply.js'
import { maskRequest } from './mask-request.js'

/** What is left of bytes when they were masked: whole frames, or how many bytes cannot be shown, and why. */
export type Redacted =
  | { readonly bytes: Buffer }
  | { readonly count: number; readonly reason: 'unreadable' | 'too-long' }

/** What is kept of a frame that is not complete, in bytes. */
const MAX_FRAME_BYTES = 16_777_216

/**
 * Masks what one side of a connection sends. Only whole frames come out, as what a text is depends on where it stands.
 *
 * What it cannot read it gives out as a number of bytes, never as it is. That is so for the rest of the connection then.
 */
export class Redactor {
  readonly #mask: (bytes: Buffer, frame: Frame) => void
  readonly #scanner = new FrameScanner()
  readonly #maxFrameBytes: number
  #pending: Buffer[] = []
  #pendingBytes = 0
  #isLost = false
  #isTooLong = false

  constructor(from: CaptureSide, maxFrameBytes: number = MAX_FRAME_BYTES) {
    this.#mask = from === 'client' ? maskRequest : maskReply
    this.#maxFrameBytes = maxFrameBytes
  }

  /** Takes the next bytes, and returns what can be shown now. */
  feed(chunk: Buffer): readonly Redacted[] {
    if (this.#isLost) return [{ count: chunk.length, reason: 'unreadable' }]
    const complete = this.#scan(chunk)
    if (complete === undefined) return [this.#giveUp(chunk.length)]
    const shown = complete === 0 ? [] : [this.#show(chunk.subarray(0, complete))]
    this.#keep(chunk.subarray(complete))
    if (this.#scanner.failure === undefined) return shown
    return [...shown, this.#giveUp(0)]
  }

  /** Where in the chunk the last frame ends that it completes; `undefined` where it is no RESP. */
  #scan(chunk: Buffer): number | undefined {
    try {
      return this.#scanner.feed(chunk)
    } catch {
      return undefined
    }
  }

  #keep(rest: Buffer): void {
    this.#pendingBytes += rest.length
    if (this.#pendingBytes > this.#maxFrameBytes) this.#isTooLong = true
    if (this.#isTooLong) this.#pending = []
    else if (rest.length > 0) this.#pending.push(rest)
  }

  #show(end: Buffer): Redacted {
    const count = this.#pendingBytes + end.length
    const bytes = this.#isTooLong ? undefined : Buffer.concat([...this.#pending, end], count)
    this.#pending = []
    this.#pendingBytes = 0
    this.#isTooLong = false
    if (bytes === undefined) return { count, reason: 'too-long' }
    for (let at = 0; at < count; ) {
      const frame = findFrame(bytes, at)
      this.#mask(bytes, frame)
      at = frame.next
    }
    return { bytes }
  }

  #giveUp(count: number): Redacted {
    this.#isLost = true
    const all = this.#pendingBytes + count
    this.#pending = []
    this.#pendingBytes = 0
    return { count: all, reason: 'unreadable' }
  }
}
