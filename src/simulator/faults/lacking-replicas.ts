import type { Command } from '../sessions/command.js'
import type { Session } from '../sessions/session.js'
import { isWriteCommand } from '../store/write-commands.js'
import { NOREPLICAS_REPLY } from './replies.js'

/** Refuses writes while the node pretends that too few replicas follow it. */
export function interceptLackingReplicas(session: Session, command: Command): boolean {
  if (!session.conduct.lacksReplicas || !isWriteCommand(command.name)) return false
  session.answer(() => NOREPLICAS_REPLY)
  return true
}
