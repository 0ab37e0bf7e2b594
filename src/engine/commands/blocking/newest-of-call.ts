import { fromIds, readNewest } from '../../../core/commands/newest-entries.js'
import type { Host } from '../../ports.js'
import type { BlockingCall } from './blocked-command.js'

/**
 * The command of a call, saying from which entries it reads on; `undefined` where they are not told. Rejects where a connection
 * broke.
 *
 * @param asked - Answers to the question for the newest entry of each of its streams that it reads on from there.
 */
export async function exactOf(
  { args }: BlockingCall,
  asked: readonly Promise<unknown>[],
  host: Pick<Host, 'classify'>,
): Promise<readonly unknown[] | undefined> {
  if (asked.length === 0) return args
  const ids = await Promise.all(asked.map(answer => answer.then(readNewest, error => noStream(error, host))))
  return ids.includes(undefined) ? undefined : fromIds(args, ids.map(String))
}

/** A key of another type may become a stream; what is refused is not known. */
function noStream(error: unknown, host: Pick<Host, 'classify'>): string | undefined {
  if (host.classify(error) !== 'reply') throw error
  return error instanceof Error && error.message.startsWith('WRONGTYPE') ? readNewest([]) : undefined
}
