import { type CommandKind, upper } from '../../core/commands/command-kind.js'
import type { Host, SendOptions } from '../ports.js'
import type { Connection } from '../session/connection.js'
import { type Session, WATCH_LEFT } from '../session/connection-session.js'
import type { BlockingCommands } from './blocking/blocking-commands.js'

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
  /** Sends a command of which only the server knows more. */
  sendUnlisted(command: CommandToSend): Promise<unknown>
  /** Sends what resets a connection, and forgets what that clears. */
  reset(connection: Connection, send: () => Promise<unknown>): Promise<unknown>
}

/** Sends a command that needs more than to be sent, and notes what it leaves behind. */
export async function sendSpecial(
  kind: CommandKind,
  command: CommandToSend,
  owner: SpecialCommandsOwner,
): Promise<unknown> {
  const { connection, args, options } = command
  if (kind === 'blocking') return owner.blocking.send(connection, args, options)
  if (kind === 'unlisted') return owner.sendUnlisted(command)
  if (kind === 'transaction') return sendTransaction(command, owner)
  if (kind === 'reset') return owner.reset(connection, () => connection.send(args, options))
  const { session } = owner
  const { resets } = session
  const isQueued = connection.pins.has('MULTI')
  const reply = await connection.send(args, options)
  if (resets !== session.resets) return reply
  if (isQueued) session.queue(args)
  else session.note(args)
  return reply
}

const QUEUE_BOUNDS: ReadonlySet<string> = new Set(['MULTI', 'EXEC', 'DISCARD'])

const RELEASING: ReadonlySet<string> = new Set(['EXEC', 'DISCARD', 'CLIENT'])

/** WATCH, MULTI and CLIENT REPLY sent as plain commands: while they are open, a hand-off waits for their end. */
async function sendTransaction(
  { connection, args, options }: CommandToSend,
  { host, session }: SpecialCommandsOwner,
): Promise<unknown> {
  const [name = '', subcommand, mode] = args.map(upper)
  if (name === 'EXEC' && connection.failsNextExec) {
    // The keys were watched on a connection that is gone. As with the host's own blocks, EXEC must fail.
    connection.forgetWatch()
    await connection.send(['DISCARD'], options)
    throw host.errors.watch(WATCH_LEFT)
  }
  if (name === 'WATCH' || name === 'MULTI') connection.pin(name)
  if (name === 'CLIENT' && mode !== 'ON') connection.pin(`${name} ${subcommand} ${mode}`)
  let reply: unknown = null
  try {
    reply = await connection.send(args, options)
    return reply
  } finally {
    if (QUEUE_BOUNDS.has(name)) session.endQueue(name === 'EXEC' && reply !== null)
    if (name === 'UNWATCH') connection.forgetWatch()
    if (RELEASING.has(name)) connection.unpin()
  }
}
