import { isReadCommand } from '../commands/read-commands.js'
import type { RetryInFlight } from './hitless-options.js'

/**
 * For hosts that send everything again that was in flight when a connection broke. They do not give a silent connection up:
 * where we do, only reads are sent again, as a server that was only stopped would execute writes twice. After bytes that are no
 * answer they fail what was in flight; here reads are sent again.
 */
export const retryWhatBroke: RetryInFlight = (words, { wasUnresponsive, wasUnreadable }) =>
  (!wasUnresponsive && !wasUnreadable) || isReadCommand(words)
