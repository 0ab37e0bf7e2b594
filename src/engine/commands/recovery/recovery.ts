import { assertNever } from '../../../base/assert-never.js'
import {
  afterRemedy,
  type FailureCause,
  FIRST_TRY,
  type History,
  leavesFor,
  MOST_LOSSES,
  mayHoldUp,
  mayLeave,
  type Remedy,
  type RemedyState,
  remedyFor,
} from '../../../core/replies/remedy.js'
import { classifyReplies, classifyReply, type RefusedReply } from '../../../core/replies/reply-kind.js'
import type { Context } from '../../database/context.js'
import type { FailureKind } from '../../ports.js'
import type { Connection } from '../../session/connection.js'
import { WATCH_LEFT } from '../../session/connection-session.js'
import { type Retry, repeated, type SentCommand } from '../issued-command.js'
import { canLoadFor, type Failure, fateUnknown, isTornWith, type KnownScripts, lossOf } from './failure.js'
import { NeverSent, toldOf } from './never-sent.js'
import { RefusalsTold } from './refusals-told.js'
import { Searches, type SearchesContext } from './searches.js'
import { ServerWaits } from './server-waits.js'

/** What the sender has to do then. */
export type Outcome =
  /** With `apart` while nothing else is in flight. */
  | { readonly type: 'send-again'; readonly history: History; readonly apart: boolean }
  | { readonly type: 'fail'; readonly error: unknown }

/** Whose commands are given another try. */
export interface RecoveryOwner extends KnownScripts {
  readonly context: Pick<Context, 'host' | 'clock' | 'maint' | 'tell'> & SearchesContext
  /** Leaves a connection to a server that takes no writes, as its answer says. */
  leave(refused: Pick<Failure, 'connection' | 'error'>): void
  /** Has what is sent on a connection wait for a while; asks for how long, unless it does so already. */
  holdUp(connection: Connection, pauseMs: () => number): void
  /** Notes on an error in which maintenance window it was raised. */
  note<E>(error: E): E
  /** Sends all scripts to a server that lacks some. */
  reload(connection: Connection): void
}

/** Failures that do not mean that the connection ended. */
const NO_FAULT: ReadonlySet<FailureKind> = new Set(['reply', 'timeout', 'aborted', 'offline'])

/** Performs what `core/replies/remedy.ts` decides about failed commands. */
export class Recovery {
  readonly #owner: RecoveryOwner
  readonly #told: RefusalsTold
  /** What is spent on looking for a primary. */
  readonly searches: Searches
  readonly waits: ServerWaits = new ServerWaits()

  constructor(owner: RecoveryOwner) {
    this.#owner = owner
    const { tell, maint } = owner.context
    this.searches = new Searches(owner.context)
    this.#told = new RefusalsTold(tell, maint.dryRun)
  }

  /** Whether a connection may be left to look for a primary. */
  get mayLeave(): boolean {
    const { maint, clock } = this.#owner.context
    return mayLeave({ readOnlyRecovery: maint.readOnlyRecovery, searches: this.searches.budget }, clock.now())
  }

  /** A server serves again that had refused for a while. */
  served(connection: Connection): void {
    this.waits.served(connection)
  }

  /** Whether an error says that a command was executed: the server answered it, and did not refuse it. */
  isAnswer(error: unknown): boolean {
    return this.#owner.context.host.classify(error) === 'reply' && classifyReply(error) === undefined
  }

