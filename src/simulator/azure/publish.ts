import { ask } from '../backends/ask.js'
import type { Backend } from '../backends/backend-line.js'

/**
 * Publishes a message to the subscribers of a channel on all nodes, as they share the data set. Resolves with how many
 * there are.
 *
 * @throws HitlessError `SIMULATOR_UNAVAILABLE` when the data set refuses, or ends the connection.
 */
export async function publish(backend: Backend, channel: string, message: string): Promise<number> {
  return Number(await ask(backend, ['PUBLISH', channel, message]))
}
