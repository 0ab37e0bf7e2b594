import { type ErrorCode, HitlessError } from '../../base/errors.js'
import { PushSplitter } from '../../wire/push-splitter.js'
import { FrameScanner, FrameSkippers } from '../../wire/skip/frame-scanner.js'

/** The decoder of the host. */
interface ReplyDecoder {
  write: (chunk: Uint8Array) => void
}

/** Who is told about what arrives. */
export interface ReplyListener {
  /** A piece of data arrived. It is not read yet. */
  onBytes(): void
  /** What arrived cannot be read, and so nothing behind it. The decoder is not used again. */
  onGarbage(error: HitlessError): void
}

/** What hosts can read at most: their decoders call themselves for each level, and hold a frame in one object. */
const LIMITS = { maxDepth: 1_000, maxBlobBytes: 2 ** 32 } as const

/** Of all connections. */
const skippers = new FrameSkippers(LIMITS)

/**
 * Checks the framing of what a host's decoder reads, before it reads it.
 *
 * The decoder takes wrong bytes for lengths and numbers. Where it does throw, the host drops a part of the stream and
 * goes on, and from then on answers go to the wrong callers. So the first wrong byte is the last that is looked at.
 */
export function guardReplies(decoder: ReplyDecoder, listener: ReplyListener): void {
  const scanner = new FrameScanner({ skippers })
  const { write } = decoder
  let isOver = false
  decoder.write = chunk => {
    if (isOver) return
    listener.onBytes()
    let garbage: HitlessError | undefined
    try {
      const complete = scanner.feed(chunk)
      write.call(decoder, scanner.failure === undefined ? chunk : chunk.subarray(0, complete))
      garbage = scanner.failure
    } catch (error) {
      garbage = scanner.failure ?? unreadable(error, scanner.offset)
    }
    isOver = garbage !== undefined
    if (garbage !== undefined) listener.onGarbage(garbage)
  }
}

/** Who is told about what arrives, and reads pushes in the place of its host. */
export interface PushListener extends ReplyListener {
  /**
   * A push arrived, with blobs as buffers. Must not throw.
   *
   * @returns Whether the host is to read it too.
   */
  onPush(items: readonly unknown[]): boolean
}

/**
 * The same for a host with no place for others to hear pushes, and whose decoder may take wrong ones for answers. It reads
 * only those that it is meant to.
 */
export function guardRepliesAndPushes(decoder: ReplyDecoder, listener: PushListener): void {
  const read = decoder.write.bind(decoder)
  const splitter = new PushSplitter({
    limits: LIMITS,
    onReplies: read,
    onPush: (items, bytes) => {
      if (listener.onPush(items)) read(bytes)
    },
  })
  let isOver = false
  decoder.write = chunk => {
    if (isOver) return
    listener.onBytes()
    try {
      splitter.feed(chunk)
    } catch (error) {
      isOver = true
      listener.onGarbage(splitter.failure ?? unreadable(error, splitter.offset))
    }
  }
}

/** The framing is right, but the decoder failed: an answer that nobody waits for, or a type that it does not know. */
function unreadable(cause: unknown, offset: number): HitlessError<ErrorCode> {
  const message = 'The server sent what the host cannot read, or an answer that nothing asked for'
  return new HitlessError('WIRE_PROTOCOL', message, { cause, facts: { offset } })
}

/** A listener that a decoder may call: what it throws would look like an answer that cannot be read. */
export function guardListener<T>(
  listener: (value: T) => unknown,
  onError: (error: unknown) => void,
): (value: T) => void {
  return (value: T): void => {
    try {
      listener(value)
    } catch (error) {
      onError(error)
    }
  }
}