  /** Whether what was written behind a command that failed has to wait for it. */
  holdsUp(error: unknown, connection: Connection): boolean {
    const reply = classifyReply(error)
    if (this.#owner.context.maint.dryRun) return false
    return reply !== undefined && mayHoldUp(this.#stateOf(connection), reply, this.#owner.context.clock.now())
  }

  /** Looks through the answers of a block that was executed: one of its scripts may have been refused a write. */
  notice(connection: Connection, commands: NonNullable<Failure['commands']>, replies: readonly unknown[]): void {
    const reply = classifyReplies(replies)
    if (reply === undefined) return
    const error = replies.find(answer => classifyReply(answer) !== undefined)
    const failure: Failure = { error, connection, args: ['EXEC'], commands, history: FIRST_TRY, repeatable: false }
    if (reply.kind !== 'no-script') this.#perform(failure, { type: 'refused', reply })
    else if (this.#reloads && canLoadFor(failure, this.#owner)) this.#owner.reload(connection)
  }

  /** A command is sent again that was answered too early: how, and what it fails with where nothing takes it any more. */
  repeat({ command, connection }: Pick<SentCommand, 'command' | 'connection'>): Retry {
    this.#told.againFor(connection, 'answered-early')
    return { command: repeated(command), error: this.#owner.context.host.errors.timeout(), connection, apart: false }
  }

  get #reloads(): boolean {
    const { readOnlyRecovery, dryRun } = this.#owner.context.maint
    return readOnlyRecovery === 'replay' && !dryRun
  }

  /** Does what the remedy of a failure says. */
  recover(failure: Failure): Outcome {
    return this.#perform(failure, this.#causeOf(failure))
  }

  #causeOf(failure: Failure): FailureCause {
    const { error, connection } = failure
    if (error instanceof NeverSent) return { type: 'never-sent' }
    const reply = classifyReply(error)
    // The application is asked for a script that this process does not know.
    if (reply?.kind === 'no-script' && !canLoadFor(failure, this.#owner)) return { type: 'other' }
    if (reply !== undefined) return { type: 'refused', reply }
    if (connection.isReady || !(error instanceof Error) || NO_FAULT.has(this.#owner.context.host.classify(error)))
      return { type: 'other' }
    return { type: 'connection-lost', wasUnresponsive: connection.unresponsive !== undefined }
  }

  #perform(failure: Failure, cause: FailureCause, isAllowed?: boolean): Outcome {
    const remedy = this.#decide(failure, cause, isAllowed)
    // What was never written waits for the next connection, as in the plain client.
    if (this.#owner.context.maint.dryRun && cause.type !== 'never-sent') return this.#withhold(failure, cause, remedy)
    const leaves = leavesFor(remedy)
    if (cause.type === 'refused') this.#tellRefusal(failure, cause.reply, leaves ? 'handoff' : recoveryBy(remedy))
    if (leaves) this.#owner.leave(failure)
    switch (remedy.type) {
      case 'give-back':
        return { type: 'fail', error: this.#owner.note(this.#errorOf(failure, remedy.as)) }
      case 'await-server':
        this.#owner.holdUp(failure.connection, () =>
          this.waits.nextPause(failure.connection, this.#owner.context.clock.now()),
        )
        return this.#again(failure, cause, remedy)
      case 'load-scripts':
        this.#owner.reload(failure.connection)
        return this.#again(failure, cause, remedy)
      case 'await-primary':
      case 'retry':
        return this.#again(failure, cause, remedy)
      case 'ask-application':
        return this.#perform(failure, cause, this.#isAllowed(failure))
      default:
        return assertNever(remedy)
    }
  }

  /** Tells what would have been done about a failure. */
  #withhold(failure: Failure, cause: FailureCause, remedy: Remedy): Outcome {
    const { connection } = failure
    if (cause.type === 'refused') this.#tellRefusal(failure, cause.reply, 'none')
    if (leavesFor(remedy)) this.#owner.leave(failure)
    if (remedy.type === 'ask-application') return this.#perform(failure, cause, this.#isAllowed(failure))
    if (remedy.type !== 'give-back') this.#told.again(connection, cause)
    return { type: 'fail', error: this.#owner.note(toldOf(failure.error)) }
  }

  #again({ history, connection }: Failure, cause: FailureCause, remedy: Remedy): Outcome {
    this.#told.again(connection, cause)
    const apart = remedy.type === 'retry' && remedy.apart
    return { type: 'send-again', history: afterRemedy(history, cause, remedy), apart }
  }

  #stateOf(connection: Connection): RemedyState {
    const { readOnlyRecovery, retryInFlight } = this.#owner.context.maint
    return {
      readOnlyRecovery,
      retryInFlight: typeof retryInFlight === 'function' ? 'ask' : retryInFlight,
      mostLosses: this.#owner.context.host.mostLosses ?? MOST_LOSSES,
      searches: this.searches.budget,
      wait: this.waits.of(connection),
      isClusterNode: this.#owner.context.host.isClusterNode === true,
    }
  }

  #decide(failure: Failure, cause: FailureCause, isAllowed: boolean | undefined): Remedy {
    const { args, connection, history, repeatable: isRepeatable, scope, wasWatching: isWatching = false } = failure
    const isTorn = isTornWith(failure)
    const more = { cause, args, history, isRepeatable, isTorn, isWatching, scope, isAllowed }
    return remedyFor(this.#stateOf(connection), more, this.#owner.context.clock.now())
  }

  #tellRefusal(
    { error, connection, args }: Failure,
    { kind }: RefusedReply,
    recovery: ReturnType<typeof recoveryBy> | 'handoff',
  ): void {
    const isTriedAgain = this.waits.of(connection).pauses > 0
    this.#told.tell({ kind, command: String(args[0]), error, recovery }, connection, isTriedAgain)
  }

  #isAllowed(failure: Failure): boolean {
    const { maint, tell } = this.#owner.context
    const { retryInFlight } = maint
    if (typeof retryInFlight !== 'function') return false
    try {
      return retryInFlight(failure.args, lossOf(failure)) === true
    } catch (error) {
      tell({ name: 'hook:failed', payload: { event: 'retryInFlight', error } })
      return false
    }
  }

  #errorOf(failure: Failure, as: Extract<Remedy, { type: 'give-back' }>['as']): unknown {
    switch (as) {
      case 'original':
        return toldOf(failure.error)
      case 'fate-unknown':
        return fateUnknown(failure)
      case 'watch-broken':
        return this.#owner.context.host.errors.watch(WATCH_LEFT)
      default:
        return assertNever(as)
    }
  }
}

/** What is told to follow where the connection stays. */
function recoveryBy({ type }: Remedy): 'retry' | 'none' {
  return type === 'await-server' || type === 'load-scripts' ? 'retry' : 'none'
}
