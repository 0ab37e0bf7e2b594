import { encodeValue } from '../../wire/encoder.js'
import { RespError, type RespValue } from '../../wire/value.js'
import type { Protocol } from '../sessions/protocol.js'

/** Bytes that are a whole reply already, such as `+OK`. */
export class Encoded {
  readonly bytes: Buffer

  constructor(text: string) {
    this.bytes = Buffer.from(text)
  }
}

/** A list of replies, as `EXEC` answers it. */
export class Replies {
  readonly items: readonly Reply[]

  constructor(items: readonly Reply[]) {
    this.items = items
  }
}

/** What a command of the store answers. */
export type Reply = RespValue | Encoded | Replies

/** `+OK`. */
export const OK: Encoded = new Encoded('+OK\r\n')

/** `+QUEUED`. */
export const QUEUED: Encoded = new Encoded('+QUEUED\r\n')

/** No reply now: the command wrote its answer, or will write it. */
export const NOTHING: Encoded = new Encoded('')

/** No list: in RESP2 this differs from no value. */
export const NO_LIST: Replies = new Replies([])

/** A simple string. */
export function simple(text: string): Encoded {
  return new Encoded(`+${text}\r\n`)
}

/** An integer of 64 bits. */
export function integer(value: bigint): Encoded {
  return new Encoded(`:${value}\r\n`)
}

/** Encodes what a command answered, in the protocol of the client. */
export function encodeReply(reply: Reply, protocol: Protocol): Buffer {
  if (reply instanceof Encoded) return reply.bytes
  if (reply === NO_LIST) return Buffer.from(protocol === 2 ? '*-1\r\n' : '_\r\n')
  if (reply instanceof Replies) {
    const head = Buffer.from(`*${reply.items.length}\r\n`)
    return Buffer.concat([head, ...reply.items.map(item => encodeReply(item, protocol))])
  }
  return encodeValue(reply, protocol)
}

/** A command that cannot be executed; its text is the reply. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError'
}

/** The reply for something thrown by a command. Only a {@link CommandError} is the client's fault. */
export function toErrorReply(error: unknown): RespError {
  if (error instanceof CommandError) return new RespError(error.message)
  throw error
}

/** The error of Redis for words in the wrong places. */
export function syntaxError(): CommandError {
  return new CommandError('ERR syntax error')
}

/** The error of Redis for a text that is no number. */
export function notAnInteger(): CommandError {
  return new CommandError('ERR value is not an integer or out of range')
}
