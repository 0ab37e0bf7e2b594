import { HitlessError } from '../../base/errors.js'
import { RespDecoder } from '../../wire/decode/decoder.js'
import { encodeCommand } from '../../wire/encoder.js'
import { RespError, type RespValue } from '../../wire/value.js'
import { toCommand } from '../sessions/command.js'
import type { Backend } from './backend-line.js'

/** What is wrong with the servers behind nodes. */
export function unavailable(message: string, cause?: unknown): HitlessError<'SIMULATOR_UNAVAILABLE'> {
  return new HitlessError('SIMULATOR_UNAVAILABLE', message, { cause, facts: { kind: 'server' } })
}

/**
 * Sends a data set one command on a connection of its own, and resolves with the answer.
 *
 * @throws HitlessError `SIMULATOR_UNAVAILABLE` when the data set refuses, or ends the connection.
 */
export function ask(backend: Backend, words: readonly string[]): Promise<RespValue> {
  const decoder = new RespDecoder()
  return new Promise((resolve, reject) => {
    const fail = (cause?: unknown): void => reject(unavailable(`The data set did not do ${words[0]}`, cause))
    const line = backend.open({
      receive: bytes => {
        const [reply] = decoder.feed(bytes)
        if (reply === undefined) return
        line.close()
        if (reply instanceof RespError) fail(reply)
        else resolve(reply)
      },
      drained: () => {},
      closed: () => fail(),
    })
    line.forward(
      toCommand(
        words.map(word => Buffer.from(word)),
        encodeCommand(words),
      ),
    )
  })
}
