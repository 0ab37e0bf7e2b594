import { assertNever } from '../../base/assert-never.js'
import { isBound } from '../commands/blocking-timeout.js'
import { isReadCommand } from '../commands/read-commands.js'
import type { ReadOnlyRecovery } from '../options/hitless-options.js'
import { mayRecover, type RecoveryBudget } from './recovery-budget.js'
import type { RefusedReply, ReplyKind } from './reply-kind.js'

/** What the options say about failed commands, and what the database has spent on looking for a primary. */
export interface RemedyState {
  readonly readOnlyRecovery: ReadOnlyRecovery
  /** Which commands in flight are sent again; `ask`: the application has a function that says so. */
  readonly retryInFlight: 'none' | 'reads' | 'ask'
  readonly searches: RecoveryBudget
}

/** Why a command failed. */
export type FailureCause =
  /** The server refused it because of its own state, and did not execute it. */
  | { readonly type: 'refused'; readonly reply: RefusedReply }
  /** Its connection ended before the answer. Whether it was executed is not known. */
  | { readonly type: 'connection-lost'; readonly wasUnresponsive: boolean }
  /** Anything else: any other answer, a timeout, an abort. */
  | { readonly type: 'other' }

/** A command that failed. */
export interface CommandFailure {
  readonly cause: FailureCause
  readonly args: readonly unknown[]
  /** How often it was sent before. */
  readonly tries: number
  /** Whether it may be sent again at all. What ties the application to a connection may not. */
  readonly isRepeatable: boolean
  /** Whether keys were watched on its connection: then no block may run on another one. */
  readonly isWatching: boolean
  /** What the command was a part of, where the error does not say it. */
  readonly scope: RefusedReply['scope'] | undefined
  /** What the application answered to `ask-application`; `undefined` before it was asked. */
  readonly isAllowed: boolean | undefined
}

/** What to do about it. */
export type Remedy =
  /**
   * The caller gets an error: the `original` one, one that says that the fate of the command is `fate-unknown`, or the one
   * of a broken watch. With `leaves` the connection is left for one to a primary all the same.
   */
  | { readonly type: 'give-back'; readonly as: 'original' | 'fate-unknown' | 'watch-broken'; readonly leaves: boolean }
  /** Sent once more, on the connection that serves now or next. */
  | { readonly type: 'retry' }
  /** The connection is left for one to a primary, and the command is sent once more there. */
  | { readonly type: 'await-primary' }
  /** The application says whether it may be sent once more. Its answer goes into `isAllowed`. */
  | { readonly type: 'ask-application' }

/** What helps against each kind of refusal: a connection to a primary, or nothing that we do. */
const CURES: Readonly<Record<ReplyKind, 'primary' | 'nothing'>> = {
  'read-only': 'primary',
  'master-down': 'primary',
  loading: 'primary',
  unblocked: 'primary',
  'cluster-down': 'nothing',
  'try-again': 'nothing',
  redirected: 'nothing',
}

/** How often one command is sent again, by why it failed. */
const MOST_RETRIES = { refused: 6, 'connection-lost': 6 } as const

const ORIGINAL_ERROR: Remedy = { type: 'give-back', as: 'original', leaves: false }

/** Whether a connection may be left to look for a primary. */
export function mayLeave({ readOnlyRecovery, searches }: Omit<RemedyState, 'retryInFlight'>, now: number): boolean {
  return readOnlyRecovery !== 'report' && mayRecover(searches, now)
}

/**
 * Decides what becomes of a command that failed: whether it is sent once more, and where, or which error its caller gets.
 *
 * @param now - The time of the clock by which `searches` counts, in milliseconds.
 */
export function remedyFor(state: RemedyState, failure: CommandFailure, now: number): Remedy {
  const { cause } = failure
  switch (cause.type) {
    case 'refused':
      return forRefusal(state, failure, cause.reply, now)
    case 'connection-lost':
      return forLoss(state, failure, cause.wasUnresponsive)
    case 'other':
      return ORIGINAL_ERROR
    default:
      return assertNever(cause)
  }
}

/** A refused command was not executed. It may be sent again wherever it would be executed. */
function forRefusal(state: RemedyState, failure: CommandFailure, reply: RefusedReply, now: number): Remedy {
  const { tries, isRepeatable, isWatching } = failure
  const leaves = CURES[reply.kind] === 'primary' && tries < MOST_RETRIES.refused && mayLeave(state, now)
  if (!leaves) return ORIGINAL_ERROR
  // WAIT concerns the writes of its own connection. On another one its answer would be wrong.
  if (!isRepeatable || isBound(failure.args) || !isReplayed(state, failure, reply))
    return { type: 'give-back', as: 'original', leaves }
  return isWatching ? { type: 'give-back', as: 'watch-broken', leaves } : { type: 'await-primary' }
}

function isReplayed({ readOnlyRecovery }: RemedyState, failure: CommandFailure, reply: RefusedReply): boolean {
  if (readOnlyRecovery === 'replay') return true
  return readOnlyRecovery === 'replay-single' && scopeOf(failure, reply) === 'command'
}

/** The error of a script does not always say that it comes from one. */
function scopeOf({ scope, args }: CommandFailure, reply: RefusedReply): RefusedReply['scope'] {
  return scope ?? (/^(?:EVAL|FCALL)/i.test(String(args[0])) ? 'script' : reply.scope)
}

/** A command in flight was perhaps executed. Only what does no harm twice is sent again. */
function forLoss(state: RemedyState, failure: CommandFailure, wasUnresponsive: boolean): Remedy {
  const { tries, isRepeatable, isWatching } = failure
  const mayRepeat = isRepeatable && tries < MOST_RETRIES['connection-lost']
  const isSafe = mayRepeat && isHarmless(state, failure)
  if (isSafe === undefined) return { type: 'ask-application' }
  if (!isSafe) return wasUnresponsive ? { type: 'give-back', as: 'fate-unknown', leaves: false } : ORIGINAL_ERROR
  return isWatching ? { type: 'give-back', as: 'watch-broken', leaves: false } : { type: 'retry' }
}

/** Whether a command does no harm when it is executed twice; `undefined` where the application has not said it yet. */
function isHarmless({ retryInFlight }: RemedyState, { args, isAllowed }: CommandFailure): boolean | undefined {
  if (retryInFlight === 'ask') return isAllowed
  return retryInFlight === 'reads' && isReadCommand(args)
}
