import { fromIds, readNewest } from '../../core/commands/newest-entries.js'
import type { Host } from '../ports.js'
import type { BlockingCall } from './blocked-command.js'

/**
 * Has a command say from which entries it reads on. Resolves with whether they are known; rejects where a connection broke.
 *
 * @param asked - Answers to the question for the newest entry of each of its streams that it reads on from there.
 */
export async function learnNewest(
  call: BlockingCall,
  asked: readonly Promise<unknown>[],
  host: Pick<Host, 'classify'>,
): Promise<boolean> {
  if (asked.length === 0) return true
  const ids = await Promise.all(asked.map(answer => answer.then(readNewest, error => noStream(error, host))))
  if (ids.some(id => id === undefined)) return false
  call.args = fromIds(call.args, ids.map(String))
  return true
}

/** A key of another type may become a stream; what is refused is not known. */
function noStream(error: unknown, host: Pick<Host, 'classify'>): string | undefined {
  if (host.classify(error) !== 'reply') throw error
  return error instanceof Error && error.message.startsWith('WRONGTYPE') ? readNewest([]) : undefined
}
