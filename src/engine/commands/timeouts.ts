import type { Context } from '../database/context.js'
import type { SendOptions } from '../ports.js'
import type { Patience } from './gate.js'
import type { Return } from './issued-command.js'

/** How long the callers of one client wait. */
export class Timeouts {
  /** What command timeouts are raised to, while they are. */
  relaxedMs: number | undefined
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** Raises a timeout while a window is open. Longer ones stay, disabled ones stay disabled. */
  relax(options: SendOptions | undefined): SendOptions | undefined {
    const { relaxedMs } = this
    if (relaxedMs === undefined || !options?.timeout || options.timeout >= relaxedMs) return options
    return { ...options, timeout: relaxedMs }
  }

  /** When the timeout of a command ends that begins now, in clock milliseconds. */
  dueAt(options: SendOptions | undefined): number | undefined {
    const timeoutMs = this.relax(options)?.timeout
    return timeoutMs ? this.#context.clock.now() + timeoutMs : undefined
  }

  /** How long something waits at the gate; all waits of one that returns end at the same time. */
  patienceOf({ options, dueAt }: Return, onTimeout?: () => unknown): Patience {
    const { errors } = this.#context.host
    return {
      timeoutMs: dueAt === undefined ? this.relax(options)?.timeout : Math.max(dueAt - this.#context.clock.now(), 1),
      signal: options?.abortSignal,
      onTimeout: onTimeout ?? (() => errors.timeout()),
      onAbort: () => errors.aborted(),
    }
  }
}
