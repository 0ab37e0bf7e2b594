import { assertNever } from '../../base/assert-never.js'
import { isBound } from '../commands/blocking-timeout.js'
import { newestKeys } from '../commands/newest-entries.js'
import { isReadCommand } from '../commands/read-commands.js'
import type { ReadOnlyRecovery } from '../options/hitless-options.js'
import { mayRecover, type RecoveryBudget } from './recovery-budget.js'
import type { RefusedReply, ReplyKind } from './reply-kind.js'
import { isWaitOver, type PassingKind, type ServerWait } from './server-wait.js'

/** What the options say about failed commands, and what the database has spent on looking for a primary. */
export interface RemedyState {
  readonly readOnlyRecovery: ReadOnlyRecovery
  /** Which commands in flight are sent again; `ask`: the application has a function that says so. */
  readonly retryInFlight: 'none' | 'reads' | 'ask'
  /** With how many connections one command may be lost that may be sent again. */
  readonly mostLosses: number
  readonly searches: RecoveryBudget
  /** How long the server has refused commands for a reason that passes. */
  readonly wait: ServerWait
  /** Whether a cluster sends again what a node refuses with `TRYAGAIN`. It concerns the keys of one slot: nothing else waits for it. */
  readonly isClusterNode: boolean
}

type SearchState = Pick<RemedyState, 'readOnlyRecovery' | 'searches'>

/** Why a command failed. */
export type FailureCause =
  /** The server refused it because of its own state, and did not execute it. */
  | { readonly type: 'refused'; readonly reply: RefusedReply }
  /** Its connection ended before the answer. Whether it was executed is not known. */
  | { readonly type: 'connection-lost'; readonly wasUnresponsive: boolean }
  /** Its connection ended before it was written. */
  | { readonly type: 'never-sent' }
  /** Anything else: any other answer, a timeout, an abort. */
  | { readonly type: 'other' }

/** What one command has been through. */
export interface History {
  /** How many connections ended while it was in flight. */
  readonly losses: number
  /** How often it was sent to a primary since a server refused it. */
  readonly refusals: number
  /** How often it was sent again behind an earlier one that was refused. */
  readonly repeats: number
}

/** Of a command that was never sent before. */
export const FIRST_TRY: History = { losses: 0, refusals: 0, repeats: 0 }

