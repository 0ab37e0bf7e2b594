import { type CommandKind, upper } from '../../core/commands/command-kind.js'
import type { Host, SendOptions } from '../ports.js'
import type { Connection } from '../session/connection.js'
import type { Session } from '../session/connection-session.js'
import type { BlockingCommands } from './blocking-commands.js'

/** A command to be sent on a connection. */
export interface CommandToSend {
  readonly connection: Connection
  readonly args: readonly unknown[]
  readonly options: SendOptions | undefined
}

/** Whose special commands are sent. */
export interface SpecialCommandsOwner {
  readonly host: Host
  readonly blocking: BlockingCommands
  readonly session: Session
}

/** Sends a command that needs more than to be sent, and notes what it leaves behind. */
export async function sendSpecial(
  kind: CommandKind,
  command: CommandToSend,
  { host, blocking, session }: SpecialCommandsOwner,
): Promise<unknown> {
  const { connection, args, options } = command
  if (kind === 'blocking') return blocking.send(connection, args, options)
  if (kind === 'transaction') return sendTransaction(host, command)
  const reply = await connection.send(args, options)
  if (kind === 'database') session.database = Number(args[1])
  else session.noteSetting(args)
  return reply
}

/** WATCH, MULTI and CLIENT REPLY sent as plain commands: while they are open, a hand-off waits for their end. */
async function sendTransaction(host: Host, { connection, args, options }: CommandToSend): Promise<unknown> {
  const [name = '', subcommand, mode] = args.map(upper)
  if (name === 'EXEC' && connection.physical.failsNextExec) {
    // The keys were watched on a connection that is gone. As with the host's own blocks, EXEC must fail.
    connection.forgetWatch()
    await connection.send(['DISCARD'], options)
    throw host.errors.watch('Client reconnected after WATCH')
  }
  if (name === 'WATCH' || name === 'MULTI') connection.pin(name)
  if (name === 'CLIENT' && mode !== 'ON') connection.pin(`${name} ${subcommand} ${mode}`)
  try {
    return await connection.send(args, options)
  } finally {
    if (name === 'UNWATCH') connection.forgetWatch()
    if (name === 'EXEC' || name === 'DISCARD' || name === 'CLIENT') connection.unpin()
  }
}
