/** Who is shown what goes over a connection, before anybody else has read it. Must not throw, nor keep what it is shown. */
export interface WireTap {
  sent(bytes: Uint8Array): void
  received(bytes: Uint8Array): void
  /** The other side has said that it sends no more. */
  ended?(): void
}

/** Ends what a tap is shown. A second call does nothing. */
export type Untap = () => void

/** A stream, as far as it is told of what arrives by `push`, and its owner calls `write`. */
interface Tapped {
  push(chunk: unknown, encoding?: unknown): boolean
  write(chunk: unknown, ...rest: readonly unknown[]): boolean
}

/** The taps of one stream, which may come later than they do. */
export class StreamTaps {
  readonly #taps = new Set<WireTap>()
  #stream: Tapped | undefined
  #release: (() => void) | undefined

  /** @param stream - A socket; `undefined` where there is none yet. */
  constructor(stream?: object) {
    if (stream !== undefined) this.attach(stream)
  }

  /** The stream is there. */
  attach(stream: object): void {
    // Node declares its members in a form for each kind of chunk.
    this.#stream = stream as Tapped
    if (this.#taps.size > 0) this.#intercept(this.#stream)
  }

  /** Shows a tap what goes over the stream from now on. */
  add(tap: WireTap): Untap {
    this.#taps.add(tap)
    if (this.#stream !== undefined && this.#release === undefined) this.#intercept(this.#stream)
    return () => {
      this.#taps.delete(tap)
      if (this.#taps.size > 0) return
      this.#release?.()
      this.#release = undefined
    }
  }

  #intercept(stream: Tapped): void {
    const { push, write } = stream
    stream.push = (chunk, encoding) => {
      for (const tap of this.#taps) {
        if (chunk instanceof Uint8Array) tap.received(chunk)
        else if (chunk === null) tap.ended?.()
      }
      return push.call(stream, chunk, encoding)
    }
    stream.write = (chunk, ...rest) => {
      const bytes = toBytes(chunk, rest[0])
      for (const tap of this.#taps) if (bytes !== undefined) tap.sent(bytes)
      return write.call(stream, chunk, ...rest)
    }
    this.#release = () => Object.assign(stream, { push, write })
  }
}

function toBytes(chunk: unknown, encoding: unknown): Uint8Array | undefined {
  if (typeof chunk === 'string')
    return Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
  return chunk instanceof Uint8Array ? chunk : undefined
}
