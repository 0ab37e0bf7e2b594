import { encodeValue } from '../../wire/encoder.js'
import { RespError } from '../../wire/value.js'

/** What a server answers before it cuts a client that sends no RESP. */
export function protocolErrorReply(error: unknown): Buffer {
  const reason = error instanceof Error ? error.message : 'unreadable'
  return encodeValue(new RespError(`ERR Protocol error: ${reason.replaceAll(/[\r\n]/g, ' ')}`), 2)
}
