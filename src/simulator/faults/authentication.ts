import { encodeCommand } from '../../wire/encoder.js'
import { type Command, keyword, toCommand, word } from '../sessions/command.js'
import type { Session } from '../sessions/session.js'
import type { Credentials } from './conduct.js'
import { errorReply, NOAUTH_REPLY, OK_REPLY, WRONGPASS_REPLY } from './replies.js'

const HELLO_NOAUTH = errorReply(
  'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> ' +
    'option can be used to authenticate the client and select the RESP protocol version at the same time',
)

/** Asks for the node's credentials, if it has any. The data set does not see them. */
export function interceptAuthentication(session: Session, command: Command): boolean {
  const { credentials } = session.conduct
  if (credentials === undefined) return false
  if (command.name === 'AUTH') return authenticate(session, command, credentials)
  if (command.name === 'HELLO') return greet(session, command, credentials)
  if (session.state.authenticated || command.name === 'QUIT' || command.name === 'RESET') return false
  session.answer(() => NOAUTH_REPLY)
  return true
}

function authenticate(session: Session, command: Command, credentials: Credentials): boolean {
  const [username, password] =
    command.words.length > 2 ? [word(command, 1), word(command, 2)] : ['default', word(command, 1)]
  const right = matches(credentials, username, password)
  if (right) session.state.authenticated = true
  session.answer(() => (right ? OK_REPLY : WRONGPASS_REPLY))
  return true
}

function greet(session: Session, command: Command, credentials: Credentials): boolean {
  const at = command.words.findIndex((_, index) => index > 1 && keyword(command, index) === 'AUTH')
  if (at === -1) {
    if (session.state.authenticated) return false
    session.answer(() => HELLO_NOAUTH)
    return true
  }
  if (!matches(credentials, word(command, at + 1), word(command, at + 2))) {
    session.answer(() => WRONGPASS_REPLY)
    return true
  }
  session.state.authenticated = true
  const words = [...command.words.slice(0, at), ...command.words.slice(at + 3)]
  session.forward(toCommand(words, encodeCommand(words)))
  return true
}

function matches({ username = 'default', password }: Credentials, givenName: string, givenPassword: string): boolean {
  return username === givenName && password === givenPassword
}
