import { isReadCommand } from '../../../core/commands/read-commands.js'
import { afterRefusal, isOvertaking } from '../../../core/replies/overtaking.js'
import type { Connection } from '../../session/connection.js'
import type { SentCommand } from '../issued-command.js'
import type { Recovery } from './recovery.js'

/** What the commands of a block go through. */
interface BlockPath {
  readonly recovery: Pick<Recovery, 'holdsUp'>
  readonly dispatcher: { holdUp(connection: Connection, pauseMs: () => number): void }
}

/** A command was refused that is sent again: what was written behind it must not be answered before it. */
export function noteRefusal(connection: Connection, sequence: number): void {
  connection.refused = afterRefusal(connection.refused, sequence, connection.written)
}

/** How long what comes behind a block that was refused waits at least, in milliseconds: until the block knows it. */
const BLOCK_PAUSE_MS = 20

/**
 * Part of a block was refused. The block itself learns it when all of it is answered, but what was written behind it may be
 * answered before.
 */
export function noteRefusedPart(
  path: BlockPath,
  error: unknown,
  { connection, sequence }: Pick<SentCommand, 'connection' | 'sequence'>,
): void {
  if (!path.recovery.holdsUp(error, connection)) return
  noteRefusal(connection, sequence)
  path.dispatcher.holdUp(connection, () => BLOCK_PAUSE_MS)
}

/** Whether a command that was answered has to be sent again, since it was written behind one that is sent again. */
export function isTooEarly({ connection, command, sequence, repeatable }: SentCommand): boolean {
  const { refused } = connection
  if (refused === undefined) return false
  // Answers come in order: from here on none of those behind the refused one is left. Only what is sent as soon as possible
  // overtakes others that wait to be written.
  if (sequence > refused.to && command.options?.asap !== true) connection.refused = undefined
  return repeatable && isOvertaking(refused, sequence, command.history.repeats) && isReadCommand(command.args)
}
