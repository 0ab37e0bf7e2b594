import type { Endpoint } from './endpoint.js'
import { type MaintenanceWindow, windowOf } from './maintenance-window.js'

/** Every code that an error of this library can carry. `spec/errors.md` says when each appears and what to do. */
export const ERROR_CODES = [
  'OPTIONS_INVALID',
  'HOST_UNSUPPORTED',
  'MAINT_UNSUPPORTED',
  'WIRE_PROTOCOL',
  'WIRE_LIMIT',
  'WIRE_UNSUPPORTED',
  'HANDOFF_FAILED',
  'HANDOFF_QUEUE_FULL',
  'CIRCUIT_OPEN',
  'GATE_FULL',
  'FATE_UNKNOWN',
  'UNAVAILABLE',
  'NOT_PRIMARY',
  'PRIMARY_UNKNOWN',
  'CONNECTION_UNRESPONSIVE',
  'SIGNAL_INVALID',
  'REPLACEMENT_INVALID',
  'SESSION_TORN',
  'SIMULATOR_SCRIPT',
  'SIMULATOR_UNAVAILABLE',
  'CAPTURE_INVALID',
] as const

/** One of {@link ERROR_CODES}. */
export type ErrorCode = (typeof ERROR_CODES)[number]

/** Why a hand-off, or a dial for it, failed before the server could say anything. */
export type HandoffFailedFacts =
  /** The connection was not ready in time; an endpoint of `null` is the configured one. */
  | { readonly kind: 'not-ready'; readonly endpoint: Endpoint | null; readonly withinMs: number }
  /** A limit on the dials of the process did not allow it in time. */
  | { readonly kind: 'limited'; readonly limit: string; readonly retryAfterMs: number }
  /** It was given up before its turn, or while it was under way. */
  | { readonly kind: 'cancelled' }
  /** A healthy connection was not replaced in time. */
  | { readonly kind: 'turnover'; readonly withinMs: number }

/** What is missing for the simulator. */
export type SimulatorUnavailableFacts =
  /** Nothing can listen there. */
  | { readonly kind: 'port'; readonly endpoint: Endpoint }
  /** The server behind it could not be started, reached, or asked. */
  | { readonly kind: 'server' }
  /** A package is not installed. */
  | { readonly kind: 'package'; readonly package: string }
  /** It was disposed of in the meantime. */
  | { readonly kind: 'disposed' }

/** What is wrong with a capture. */
export type CaptureFault = 'header' | 'version' | 'json' | 'entry' | 'too-long' | 'truncated'

interface Problems {
  /** One text for each problem, which begins with the name or the path of what is wrong. */
  readonly problems: readonly string[]
}

interface Offset {
  /** The byte that is wrong, counted from the start of the stream or the last reset. */
  readonly offset: number
}

/**
 * The facts that an error of each code carries, for programs: never a secret, durations in milliseconds, and times as
 * milliseconds since 1970.
 */
