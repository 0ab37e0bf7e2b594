import { ask, unavailable } from '../backends/ask.js'
import type { Backend } from '../backends/backend-line.js'

/**
 * Publishes a message to the subscribers of a channel on all nodes, as they share the data set. Resolves with how many
 * there are.
 *
 * @throws HitlessError `SIMULATOR_UNAVAILABLE` when the data set refuses, or ends the connection.
 */
export async function publish(backend: Backend, channel: string, message: string): Promise<number> {
  const subscribers = await ask(backend, ['PUBLISH', channel, message])
  if (typeof subscribers === 'number') return subscribers
  throw unavailable('The data set did not say to how many it published', subscribers)
}
