import type { Retry, SentCommand } from '../issued-command.js'
import { isTooEarly, noteRefusal } from './answer-order.js'
import type { Recovery } from './recovery.js'

/** How a failed command is sent again. Throws its error for its caller where it is not. */
export function retryOf(error: unknown, sent: SentCommand, recovery: Recovery): Retry {
  const { connection, command, sequence, repeatable } = sent
  if (isTooEarly(sent) && recovery.isAnswer(error)) return recovery.repeat(sent)
  if (recovery.holdsUp(error, connection)) noteRefusal(connection, sequence)
  const outcome = recovery.recover({ error, connection, args: command.args, history: command.history, repeatable })
  if (outcome.type === 'fail') throw outcome.error
  return { command: { ...command, history: outcome.history }, error, connection, apart: outcome.apart }
}