/** A command that failed. */
export interface CommandFailure {
  readonly cause: FailureCause
  readonly args: readonly unknown[]
  readonly history: History
  /** Whether it may be sent on another connection at all. What ties the application to a connection may not. */
  readonly isRepeatable: boolean
  /** Whether it was part of something that the application begun by itself on its connection, and that ended with it. */
  readonly isTorn: boolean
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
  /**
   * Sent once more, on the connection that serves now or next. With `apart` nothing else is in flight there meanwhile: it may
   * be what ends connections.
   */
  | { readonly type: 'retry'; readonly apart: boolean }
  /** The connection is left for one to a primary, and the command is sent once more there. */
  | { readonly type: 'await-primary' }
  /** What is to be sent waits for a moment; then the command is sent once more on its connection, before all others. */
  | { readonly type: 'await-server' }
  /** The server is given the scripts that it lacks, and the command is sent once more on its connection, behind them. */
  | { readonly type: 'load-scripts' }
  /** The application says whether it may be sent once more. Its answer goes into `isAllowed`. */
  | { readonly type: 'ask-application' }

/** What helps against each kind of refusal: a connection to a primary, patience, the script, or nothing that we do. */
const CURES = {
  'read-only': 'primary',
  'names-primary': 'primary',
  unblocked: 'primary',
  'master-down': 'time',
  loading: 'time',
  'no-replicas': 'time',
  'cluster-down': 'time',
  'try-again': 'time',
  'no-script': 'script',
  redirected: 'nothing',
} as const satisfies Readonly<Record<ReplyKind, 'primary' | 'time' | 'script' | 'nothing'>>

/** How often one command is sent again, by why it failed: nothing breaks more than two connections. */
const MOST_RETRIES = { refused: 6, 'no-script': 2 } as const

/** How often a command that was lost with its connection is sent again, where the host says nothing else. */
export const MOST_LOSSES = 1

const ORIGINAL_ERROR: Remedy = { type: 'give-back', as: 'original', leaves: false }
const WATCH_BROKEN = { type: 'give-back', as: 'watch-broken', leaves: false } as const

/** Whether a connection may be left to look for a primary. */
export function mayLeave({ readOnlyRecovery, searches }: SearchState, now: number): boolean {
  return readOnlyRecovery !== 'report' && mayRecover(searches, now)
}

/**
 * Whether commands behind a refused one have to wait for it, as it will be sent again.
 *
 * @param now - The time of the clock by which `searches` counts, in milliseconds.
 */
export function mayHoldUp(state: RemedyState, { kind }: RefusedReply, now: number): boolean {
  const replays = state.readOnlyRecovery === 'replay' || state.readOnlyRecovery === 'replay-single'
  if (passes(state, kind)) return replays && !isWaitOver(state.wait, kind, now)
  return replays && CURES[kind] === 'primary' && mayLeave(state, now)
}

/**
 * Decides what becomes of a command that failed: whether it is sent once more, and where, or which error its caller gets.
 *
 * @param now - The time of the clock by which `searches` counts, in milliseconds.
 */
export function remedyFor(state: RemedyState, failure: CommandFailure, now: number): Remedy {
  const { cause, isWatching, isTorn } = failure
  switch (cause.type) {
    case 'refused':
      return forRefusal(state, failure, cause.reply, now)
    case 'connection-lost':
      return forLoss(state, failure, cause.wasUnresponsive)
    case 'never-sent':
      if (isTorn) return ORIGINAL_ERROR
      return isWatching && failure.scope === 'transaction' ? WATCH_BROKEN : { type: 'retry', apart: false }
    case 'other':
      return ORIGINAL_ERROR
    default:
      return assertNever(cause)
  }
}

/** The history of a command that is sent once more. */
export function afterRemedy(history: History, { type }: FailureCause, remedy: Remedy): History {
  if (type === 'connection-lost') return { ...history, losses: history.losses + 1 }
  const isCounted = remedy.type === 'await-primary' || remedy.type === 'load-scripts'
  return isCounted ? { ...history, refusals: history.refusals + 1 } : history
}

/** A refused command was not executed. It may be sent again wherever it would be executed. */
function forRefusal(state: RemedyState, failure: CommandFailure, reply: RefusedReply, now: number): Remedy {
  const { history, isRepeatable, isWatching } = failure
  if (reply.kind === 'no-script') return forLackingScript(state, failure)
  const { kind } = reply
  if (passes(state, kind)) return forPassing(state, failure, { reply: { ...reply, kind }, now })
  const leaves = CURES[reply.kind] === 'primary' && history.refusals < MOST_RETRIES.refused && mayLeave(state, now)
  if (!leaves) return ORIGINAL_ERROR
  if (!isRepeatable || !isTimeless(failure.args, reply) || !isReplayed(state, failure, reply))
    return { type: 'give-back', as: 'original', leaves }
  return isWatching ? { ...WATCH_BROKEN, leaves } : { type: 'await-primary' }
}

/** The server executed nothing, and may do so once it has the script. */
function forLackingScript(
  { readOnlyRecovery }: RemedyState,
  { history, isRepeatable, isWatching }: CommandFailure,
): Remedy {
  const mayRepeat = isRepeatable && !isWatching && history.refusals < MOST_RETRIES['no-script']
  return mayRepeat && readOnlyRecovery === 'replay' ? { type: 'load-scripts' } : ORIGINAL_ERROR
}

/**
 * Whether a command means the same later on and elsewhere. WAIT concerns the writes of its own connection. To one that blocked
 * for what comes after the newest entry of a stream, that has come meanwhile which it would miss.
 */
function isTimeless(args: readonly unknown[], { kind }: RefusedReply): boolean {
  const hasPerhapsBlocked = kind === 'unblocked' || kind === 'names-primary'
  return !isBound(args) && !(hasPerhapsBlocked && newestKeys(args).length > 0)
}

/** The watch of a block that the server refused has ended with it. */
function forPassing(
  state: RemedyState,
  failure: CommandFailure,
  { reply, now }: { readonly reply: RefusedReply & { readonly kind: PassingKind }; readonly now: number },
): Remedy {
  const { isRepeatable, isWatching } = failure
  const mayWait = isRepeatable && !isWatching && !isWaitOver(state.wait, reply.kind, now)
  const isWaitedFor = mayWait && isReplayed(state, failure, reply)
  return isWaitedFor ? { type: 'await-server' } : ORIGINAL_ERROR
}

function passes({ isClusterNode }: RemedyState, kind: ReplyKind): kind is PassingKind {
  return CURES[kind] === 'time' && !(isClusterNode && kind === 'try-again')
}

function isReplayed({ readOnlyRecovery }: RemedyState, failure: CommandFailure, reply: RefusedReply): boolean {
  if (readOnlyRecovery === 'replay') return true
  return readOnlyRecovery === 'replay-single' && scopeOf(failure, reply) === 'command'
}

/** The error of a script does not always say that it comes from one. */
function scopeOf({ scope, args }: CommandFailure, reply: RefusedReply): RefusedReply['scope'] {
  return scope ?? (/^(?:EVAL|FCALL)/i.test(String(args[0])) ? 'script' : reply.scope)
}

/** A command in flight was perhaps executed. Only what does no harm twice is sent again, and only once. */
function forLoss(state: RemedyState, failure: CommandFailure, wasUnresponsive: boolean): Remedy {
  const { history, isRepeatable, isWatching } = failure
  const mayRepeat = isRepeatable && history.losses < state.mostLosses
  const isSafe = mayRepeat && isHarmless(state, failure)
  if (isSafe === undefined) return { type: 'ask-application' }
  if (!isSafe) return wasUnresponsive ? { type: 'give-back', as: 'fate-unknown', leaves: false } : ORIGINAL_ERROR
  return isWatching ? WATCH_BROKEN : { type: 'retry', apart: true }
}

/** Whether a command does no harm when it is executed twice; `undefined` where the application has not said it yet. */
function isHarmless({ retryInFlight }: RemedyState, { args, isAllowed }: CommandFailure): boolean | undefined {
  if (retryInFlight === 'ask') return isAllowed
  return retryInFlight === 'reads' && isReadCommand(args)
}

/** Whether a connection is left to look for a primary. */
export function leavesFor(remedy: Remedy): boolean {
  return remedy.type === 'await-primary' || (remedy.type === 'give-back' && remedy.leaves)
}
