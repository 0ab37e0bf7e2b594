import type { ConnectionGeneration } from '../../adapters/node-redis/generation.js'
import type { HostModule } from '../../adapters/node-redis/host.js'
import type { HostCommandOptions } from '../../adapters/node-redis/internals.js'
import { type CommandKind, upper } from '../../core/commands/command-kind.js'
import type { Session } from '../session/connection-session.js'
import type { BlockingCommands } from './blocking-commands.js'

/** A command to be sent on a connection. */
export interface CommandToSend {
  readonly generation: ConnectionGeneration
  readonly args: readonly unknown[]
  readonly options: HostCommandOptions | undefined
}

/** Sends a command that needs more than to be sent. */
export type SendSpecial = (kind: CommandKind, command: CommandToSend) => Promise<unknown>

/** What special commands need. */
export interface SpecialCommandsParts {
  readonly host: HostModule
  readonly blocking: BlockingCommands
  readonly session: Session
}

/** Sends the special commands of one client, and notes what they leave behind. */
export function createSpecialCommands({ host, blocking, session }: SpecialCommandsParts): SendSpecial {
  return async (kind, command) => {
    const { generation, args, options } = command
    if (kind === 'blocking') return blocking.send(generation, args, options)
    if (kind === 'transaction') return sendTransaction(host, command)
    const reply = await generation.client.sendCommand(args, options)
    if (kind === 'database') session.database = Number(args[1])
    else session.noteSetting(args)
    return reply
  }
}

/** WATCH, MULTI and CLIENT REPLY sent as plain commands: while they are open, a hand-off waits for their end. */
async function sendTransaction(host: HostModule, { generation, args, options }: CommandToSend): Promise<unknown> {
  const [name = '', subcommand, mode] = args.map(upper)
  if (name === 'EXEC' && generation.client.isDirtyWatch) {
    // The keys were watched on a connection that is gone: as with the host's own blocks, nothing may pass unguarded.
    generation.forgetWatch()
    await generation.client.sendCommand(['DISCARD'], options)
    throw new host.WatchError('Client reconnected after WATCH')
  }
  if (name === 'WATCH' || name === 'MULTI') generation.pins.add(name)
  if (name === 'CLIENT' && mode !== 'ON') generation.pins.add(`${name} ${subcommand} ${mode}`)
  try {
    return await generation.client.sendCommand(args, options)
  } finally {
    if (name === 'UNWATCH') generation.forgetWatch()
    if (name === 'EXEC' || name === 'DISCARD' || name === 'CLIENT') generation.pins.clear()
  }
}
