import { HitlessError, isHitlessError } from '../../../base/errors.js'
import { upper } from '../../../core/commands/command-kind.js'
import type { Loss } from '../../../core/options/hitless-options.js'
import type { History } from '../../../core/replies/remedy.js'
import type { RefusedReply } from '../../../core/replies/reply-kind.js'
import type { Connection } from '../../session/connection.js'

/** A command that failed, and where. */
export interface Failure {
  readonly error: unknown
  readonly connection: Connection
  readonly args: readonly unknown[]
  readonly history: History
  /** Whether it may be sent again elsewhere. What ties the application to a connection may not. */
  readonly repeatable: boolean
  /** The commands of a block. */
  readonly commands?: readonly { readonly args: readonly unknown[] }[]
  /** What the command was a part of, where its error does not say it. */
  readonly scope?: RefusedReply['scope']
  /** Whether keys were watched on the connection when it was sent. */
  readonly wasWatching?: boolean
}

/** The scripts that this process could load. */
export interface KnownScripts {
  /** Whether it has the one that a command calls by its digest. */
  canLoadFor(args: readonly unknown[]): boolean
}

/** Commands that begin and end a transaction of the application's own: alone they would mean something else. */
const ENDS: ReadonlySet<string> = new Set(['EXEC', 'DISCARD'])

const CALLS_BY_DIGEST = /^EVALSHA(?:_RO)?$/i

/** Whether all scripts are known that a command, or a block, calls by their digests. */
export function canLoadFor({ args, commands = [{ args }] }: Failure, scripts: KnownScripts): boolean {
  return commands.every(({ args: words }) => !CALLS_BY_DIGEST.test(String(words[0])) || scripts.canLoadFor(words))
}

/** Whether a command was part of what the application had begun by itself on a connection, other than to watch keys. */
export function isTornWith({ connection, args }: Failure): boolean {
  return [...connection.pins].some(pin => pin !== 'WATCH') || ENDS.has(upper(args[0]))
}

/** How a command lost its connection. */
export function lossOf({ connection, error }: Failure): Loss {
  const wasUnreadable = isHitlessError(error) && error.code.startsWith('WIRE_')
  return { wasUnresponsive: connection.unresponsive !== undefined, wasUnreadable }
}

/** Tells of a command that was perhaps executed. */
export function fateUnknown({ connection, args }: Failure): HitlessError {
  const command = String(args[0])
  const message = `The connection stopped answering before ${command} was answered: whether it was executed is not known`
  return new HitlessError('FATE_UNKNOWN', message, { cause: connection.unresponsive, facts: { command } })
}
