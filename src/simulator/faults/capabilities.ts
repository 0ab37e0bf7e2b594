import { type Command, keyword } from '../sessions/command.js'
import type { Session } from '../sessions/session.js'
import { OK_REPLY } from './replies.js'

/** Takes `CLIENT CAPA`, as Valkey does from 8.0 on. Capabilities that it does not know are passed over. */
export function interceptCapabilities(session: Session, command: Command): boolean {
  if (session.conduct.server !== 'valkey') return false
  if (command.name !== 'CLIENT' || keyword(command, 1) !== 'CAPA' || command.words.length < 3) return false
  session.answer(() => {
    if (command.words.some((_, at) => at > 1 && keyword(command, at) === 'REDIRECT')) session.state.redirects = true
    return OK_REPLY
  })
  return true
}