export interface ErrorFacts {
  /** An option, or an environment variable, is none or has a value that makes no sense. */
  readonly OPTIONS_INVALID: Problems
  /** `missing`: the members that the host library lacks; `supported`: the range of versions that have them. */
  readonly HOST_UNSUPPORTED: { readonly missing: readonly string[]; readonly supported: string }
  /** `reason`: why notifications cannot be had that the options demand, as one sentence. */
  readonly MAINT_UNSUPPORTED: { readonly reason: string }
  /** The bytes are no RESP. */
  readonly WIRE_PROTOCOL: Offset
  /** A frame is larger, or nested deeper, than what is allowed. */
  readonly WIRE_LIMIT: Offset
  /** A frame is of a type that is not read. */
  readonly WIRE_UNSUPPORTED: Offset
  /** A connection could not be replaced. */
  readonly HANDOFF_FAILED: HandoffFailedFacts
  /** `result`: why the queue did not take it. */
  readonly HANDOFF_QUEUE_FULL: { readonly result: 'duplicate' | 'full' | 'closed' }
  /** `retryAt`: when the endpoint may be tried again. */
  readonly CIRCUIT_OPEN: { readonly endpoint: Endpoint | null; readonly retryAt: number }
  /** `capacity`: how many commands may wait. */
  readonly GATE_FULL: { readonly capacity: number }
  /** `command`: its name. */
  readonly FATE_UNKNOWN: { readonly command: string }
  /** When the server is tried again; `retryAfterMs` counts from when the error was made. */
  readonly UNAVAILABLE: { readonly retryAt: number; readonly retryAfterMs: number }
  /** `endpoint`: what the connection led to, where that is known. */
  readonly NOT_PRIMARY: { readonly role: string; readonly endpoint: Endpoint | undefined }
  /** `name`: what the sentinels call it; `sentinels`: those that were asked. */
  readonly PRIMARY_UNKNOWN: { readonly name: string; readonly sentinels: readonly Endpoint[] }
  /** `unresponsiveForMs`: since the last byte that came. */
  readonly CONNECTION_UNRESPONSIVE: { readonly unresponsiveForMs: number }
  /** What the application told by `maint.signal` makes no sense. */
  readonly SIGNAL_INVALID: Problems
  /** What a hook put in the place of a notification makes no sense. */
  readonly REPLACEMENT_INVALID: Problems
  /** `command`: what was open. */
  readonly SESSION_TORN: { readonly command: string }
  /** A script or scenario makes no sense. */
  readonly SIMULATOR_SCRIPT: Problems
  /** Something that the simulator needs is missing. */
  readonly SIMULATOR_UNAVAILABLE: SimulatorUnavailableFacts
  /** `line`: which one of the file, from 1. */
  readonly CAPTURE_INVALID: { readonly kind: CaptureFault; readonly line: number }
}

/** What an error is made of besides its code and message. */
export interface ErrorDetails<C extends ErrorCode = ErrorCode> {
  /** Whether the same call may succeed when it is made again. Default `false`. */
  readonly retryable?: boolean
  /** What led to it. */
  readonly cause?: unknown
  /** The facts that the code demands. */
  readonly facts: ErrorFacts[C]
}

/** Whether a command that failed with an error was executed. */
export type Executed = 'no' | 'unknown'

/** With these a command fails that was sent and not answered. All others are told of what was not sent, or not executed. */
const UNANSWERED: ReadonlySet<ErrorCode> = new Set([
  'FATE_UNKNOWN',
  'CONNECTION_UNRESPONSIVE',
  'WIRE_PROTOCOL',
  'WIRE_LIMIT',
  'WIRE_UNSUPPORTED',
])

const BRAND = Symbol.for('redis-hitless.error')

/**
 * The one error class of this library: match its `code`, not its class, which may be loaded twice.
 *
 * There are no subclasses: `instanceof` fails between two copies of the package, and a code with typed facts says all that a
 * class would.
 */
export class HitlessError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name: string = 'HitlessError'
  /** What went wrong: stable, and to be matched instead of the message. */
  readonly code: C
  /** Whether the same call may succeed when it is made again. */
  readonly retryable: boolean
  /** Whether a command that failed with it was executed: with `unknown`, check the data before it is sent again. */
  readonly executed: Executed
  /** What {@link ErrorFacts} has for the code. */
  readonly facts: ErrorFacts[C]

  constructor(code: C, message: string, { retryable = false, cause, facts }: ErrorDetails<C>) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.retryable = retryable
    this.executed = UNANSWERED.has(code) ? 'unknown' : 'no'
    this.facts = facts
    Object.defineProperty(this, BRAND, { value: true })
  }

  /** The maintenance window in which it was raised; `undefined` where none was open. */
  get window(): MaintenanceWindow | undefined {
    return windowOf(this)
  }
}

/** An error of any code: a `switch` on its `code` narrows its `facts`. */
export type AnyHitlessError = { readonly [C in ErrorCode]: HitlessError<C> }[ErrorCode]

/**
 * Recognises an error of this library, of one code if given, and narrows its `facts`. Works across copies of the package.
 *
 * @example
 * ```ts
 * if (isHitlessError(error, 'UNAVAILABLE')) await sleep(error.facts.retryAfterMs)
 * ```
 */
export function isHitlessError(error: unknown): error is AnyHitlessError
export function isHitlessError<C extends ErrorCode>(error: unknown, code: C): error is HitlessError<C>
export function isHitlessError(error: unknown, code?: ErrorCode): boolean {
  if (typeof error !== 'object' || error === null || !(BRAND in error)) return false
  return code === undefined || (error as { readonly code?: unknown }).code === code
}
