import type { Clock } from '../../base/clock.js'
import { HitlessError } from '../../base/errors.js'
import { isReadCommand } from '../../core/commands/read-commands.js'
import type { Tell } from '../../core/events/tell.js'
import type { ResolvedMaintOptions } from '../../core/options/maint-options.js'
import { afterFailure, afterRecovery, mayRecover, type RecoveryBudget } from '../../core/replies/recovery-budget.js'
import { classifyReplies, classifyReply, type RefusedReply } from '../../core/replies/reply-kind.js'
import type { FailureKind, Host } from '../ports.js'
import type { Connection } from '../session/connection.js'

/** A command that failed, and where. */
export interface Failure {
  readonly error: unknown
  readonly connection: Connection
  readonly args: readonly unknown[]
  /** How often it was sent before. */
  readonly tries: number
  /** Whether it may be sent again at all: what ties the application to a connection may not. */
  readonly repeatable: boolean
  /** Of what the command was a part, where its error does not tell. */
  readonly scope?: RefusedReply['scope']
}

/** What to do about it. */
export type Remedy = { readonly type: 'send-again' } | { readonly type: 'fail'; readonly error: unknown }

/** What the judgement of failures needs. */
export interface RecoveryParts {
  readonly host: Host
  readonly clock: Clock
  readonly maint: Pick<ResolvedMaintOptions, 'readOnlyRecovery' | 'retryInFlight'>
  readonly tell: Tell
  /** What the slots of the database have spent on looking for a primary. */
  readonly searches: { budget: RecoveryBudget }
  /** Leaves a connection to a server that takes no writes. */
  readonly leave: (connection: Connection) => void
}

/** How often one command is sent again. */
const MOST_TRIES = 6

/** The refusals that another connection may cure: the server is a replica, or not yet of use. */
const CURABLE: ReadonlySet<RefusedReply['kind']> = new Set(['read-only', 'master-down', 'loading', 'unblocked'])

/** Failures that are no fault of the connection. */
const NO_FAULT: ReadonlySet<FailureKind> = new Set(['reply', 'timeout', 'aborted', 'offline'])

/** Judges failed commands: which may be sent again on another connection, and which failures are the caller's business. */
export class Recovery {
  readonly #parts: RecoveryParts
  /** The connection of which it was told last that it is left. */
  #told: Connection | undefined

  constructor(parts: RecoveryParts) {
    this.#parts = parts
  }

  /** Whether a connection may be left to look for a primary. */
  get mayLeave(): boolean {
    return (
      this.#parts.maint.readOnlyRecovery !== 'report' &&
      mayRecover(this.#parts.searches.budget, this.#parts.clock.now())
    )
  }

  /** A search for a primary is over. */
  settled(found: boolean): void {
    const { searches, clock } = this.#parts
    searches.budget = (found ? afterRecovery : afterFailure)(searches.budget, clock.now())
  }

  /** Looks through the answers of a block that was executed: one of its scripts may have been refused a write. */
  notice(connection: Connection, replies: readonly unknown[]): void {
    const refused = classifyReplies(replies)
    if (refused === undefined) return
    const error = replies.find(reply => classifyReply(reply) !== undefined)
    this.#judgeRefusal({ error, connection, args: ['EXEC'], tries: 0, repeatable: false }, refused)
  }

  /** What to do about a failure. */
  judge(failure: Failure): Remedy {
    const { error, connection, args } = failure
    const refused = classifyReply(error)
    if (refused !== undefined) return this.#judgeRefusal(failure, refused)
    if (connection.isReady || !this.#endedWithConnection(error)) return { type: 'fail', error }
    if (failure.tries < MOST_TRIES && failure.repeatable && this.#isSafe(args)) return { type: 'send-again' }
    return { type: 'fail', error: fateUnknown(failure) ?? error }
  }

  #judgeRefusal(failure: Failure, refused: RefusedReply): Remedy {
    const { error, connection, args, tries, repeatable } = failure
    const { readOnlyRecovery } = this.#parts.maint
    const leaves = CURABLE.has(refused.kind) && tries < MOST_TRIES && this.mayLeave
    const payload = {
      kind: refused.kind,
      command: String(args[0]),
      error,
      recovery: leaves ? 'handoff' : 'none',
    } as const
    // Where the connection is left for it, the first of the refusals says it all.
    if (!leaves || this.#told !== connection) this.#parts.tell({ name: 'command:refused', payload }, { connection })
    if (leaves) this.#told = connection
    if (!leaves) return { type: 'fail', error }
    this.#parts.leave(connection)
    const wanted =
      readOnlyRecovery === 'replay' || (readOnlyRecovery === 'replay-single' && scopeOf(failure, refused) === 'command')
    return wanted && repeatable ? { type: 'send-again' } : { type: 'fail', error }
  }

  /** Timeouts, aborts and answers of the server are no fault of the connection. */
  #endedWithConnection(error: unknown): boolean {
    return error instanceof Error && !NO_FAULT.has(this.#parts.host.classify(error))
  }

  #isSafe(args: readonly unknown[]): boolean {
    const { maint, tell } = this.#parts
    const { retryInFlight } = maint
    if (typeof retryInFlight !== 'function') return retryInFlight === 'reads' && isReadCommand(args)
    try {
      return retryInFlight(args) === true
    } catch (error) {
      tell({ name: 'hook:failed', payload: { event: 'retryInFlight', error } })
      return false
    }
  }
}

/** Scripts are not always told apart by their errors. */
function scopeOf({ scope, args }: Failure, refused: RefusedReply): RefusedReply['scope'] {
  return scope ?? (/^(?:EVAL|FCALL)/i.test(String(args[0])) ? 'script' : refused.scope)
}

function fateUnknown({ connection, args }: Failure): HitlessError | undefined {
  const { unresponsive } = connection
  if (unresponsive === undefined) return undefined
  const command = String(args[0])
  const message = `The connection stopped answering before ${command} was answered: whether it was executed is not known`
  return new HitlessError('FATE_UNKNOWN', message, { cause: unresponsive, facts: { command } })
}
