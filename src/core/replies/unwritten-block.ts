import { isReadCommand } from '../commands/read-commands.js'
import { classifyReply, type ReplyKind } from './reply-kind.js'

/** Refusals by which a server says that it takes no writes at all, whatever the keys are. */
const TAKES_NO_WRITES: ReadonlySet<ReplyKind | undefined> = new Set(['read-only', 'master-down', 'no-replicas'])

const SCRIPT = /^(?:EVAL|FCALL)/i

/**
 * Finds, among the answers of a MULTI block that was executed, the refusal of a script which proves that nothing was written:
 * a block is executed in one go, so a server that takes no writes from one script takes none from the others. The block may be
 * sent again whole, unless it holds a command that has an effect without writing, such as PUBLISH.
 *
 * @param replies - One for each command, errors among them.
 */
export function refusalOfBlock(
  commands: readonly { readonly args: readonly unknown[] }[],
  replies: readonly unknown[],
): unknown {
  const refusal = replies.find(reply => reply instanceof Error && TAKES_NO_WRITES.has(classifyReply(reply)?.kind))
  if (refusal === undefined || commands.length !== replies.length) return undefined
  const isHarmless = commands.every(
    ({ args }, at) => replies[at] instanceof Error || SCRIPT.test(String(args[0])) || isReadCommand(args),
  )
  return isHarmless ? refusal : undefined
}
