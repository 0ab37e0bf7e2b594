import { createDeferred, type Deferred } from '../../../base/deferred.js'
import { HitlessError } from '../../../base/errors.js'
import { canReissue, isBound, knowsTimeout, timeoutMsOf } from '../../../core/commands/blocking-timeout.js'
import { upper } from '../../../core/commands/command-kind.js'
import { newestKeys } from '../../../core/commands/newest-entries.js'
import { classifyReply } from '../../../core/replies/reply-kind.js'
import type { SendOptions } from '../../ports.js'
import type { Connection } from '../../session/connection.js'

/** In place of an answer: the command was released without a result, and must be issued again. */
export const RELEASED: unique symbol = Symbol('released')

/** In place of an answer: a slice of the command is over that means something on its own connection only. */
export const SLICED: unique symbol = Symbol('sliced')

/** How long a command may block on the server. */
export interface BlockedSpan {
  readonly sinceAt: number
  /** When the command's own timeout ends it; infinite where it has none. */
  readonly untilAt: number
}

/** A call of the application, however often its command is issued. */
export interface BlockingCall {
  /** The command. As soon as it is known which entries are the newest, it says so. */
  args: readonly unknown[]
  readonly options: SendOptions | undefined
  readonly issuedAt: number
  /** Whether it must not be cut into slices, as something would be missed between them. */
  isWhole: boolean
}

/** A blocking command that has not been settled. */
export interface Blocked {
  readonly call: BlockingCall
  readonly connection: Connection
  /** The command as it was issued now: with the time that was left. */
  readonly args: readonly unknown[]
  readonly issuedAt: number
  /** Whether it is a part of the command that ends soon. */
  readonly isSlice: boolean
  /** Whether its connection owed nothing when it was sent. */
  readonly isAlone: boolean
  /** Whether it may still block on the server, which has it, as far as is known, and has not released it. */
  isHeldBack: boolean
  /** Whether the server has said that it released it. */
  letGo: boolean
  /** How it ended: with an answer, perhaps without a result, or with its connection. */
  end: 'answered' | 'broken' | undefined
  /** Settles with whether the server released it without a result, `undefined`: in doubt; set when it is asked to. */
  release: Deferred<boolean | undefined> | undefined
  /** Resolved when the answer is known in another way, and the connection may never give it. */
  readonly left: Deferred<typeof RELEASED>
}

const UNTOUCHED = { isHeldBack: false, letGo: false, end: undefined, release: undefined } as const

/** A command that is about to be sent. */
export function newBlocked(command: Pick<Blocked, 'call' | 'connection' | 'args' | 'issuedAt' | 'isSlice'>): Blocked {
  return { ...command, ...UNTOUCHED, isAlone: !command.connection.owesAnswers, left: createDeferred() }
}

/** How much earlier than its own timeout a command must end to count as released, in milliseconds. */
const TIMEOUT_TOLERANCE_MS = 50

/** Whether a command that ends now ends before its own timeout. */
export function isEarly({ args, issuedAt }: Blocked, now: number): boolean {
  return knowsTimeout(args) && now - issuedAt < timeoutMsOf(args) - TIMEOUT_TOLERANCE_MS
}

/** Whether the application, or somebody else, has had the server end a slice, which this library has not released. */
export function endedByOthers(blocked: Blocked, now: number): boolean {
  return blocked.release === undefined && !isBound(blocked.args) && isEarly(blocked, now)
}

/** Whether a command can be issued again without missing anything. */
export function canResume({ call }: Blocked): boolean {
  return canReissue(call.args) && newestKeys(call.args).length === 0
}

/** How a server that became a replica has ended a blocking command; `undefined` for other errors. */
export function endedByFailover(error: unknown): 'unblocked' | 'names-primary' | undefined {
  const kind = classifyReply(error)?.kind
  return kind === 'unblocked' || kind === 'names-primary' ? kind : undefined
}

/** Whether a command does no harm where it was executed and its answer is lost. */
export function takesNothing(args: readonly unknown[]): boolean {
  return upper(args[0]) === 'XREAD'
}

/** Where several are on their way, the released one may be another one than the first without an answer. */
export function verdictOn({ connection, letGo }: Blocked): boolean | undefined {
  return connection.blocked === 1 ? letGo : undefined
}

/** The error of a command whose connection ended before it was released. */
export function unreleased([name]: readonly unknown[], cause: unknown): HitlessError {
  const message = `The connection ended before ${String(name)} could be released: whether it took something is not known`
  return new HitlessError('FATE_UNKNOWN', message, { cause, facts: { command: String(name) } })
}
