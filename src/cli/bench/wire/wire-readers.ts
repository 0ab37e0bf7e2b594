import { createRequire } from 'node:module'
import { RespDecoder } from '../../../wire/decode/decoder.js'
import { PushTap } from '../../../wire/push-tap.js'
import { RespPush } from '../../../wire/value.js'

/** One side of a comparison. */
export interface WireReader {
  readonly name: string
  read(chunk: Buffer): void
  /** What was read so far. */
  counts(): { readonly replies: number; readonly pushes: number }
}

/** The decoder inside `@redis/client`, as far as it is used here. It is no public part of that package. */
interface HostDecoder {
  write(chunk: Buffer): void
}

type HostDecoderClass = new (config: {
  readonly onReply: () => void
  readonly onErrorReply: () => void
  readonly onPush: () => void
  readonly getTypeMapping: () => Readonly<Record<number, unknown>>
}) => HostDecoder

const HOST_DECODER = '@redis/client/dist/lib/RESP/decoder.js'

/** Reads with a {@link PushTap}. */
export function createTapReader(): WireReader {
  const tap = new PushTap()
  let pushes = 0
  return {
    name: 'The tap',
    read(chunk) {
      pushes += tap.feed(chunk).length
    },
    counts: () => ({ replies: tap.replies, pushes }),
  }
}

/** Reads with a {@link RespDecoder} that makes strings. */
export function createDecoderReader(): WireReader {
  const decoder = new RespDecoder()
  let replies = 0
  let pushes = 0
  return {
    name: 'The decoder',
    read(chunk) {
      for (const value of decoder.feed(chunk)) {
        if (value instanceof RespPush) pushes += 1
        else replies += 1
      }
    },
    counts: () => ({ replies, pushes }),
  }
}

/**
 * Reads with the decoder inside the installed `@redis/client`, set up as its clients do.
 *
 * @throws Error when the package has no decoder where it is expected.
 */
export function createHostReader(): WireReader {
  const { Decoder } = createRequire(import.meta.url)(HOST_DECODER) as { Decoder: HostDecoderClass }
  const typeMapping = {}
  let replies = 0
  let pushes = 0
  const count = (): void => {
    replies += 1
  }
  const decoder = new Decoder({
    onReply: count,
    onErrorReply: count,
    onPush: () => {
      pushes += 1
    },
    getTypeMapping: () => typeMapping,
  })
  return { name: 'The host', read: chunk => decoder.write(chunk), counts: () => ({ replies, pushes }) }
}
