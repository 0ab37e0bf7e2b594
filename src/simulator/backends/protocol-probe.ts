import { RespDecoder } from '../../wire/decode/decoder.js'
import { RespError, RespPush, type RespValue } from '../../wire/value.js'
import type { Protocol } from '../sessions/protocol.js'

/** Reads the reply to `HELLO` out of the stream that begins with it. */
export class ProtocolProbe {
  readonly #decoder = new RespDecoder()

  /** Returns the protocol that the server agreed to, `refused`, or `undefined` while the reply is not complete. */
  feed(bytes: Buffer): Protocol | 'refused' | undefined {
    const reply = this.#read(bytes).find(value => !(value instanceof RespPush))
    if (reply === undefined) return undefined
    if (reply instanceof RespError) return 'refused'
    return toProtocol(reply)
  }

  #read(bytes: Buffer): readonly RespValue[] {
    try {
      return this.#decoder.feed(bytes)
    } catch {
      return [new RespError('ERR unreadable')]
    }
  }
}

function toProtocol(reply: RespValue): Protocol | 'refused' {
  const facts = reply instanceof Map ? [...reply].flat() : Array.isArray(reply) ? reply : []
  const version: unknown = facts[facts.indexOf('proto') + 1]
  return version === 2 || version === 3 ? version : 'refused'
}
