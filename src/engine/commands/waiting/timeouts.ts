import { timeoutMsOf } from '../../../core/commands/blocking-timeout.js'
import { kindOf } from '../../../core/commands/command-kind.js'
import type { Context } from '../../database/context.js'
import type { SendOptions } from '../../ports.js'
import type { Return } from '../issued-command.js'
import { endInTime, hasDeadline, type TimedCall, withoutImplied } from './call-deadline.js'
import type { Patience } from './gate.js'

/** Begins a call, with the options with which it ends in time. */
type Begin<T> = (options: SendOptions | undefined) => Promise<T>

/** Whose callers wait. */
export interface TimeoutsOwner {
  /** Notes on an error in which maintenance window it was raised. */
  note(error: Error): Error
}

/** How long the callers of one client wait. */
export class Timeouts {
  /** What command timeouts are raised to, while they are. */
  relaxedMs: number | undefined
  readonly #context: Context
  readonly #owner: TimeoutsOwner

  constructor(context: Context, owner: TimeoutsOwner) {
    this.#context = context
    this.#owner = owner
  }

  /** Raises a timeout while a window is open. Longer ones stay, disabled ones stay disabled. */
  relax(options: SendOptions | undefined): SendOptions | undefined {
    const { relaxedMs } = this
    if (relaxedMs === undefined || !options?.timeout || options.timeout >= relaxedMs) return options
    return { ...options, timeout: relaxedMs }
  }

  /** The options without the timeout that the host has of its own. */
  ofUser(options: SendOptions | undefined): SendOptions | undefined {
    return withoutImplied(options, this.#context.host)
  }

  /** Whether the user has set an end for a call. */
  hasEnd(options: SendOptions | undefined): options is SendOptions {
    return hasDeadline(options, this.#context.host)
  }

  /** Whether a server may hold back the answer to a command, as far as that is known. */
  blocks(args: readonly unknown[]): boolean {
    const kind = kindOf(args)
    if (kind === 'unlisted') return this.#context.database.unlisted.blocks(args) === true
    return kind === 'blocking'
  }

  /** Runs a command that ends when its caller's time is over, and that for which it may block. */
  endCommand<T>(args: readonly unknown[], options: SendOptions, begin: Begin<T>): Promise<T> {
    return this.#endInTime({ options, blocksMs: () => (this.blocks(args) ? timeoutMsOf(args) : 0), begin })
  }

  /** Runs anything else that ends when its caller's time is over. */
  endCall<T>(options: SendOptions | undefined, begin: Begin<T>): Promise<T> {
    if (!this.hasEnd(options)) return begin(options)
    return this.#endInTime({ options, blocksMs: () => 0, begin })
  }

  #endInTime<T>(call: TimedCall<T>): Promise<T> {
    const { clock, host } = this.#context
    return endInTime(call, { clock, host, relaxedMs: () => this.relaxedMs, note: error => this.#owner.note(error) })
  }

  /** When the timeout of a command ends that begins now, in clock milliseconds. */
  dueAt(options: SendOptions | undefined): number | undefined {
    const timeoutMs = this.relax(options)?.timeout
    return timeoutMs ? this.#context.clock.now() + timeoutMs : undefined
  }

  /**
   * How long something waits at the gate, `undefined` where that has no end; all waits of one that returns end at the same time.
   */
  patienceOf({ options, dueAt }: Return, onTimeout?: () => unknown): Patience | undefined {
    const { errors } = this.#context.host
    const timeoutMs =
      dueAt === undefined ? this.relax(options)?.timeout : Math.max(dueAt - this.#context.clock.now(), 1)
    const signal = options?.abortSignal
    if (!timeoutMs && signal === undefined) return undefined
    return {
      timeoutMs,
      signal,
      onTimeout: onTimeout ?? (() => errors.timeout()),
      // The signal of a call that has an end aborts for its timeout too.
      onAbort: () => (onTimeout !== undefined && this.#isTimeout(options) ? onTimeout() : errors.aborted()),
    }
  }

  #isTimeout(options: SendOptions | undefined): boolean {
    return this.#context.host.classify(options?.abortSignal?.reason) === 'timeout'
  }
}
