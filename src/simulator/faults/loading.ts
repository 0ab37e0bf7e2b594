import type { Command } from '../sessions/command.js'
import type { Session } from '../sessions/session.js'
import { LOADING_REPLY } from './replies.js'

/** What Redis serves while it reads its data. */
const SERVED_WHILE_LOADING: ReadonlySet<string> = new Set(
  'ASKING AUTH CLIENT COMMAND CONFIG DISCARD EXEC HELLO INFO MULTI QUIT READONLY READWRITE RESET SELECT UNWATCH WATCH'.split(
    ' ',
  ),
)

/** Answers `-LOADING` while the node pretends to read its data. */
export function interceptLoading(session: Session, command: Command): boolean {
  const { loading } = session.conduct
  if (loading === 'none') return false
  if (loading === 'data' && SERVED_WHILE_LOADING.has(command.name)) return false
  session.answer(() => LOADING_REPLY)
  return true
}
