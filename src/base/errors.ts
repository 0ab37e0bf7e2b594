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
  'CONNECTION_UNRESPONSIVE',
  'SIGNAL_INVALID',
  'SESSION_TORN',
  'SIMULATOR_SCRIPT',
  'SIMULATOR_UNAVAILABLE',
] as const

/** One of {@link ERROR_CODES}. */
export type ErrorCode = (typeof ERROR_CODES)[number]

/** What an error is made of besides its code and message. */
export interface ErrorDetails {
  /** Whether the same call may succeed when it is made again. Default `false`. */
  readonly retryable?: boolean
  /** What led to it. */
  readonly cause?: unknown
  /** Facts for programs: the option, the endpoint, the offset. Never a secret. */
  readonly facts?: Readonly<Record<string, unknown>>
}

const BRAND = Symbol.for('redis-hitless.error')

/** The one error class of this library: match its `code`, not its class, which may be loaded twice. */
export class HitlessError extends Error {
  override readonly name: string = 'HitlessError'
  readonly code: ErrorCode
  readonly retryable: boolean
  readonly facts: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, message: string, { retryable = false, cause, facts = {} }: ErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.retryable = retryable
    this.facts = facts
    Object.defineProperty(this, BRAND, { value: true })
  }
}

/** Recognises an error of this library, of one code if given; works across copies of the package. */
export function isHitlessError(error: unknown, code?: ErrorCode): error is HitlessError {
  if (typeof error !== 'object' || error === null || !(BRAND in error)) return false
  return code === undefined || (error as { readonly code?: unknown }).code === code
}
