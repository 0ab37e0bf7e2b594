import { createHash } from 'node:crypto'
import { encodeValue } from '../../wire/encoder.js'
import { type Command, word } from '../sessions/command.js'
import type { Session } from '../sessions/session.js'
import { keysOf } from '../store/command-keys.js'
import { isWriteCommand } from '../store/write-commands.js'
import type { Conduct } from './conduct.js'
import { errorReply, NO_REPLY, READONLY_REPLY } from './replies.js'

/** What a replica without a reachable primary answers to `ROLE`. */
const REPLICA_ROLE = Buffer.from('*5\r\n$5\r\nslave\r\n$9\r\n127.0.0.1\r\n:6379\r\n$7\r\nconnect\r\n:-1\r\n')

/** Commands that run code that may write. They count as writes. */
const SCRIPTS: ReadonlySet<string> = new Set(['EVAL', 'EVALSHA', 'FCALL'])

/** Answers as a replica while the node pretends to be one. It remembers what `MULTI` has queued. */
export function interceptReplica(session: Session, command: Command): boolean {
  const { state, conduct } = session
  const refusal = refuse(command)
  if (state.transaction !== undefined && refusal !== undefined) state.transaction.writes = true
  if (!conduct.readonly && conduct.follows === undefined) return false
  if (conduct.follows !== undefined && sendsElsewhere(session, command)) {
    const { host, port } = conduct.follows()
    session.answer(() => errorReply(`REDIRECT ${host}:${port}`))
    return true
  }
  if (refusal !== undefined) {
    session.answer(() => refusal)
    return true
  }
  if (command.name === 'ROLE' && state.transaction === undefined) {
    session.answer(() => roleOf(conduct))
    return true
  }
  // A transaction that was queued before the node became a replica fails as a whole, and EXEC says so.
  if (command.name === 'EXEC' && state.transaction?.writes === true) session.answer(() => NO_REPLY)
  return false
}

/** Valkey sends those that understand it to the primary, for reads as well unless they asked for `READONLY`. */
function sendsElsewhere({ state }: Session, command: Command): boolean {
  if (!state.redirects) return false
  return refuse(command) !== undefined || (!state.readonly && keysOf(command.words).length > 0)
}

function roleOf({ follows }: Conduct): Buffer {
  if (follows === undefined) return REPLICA_ROLE
  const { host, port } = follows()
  return encodeValue(['slave', host, port, 'connected', 0], 3)
}

/** What a replica answers to a command that writes; `undefined` for others. */
function refuse(command: Command): Buffer | undefined {
  if (isWriteCommand(command.name)) return READONLY_REPLY
  return SCRIPTS.has(command.name) ? refuseScript(command) : undefined
}

/** The error of the first write in a script, in the words of Redis 7. */
function refuseScript(command: Command): Buffer {
  const code = word(command, 1)
  const id = command.name === 'EVAL' ? createHash('sha1').update(code).digest('hex') : code
  return errorReply(`READONLY You can't write against a read only replica. script: ${id}, on @user_script:1.`)
}
