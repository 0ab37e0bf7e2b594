import { type Clock, systemClock } from '../../base/clock.js'
import { pause } from '../../base/pause.js'

/** How a call is made again and again. */
export interface CallOptions {
  /** How many run at the same time. Default 1. */
  readonly concurrency?: number
  /** The pause between two calls, in milliseconds. Default 1. */
  readonly everyMs?: number
  /** Default: the process's own, which fake timers of a test framework leave alone. */
  readonly clock?: Clock
}

/** A call that failed, or an error that a client told. */
export interface NotedError {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly error: unknown
}

/** What became of calls. */
export interface CallsReport {
  /** How many were answered. */
  readonly answered: number
  /** How many failed; `failures` has no more than the first of them. */
  readonly failed: number
  /** The first 100 that failed. */
  readonly failures: readonly NotedError[]
  /** How long the slowest one took that was answered, in milliseconds. */
  readonly longestMs: number
}

const FAILURES_KEPT = 100

/** Calls that go on until they are stopped. One that fails stops nothing. */
export class RepeatedCalls {
  readonly #call: () => unknown
  readonly #everyMs: number
  readonly #clock: Clock
  readonly #runs: Promise<unknown>
  readonly #failures: NotedError[] = []
  #answered = 0
  #failed = 0
  #longestMs = 0
  #isStopped = false

  constructor(call: () => unknown, { concurrency = 1, everyMs = 1, clock = systemClock }: CallOptions = {}) {
    this.#call = call
    this.#everyMs = everyMs
    this.#clock = clock
    this.#runs = Promise.all(Array.from({ length: concurrency }, () => this.#run()))
  }

  /** How they stand now. */
  get report(): CallsReport {
    return {
      answered: this.#answered,
      failed: this.#failed,
      failures: [...this.#failures],
      longestMs: this.#longestMs,
    }
  }

  /** Makes no further ones, and resolves once those under way have ended. */
  async stop(): Promise<CallsReport> {
    this.#isStopped = true
    await this.#runs
    return this.report
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      const startedAt = this.#clock.now()
      try {
        await this.#call()
        this.#answered += 1
        this.#longestMs = Math.max(this.#longestMs, this.#clock.now() - startedAt)
      } catch (error) {
        this.#failed += 1
        if (this.#failures.length < FAILURES_KEPT) this.#failures.push({ at: this.#clock.epochMs(), error })
      }
      await pause(this.#clock, this.#everyMs, true)
    }
  }
}
