import type { Clock, Timer } from '../../../base/clock.js'
import type { Host, SendOptions } from '../../ports.js'

/** What the ends of calls depend on. */
export interface CallDeadlineParts {
  readonly clock: Clock
  readonly host: Pick<Host, 'errors' | 'classify' | 'impliedTimeoutMs'>
  /** What timeouts are raised to now, in milliseconds. */
  readonly relaxedMs: () => number | undefined
  /** Notes on an error in which maintenance window it was raised. */
  readonly note: (error: Error) => Error
}

/** One call with an end. */
export interface TimedCall<T> {
  readonly options: SendOptions
  /**
   * How long the server may hold the answer back on purpose, in milliseconds, besides the caller's timeout. It may become known
   * while the call goes on.
   */
  readonly blocksMs: () => number
  /** Begins the call. Its options have a signal that aborts when the call is over. */
  readonly begin: (options: SendOptions) => Promise<T>
}

/**
 * Whether the user has set an end for a call. The timeout that a host has for all commands is none: it ends only the wait
 * until a command is written.
 */
export function hasDeadline(
  options: SendOptions | undefined,
  { impliedTimeoutMs }: Pick<Host, 'impliedTimeoutMs'>,
): options is SendOptions {
  if (options === undefined) return false
  return options.abortSignal !== undefined || isSet(options.timeout, impliedTimeoutMs)
}

/** The options without the timeout that the user has not set. */
export function withoutImplied(
  options: SendOptions | undefined,
  { impliedTimeoutMs }: Pick<Host, 'impliedTimeoutMs'>,
): SendOptions | undefined {
  if (options === undefined || isSet(options.timeout, impliedTimeoutMs)) return options
  return { ...options, timeout: undefined }
}

/**
 * Runs a call that ends, wherever it is, when the user's timeout is over or the user's signal aborts: while it waits, while it
 * is in flight, and between two tries. An answer that comes later belongs to nobody; the connection drops it in its turn.
 */
export function endInTime<T>(call: TimedCall<T>, parts: CallDeadlineParts): Promise<T> {
  return new Promise((resolve, reject) => new CallDeadline(call, parts, { resolve, reject }).begin())
}

function isSet(timeoutMs: number | undefined, impliedMs: number | undefined): timeoutMs is number {
  return Boolean(timeoutMs) && timeoutMs !== impliedMs
}

interface Settle<T> {
  readonly resolve: (value: T) => void
  readonly reject: (error: unknown) => void
}

class CallDeadline<T> {
  readonly #call: TimedCall<T>
  readonly #parts: CallDeadlineParts
  readonly #settle: Settle<T>
  readonly #over = new AbortController()
  readonly #beganAt: number
  #timer: Timer | undefined

  constructor(call: TimedCall<T>, parts: CallDeadlineParts, settle: Settle<T>) {
    this.#call = call
    this.#parts = parts
    this.#settle = settle
    this.#beganAt = parts.clock.now()
  }

  begin(): void {
    const { options, blocksMs, begin } = this.#call
    const { errors, impliedTimeoutMs } = this.#parts.host
    const { abortSignal, timeout } = options
    if (abortSignal?.aborted === true) return this.#settle.reject(errors.aborted())
    abortSignal?.addEventListener('abort', this.#abort, { once: true })
    const isTimed = isSet(timeout, impliedTimeoutMs)
    if (isTimed) this.#watch(timeout)
    // What blocks waits no longer than the timeout before it is sent.
    const kept = isTimed && blocksMs() === 0 ? undefined : timeout
    // Spread, and with a member more, each would have a shape of its own.
    begin(Object.assign({}, options, { timeout: kept, abortSignal: this.#over.signal })).then(
      value => {
        this.#stop()
        this.#settle.resolve(value)
      },
      error => {
        this.#stop()
        this.#settle.reject(this.#told(error))
      },
    )
  }

  /** A window that opens meanwhile makes it longer. */
  #watch(timeoutMs: number): void {
    const { clock, host, relaxedMs } = this.#parts
    const allowedMs = Math.max(timeoutMs, relaxedMs() ?? 0) + this.#call.blocksMs()
    const leftMs = this.#beganAt + allowedMs - clock.now()
    if (leftMs <= 0) return this.#end(host.errors.timeout())
    if (Number.isFinite(leftMs)) this.#timer = clock.after(leftMs, () => this.#watch(timeoutMs))
  }

  readonly #abort = (): void => this.#end(this.#parts.host.errors.aborted())

  /** What waits may know better why it failed: it has a moment to say so. */
  #end(error: Error): void {
    this.#stop()
    this.#over.abort(this.#parts.note(error))
    this.#timer = this.#parts.clock.after(0, () => this.#settle.reject(error), true)
  }

  #told(error: unknown): unknown {
    const { aborted, reason } = this.#over.signal
    return aborted && this.#parts.host.classify(error) === 'aborted' ? reason : error
  }

  #stop(): void {
    this.#timer?.dispose()
    this.#call.options.abortSignal?.removeEventListener('abort', this.#abort)
  }
}
