import { assertNever } from '../../base/assert-never.js'
import type { Clock } from '../../base/clock.js'
import { HitlessError } from '../../base/errors.js'
import type { Tell } from '../../core/events/tell.js'
import type { ResolvedMaintOptions } from '../../core/options/maint-options.js'
import { afterFailure, afterRecovery, type RecoveryBudget } from '../../core/replies/recovery-budget.js'
import { type FailureCause, mayLeave, type Remedy, remedyFor } from '../../core/replies/remedy.js'
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
  /** Whether it may be sent again at all. What ties the application to a connection may not. */
  readonly repeatable: boolean
  /** What the command was a part of, where its error does not say it. */
  readonly scope?: RefusedReply['scope']
  /** Whether keys were watched on the connection when it was sent. */
  readonly wasWatching?: boolean
}

/** What the sender has to do then. */
export type Outcome = { readonly type: 'send-again' } | { readonly type: 'fail'; readonly error: unknown }

/** What recovery needs. */
export interface RecoveryParts {
  readonly host: Host
  readonly clock: Clock
  readonly maint: Pick<ResolvedMaintOptions, 'readOnlyRecovery' | 'retryInFlight'>
  readonly tell: Tell
  /** What the links of the database have spent on looking for a primary. */
  readonly searches: { budget: RecoveryBudget }
  /** Leaves a connection to a server that takes no writes. */
  readonly leave: (connection: Connection) => void
}

/** Failures that do not mean that the connection ended. */
const NO_FAULT: ReadonlySet<FailureKind> = new Set(['reply', 'timeout', 'aborted', 'offline'])

/** Performs what `core/replies/remedy.ts` decides about failed commands. */
export class Recovery {
  readonly #parts: RecoveryParts
  /** The last connection of which an event said that it is left because of a refusal. */
  #told: Connection | undefined

  constructor(parts: RecoveryParts) {
    this.#parts = parts
  }

  /** Whether a connection may be left to look for a primary. */
  get mayLeave(): boolean {
    const { maint, searches, clock } = this.#parts
    return mayLeave({ readOnlyRecovery: maint.readOnlyRecovery, searches: searches.budget }, clock.now())
  }

  /** A search for a primary is over. */
  settled(found: boolean): void {
    const { searches, clock } = this.#parts
    searches.budget = (found ? afterRecovery : afterFailure)(searches.budget, clock.now())
  }

  /** Looks through the answers of a block that was executed: one of its scripts may have been refused a write. */
  notice(connection: Connection, replies: readonly unknown[]): void {
    const reply = classifyReplies(replies)
    if (reply === undefined) return
    const error = replies.find(answer => classifyReply(answer) !== undefined)
    this.#perform({ error, connection, args: ['EXEC'], tries: 0, repeatable: false }, { type: 'refused', reply })
  }

  /** Does what the remedy of a failure says. */
  recover(failure: Failure): Outcome {
    return this.#perform(failure, this.#causeOf(failure))
  }

  #causeOf({ error, connection }: Failure): FailureCause {
    const reply = classifyReply(error)
    if (reply !== undefined) return { type: 'refused', reply }
    if (connection.isReady || !(error instanceof Error) || NO_FAULT.has(this.#parts.host.classify(error)))
      return { type: 'other' }
    return { type: 'connection-lost', wasUnresponsive: connection.unresponsive !== undefined }
  }

  #perform(failure: Failure, cause: FailureCause, isAllowed?: boolean): Outcome {
    const remedy = this.#decide(failure, cause, isAllowed)
    const leaves = remedy.type === 'await-primary' || (remedy.type === 'give-back' && remedy.leaves)
    if (cause.type === 'refused') this.#tellRefusal(failure, cause.reply, leaves)
    if (leaves) this.#parts.leave(failure.connection)
    switch (remedy.type) {
      case 'give-back':
        return { type: 'fail', error: this.#errorOf(failure, remedy.as) }
      case 'await-primary':
      case 'retry':
        return { type: 'send-again' }
      case 'ask-application':
        return this.#perform(failure, cause, this.#isAllowed(failure.args))
      default:
        return assertNever(remedy)
    }
  }

  #decide(failure: Failure, cause: FailureCause, isAllowed: boolean | undefined): Remedy {
    const { clock, maint, searches } = this.#parts
    const { readOnlyRecovery, retryInFlight } = maint
    const { args, tries, repeatable: isRepeatable, scope, wasWatching: isWatching = false } = failure
    const state = {
      readOnlyRecovery,
      retryInFlight: typeof retryInFlight === 'function' ? 'ask' : retryInFlight,
      searches: searches.budget,
    } as const
    return remedyFor(state, { cause, args, tries, isRepeatable, isWatching, scope, isAllowed }, clock.now())
  }

  /** Where a connection is left because of a refusal, only the first refusal on it is told. */
  #tellRefusal({ error, connection, args }: Failure, { kind }: RefusedReply, leaves: boolean): void {
    if (leaves && this.#told === connection) return
    const recovery = leaves ? 'handoff' : 'none'
    this.#parts.tell(
      { name: 'command:refused', payload: { kind, command: String(args[0]), error, recovery } },
      { connection },
    )
    if (leaves) this.#told = connection
  }

  #isAllowed(args: readonly unknown[]): boolean {
    const { maint, tell } = this.#parts
    const { retryInFlight } = maint
    if (typeof retryInFlight !== 'function') return false
    try {
      return retryInFlight(args) === true
    } catch (error) {
      tell({ name: 'hook:failed', payload: { event: 'retryInFlight', error } })
      return false
    }
  }

  #errorOf(failure: Failure, as: Extract<Remedy, { type: 'give-back' }>['as']): unknown {
    switch (as) {
      case 'original':
        return failure.error
      case 'fate-unknown':
        return fateUnknown(failure)
      case 'watch-broken':
        return this.#parts.host.errors.watch('Client reconnected after WATCH')
      default:
        return assertNever(as)
    }
  }
}

function fateUnknown({ connection, args }: Failure): HitlessError {
  const command = String(args[0])
  const message = `The connection stopped answering before ${command} was answered: whether it was executed is not known`
  return new HitlessError('FATE_UNKNOWN', message, { cause: connection.unresponsive, facts: { command } })
}
