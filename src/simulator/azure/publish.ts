import { HitlessError } from '../../base/errors.js'
import { RespDecoder } from '../../wire/decoder.js'
import { encodeCommand } from '../../wire/encoder.js'
import type { Backend } from '../backends/backend-line.js'
import { toCommand } from '../sessions/command.js'

/**
 * Publishes a message to the subscribers of a channel on all nodes, as they share the data set. Resolves with how many
 * there are.
 *
 * @throws HitlessError `SIMULATOR_UNAVAILABLE` when the data set refuses, or ends the connection.
 */
export function publish(backend: Backend, channel: string, message: string): Promise<number> {
  const decoder = new RespDecoder()
  const words = ['PUBLISH', channel, message]
  return new Promise((resolve, reject) => {
    const fail = (cause?: unknown): void =>
      reject(
        new HitlessError('SIMULATOR_UNAVAILABLE', 'The data set did not publish the message', {
          cause,
          facts: { kind: 'server' },
        }),
      )
    const line = backend.open({
      receive: bytes => {
        const [reply] = decoder.feed(bytes)
        if (reply === undefined) return
        line.close()
        if (typeof reply === 'number') resolve(reply)
        else fail(reply)
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
