import { type Command, keyword, word } from '../sessions/command.js'
import type { Session } from '../sessions/session.js'
import { MOVING_ENDPOINT_TYPES, type MovingEndpointType } from '../sessions/sim-connection.js'
import { errorReply, OK_REPLY } from './replies.js'

const UNKNOWN_SUBCOMMAND = errorReply("ERR unknown subcommand 'MAINT_NOTIFICATIONS'. Try CLIENT HELP.")
const SYNTAX = errorReply('ERR syntax error')
const NEEDS_RESP3 = errorReply('ERR CLIENT MAINT_NOTIFICATIONS needs RESP3')

/** Answers `CLIENT MAINT_NOTIFICATIONS ON [moving-endpoint-type TYPE] | OFF`. */
export function interceptOptIn(session: Session, command: Command): boolean {
  if (command.name !== 'CLIENT' || keyword(command, 1) !== 'MAINT_NOTIFICATIONS') return false
  const support = session.conduct.maintSupport
  if (support === 'silent') session.fallSilent()
  else if (support === 'unknown-subcommand') session.answer(() => UNKNOWN_SUBCOMMAND)
  else if (support === 'ok') session.answer(() => placeOptIn(session, command))
  else session.answer(() => errorReply(support.error))
  return true
}

/** Made when the reply's place is reached: only then is it known whether a `HELLO` in the same write succeeded. */
function placeOptIn(session: Session, command: Command): Buffer {
  const type = readRequest(command)
  if (type === undefined) return SYNTAX
  if (type === 'off') {
    session.optOut()
    return OK_REPLY
  }
  if (session.protocol !== 3) return NEEDS_RESP3
  return Buffer.concat([OK_REPLY, ...session.optIn(type)])
}

function readRequest(command: Command): MovingEndpointType | 'off' | undefined {
  const mode = keyword(command, 2)
  if (mode === 'OFF') return command.words.length === 3 ? 'off' : undefined
  if (mode !== 'ON') return undefined
  // Real servers name no endpoint to a client that asked for no type.
  if (command.words.length === 3) return 'none'
  if (command.words.length !== 5 || keyword(command, 3) !== 'MOVING-ENDPOINT-TYPE') return undefined
  const asked = word(command, 4).toLowerCase()
  return MOVING_ENDPOINT_TYPES.find(type => type === asked)
}
