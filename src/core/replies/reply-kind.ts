import { type Endpoint, toEndpoint } from '../../base/endpoint.js'
import { isHitlessError } from '../../base/errors.js'

/** Why a server refused a command because of its own state. */
export type ReplyKind =
  /** It is a replica: READONLY. */
  | 'read-only'
  /** It is a replica, and says where its primary is: REDIRECT, of Valkey. */
  | 'names-primary'
  /** It is a replica that lost its primary and serves nothing until it finds one: MASTERDOWN. */
  | 'master-down'
  /** It is still reading its data: LOADING. */
  | 'loading'
  /** It has fewer replicas than it must have to take writes: NOREPLICAS. */
  | 'no-replicas'
  /** The cluster serves nothing, or not this hash slot: CLUSTERDOWN. */
  | 'cluster-down'
  /** The keys are being moved to another node: TRYAGAIN. */
  | 'try-again'
  /** It does not have the script in its memory, which it shares with no other server: NOSCRIPT. */
  | 'no-script'
  /** It became a replica while the command blocked: UNBLOCKED. The server ends such a connection after the answer. */
  | 'unblocked'
  /** The keys are elsewhere: MOVED, ASK. */
  | 'redirected'

/** A refusal, and what was refused. */
export interface RefusedReply {
  readonly kind: ReplyKind
  /**
   * `command`: a single command, which was not executed. `script`: a command inside a script or function, which wrote
   * nothing, but may have read or published. `transaction`: a MULTI block, of which nothing was executed.
   */
  readonly scope: 'command' | 'script' | 'transaction'
  /** Where the primary is, where the answer says it and it can be dialled. */
  readonly primary?: Endpoint
}

/** The refusals among several replies. */
export interface RefusedReplies extends RefusedReply {
  /** Which of the replies are refusals, of whatever kind. `kind` and `scope` are those of the first. */
  readonly indexes: readonly number[]
}

const KINDS: ReadonlyMap<string, ReplyKind> = new Map([
  ['READONLY', 'read-only'],
  ['MASTERDOWN', 'master-down'],
  ['LOADING', 'loading'],
  ['NOREPLICAS', 'no-replicas'],
  ['CLUSTERDOWN', 'cluster-down'],
  ['TRYAGAIN', 'try-again'],
  ['NOSCRIPT', 'no-script'],
  ['MOVED', 'redirected'],
  ['ASK', 'redirected'],
  ['REDIRECT', 'names-primary'],
])

const REPLICA_WHILE_BLOCKED = 'UNBLOCKED force unblock from blocking operation, instance state changed'

/** How servers before 7.0 refuse EXEC where a write was queued before they became a replica. */
const OLD_ABORT = /^(?:ERR|EXECABORT) Transaction contains write commands but instance is now a read-only /

const ABORTED_BECAUSE = 'EXECABORT Transaction discarded because of: '

/** It does not say why. One of the replies to the queued commands does. */
const ABORTED_BEFORE = 'EXECABORT Transaction discarded because of previous errors'

/** What servers since 7.0 append when a script did not catch the error. */
const TOLD_BY_SCRIPT = /, on @user_(?:script|function):\d+\.?$/

/**
 * An error that passed through Lua: wrapped by servers before 7.0, or thrown again by the script. The pattern is
 * anchored, since other messages repeat what the user sent.
 */
const WITHIN_SCRIPT =
  /^ERR (?:Error running script \(call to \w+\): )?(?:@?user_(?:script|function): ?\d+: )+-?([A-Z]+) (?:You can't write|Link with MASTER|Redis is loading|Not enough good|Hash slot|The cluster|Multiple keys|\d)/

/**
 * Reads from an error reply why a server refused a command, where its state was the reason.
 *
 * All other errors give `undefined`: those that no server sent, and answers to commands that are forbidden, wrong, sent
 * to data of another type, or unblocked by another client.
 *
 * @param error - What the host rejected with, or a reply that is an error; the host's error for a MULTI block, which has
 * `replies`, is classified by them.
 */
export function classifyReply(error: unknown): RefusedReply | undefined {
  if (!(error instanceof Error) || isHitlessError(error)) return undefined
  if ('replies' in error && Array.isArray(error.replies)) return classifyReplies(error.replies)
  return classifyMessage(error.message)
}

/**
 * The same for the replies of a MULTI block or a pipeline, errors among them.
 *
 * For a block that was aborted because of its queued commands, the reply to the first refused command decides.
 */
export function classifyReplies(replies: readonly unknown[]): RefusedReplies | undefined {
  let first: RefusedReply | undefined
  let isAborted = false
  const indexes: number[] = []
  for (const [index, reply] of replies.entries()) {
    // Nearly all replies are no errors. For them this one check is all that is done.
    if (!(reply instanceof Error)) continue
    isAborted ||= reply.message.startsWith(ABORTED_BEFORE)
    const refused = classifyReply(reply)
    if (refused === undefined) continue
    indexes.push(index)
    first ??= refused
  }
  if (first === undefined) return undefined
  return { ...first, ...(isAborted && { scope: 'transaction' }), indexes }
}

function classifyMessage(message: string): RefusedReply | undefined {
  const code = codeOf(message)
  switch (code) {
    case 'ERR':
      return OLD_ABORT.test(message) ? { kind: 'read-only', scope: 'transaction' } : classifyWithinScript(message)
    case 'EXECABORT':
      return classifyAbort(message)
    case 'UNBLOCKED':
      return message.startsWith(REPLICA_WHILE_BLOCKED) ? { kind: 'unblocked', scope: 'command' } : undefined
    default: {
      const kind = KINDS.get(code)
      if (kind === undefined) return undefined
      if (kind === 'names-primary') return namedBy(message)
      return { kind, scope: TOLD_BY_SCRIPT.test(message) ? 'script' : 'command' }
    }
  }
}

/** A replica that knows no primary by now names none that could be dialled. */
function namedBy(message: string): RefusedReply {
  const primary = toEndpoint(message.slice(message.indexOf(' ') + 1))
  return { kind: 'names-primary', scope: 'command', ...(primary !== undefined && { primary }) }
}

function classifyWithinScript(message: string): RefusedReply | undefined {
  const kind = KINDS.get(WITHIN_SCRIPT.exec(message)?.[1] ?? '')
  return kind === undefined ? undefined : { kind, scope: 'script' }
}

function classifyAbort(message: string): RefusedReply | undefined {
  if (OLD_ABORT.test(message)) return { kind: 'read-only', scope: 'transaction' }
  if (!message.startsWith(ABORTED_BECAUSE)) return undefined
  const kind = KINDS.get(codeOf(message.slice(ABORTED_BECAUSE.length)))
  return kind === undefined ? undefined : { kind, scope: 'transaction' }
}

/** The first word. */
function codeOf(message: string): string {
  const end = message.indexOf(' ')
  return end === -1 ? message : message.slice(0, end)
}
