import { isReadCommand } from '../commands/read-commands.js'
import { classifyReply, type ReplyKind } from './reply-kind.js'

/** Refusals by which a server says that it takes no writes at all, whatever the keys are. */
const TAKES_NO_WRITES: ReadonlySet<ReplyKind | undefined> = new Set([
  'read-only',
  'names-primary',
  'master-down',
  'no-replicas',
])

const SCRIPT = /^(?:EVAL|FCALL)/i

/**
 * Finds, among the answers of a MULTI block that was executed, the refusal of a script which proves that nothing was written, so
 * that the block may be sent again whole.
 *
 * A block is executed in one go, so a server that takes no writes from one script takes none from the others; but the block may
 * hold no command that has an effect without writing, such as PUBLISH. Where the server lacks scripts, all but reads must have
 * failed for that reason.
 *
 * @param replies - One for each command, errors among them.
 */
export function refusalOfBlock(
  commands: readonly { readonly args: readonly unknown[] }[],
  replies: readonly unknown[],
): unknown {
  // Nearly all blocks have no error. For them this one check is all that is done.
  if (!replies.some(reply => reply instanceof Error) || commands.length !== replies.length) return undefined
  const kinds = replies.map(reply => classifyReply(reply)?.kind)
  const refused = kinds.findIndex(kind => TAKES_NO_WRITES.has(kind))
  const isHarmless = (args: readonly unknown[], at: number): boolean =>
    isReadCommand(args) ||
    (refused < 0 ? kinds[at] === 'no-script' : replies[at] instanceof Error || SCRIPT.test(String(args[0])))
  if (!commands.every(({ args }, at) => isHarmless(args, at))) return undefined
  return replies[refused < 0 ? kinds.indexOf('no-script') : refused]
}
