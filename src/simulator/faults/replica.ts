import type { Command } from '../sessions/command.js'
import type { Session } from '../sessions/session.js'
import { NO_REPLY, READONLY_REPLY } from './replies.js'
import { isWriteCommand } from './write-commands.js'

/** What a replica without a reachable primary says to `ROLE`. */
const REPLICA_ROLE = Buffer.from('*5\r\n$5\r\nslave\r\n$9\r\n127.0.0.1\r\n:6379\r\n$7\r\nconnect\r\n:-1\r\n')

/** Answers as a replica while the node pretends to be one, and minds what `MULTI` has queued. */
export function interceptReplica(session: Session, command: Command): boolean {
  if (session.state.transaction !== undefined && isWriteCommand(command.name)) session.state.transaction.writes = true
  if (!session.conduct.readonly) return false
  if (isWriteCommand(command.name)) {
    session.answer(() => READONLY_REPLY)
    return true
  }
  if (command.name === 'ROLE' && session.state.transaction === undefined) {
    session.answer(() => REPLICA_ROLE)
    return true
  }
  // A transaction that was queued before the node became a replica fails as a whole: spoil it, then let EXEC say so.
  if (command.name === 'EXEC' && session.state.transaction?.writes === true) session.answer(() => NO_REPLY)
  return false
}
