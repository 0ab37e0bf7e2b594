import { onTestFinished } from 'vitest'
import { systemClock, type Timer } from '../../src/base/clock.js'
import { createDeferred, type Deferred } from '../../src/base/deferred.js'

/** Calls in one go, and after how many milliseconds the next ones follow: 500 a second. */
const AT_ONCE = 5
const EVERY_MS = 10

/** A call that failed. */
export interface FailedCall {
  readonly error: unknown
  readonly startedAt: number
  /** How long it took, in milliseconds. */
  readonly tookMs: number
}

/** Calls made at a steady rate, whatever becomes of those before. */
export interface PacedCalls {
  readonly made: number
  readonly answered: number
  readonly pending: number
  readonly mostPending: number
  readonly failed: readonly FailedCall[]
  /** Resolves when so many calls were made from now on. */
  hasMade(count: number): Promise<void>
  /** Resolves when a call that was made from now on was answered. */
  hasAnswer(): Promise<void>
  /** Makes no more, and waits until each one is settled. */
  stop(): Promise<void>
}

/** Starts to make 500 calls a second, until the test ends at the latest. */
export function startPacedCalls(call: () => Promise<unknown>): PacedCalls {
  const calls = new Calls(call)
  onTestFinished(() => calls.end())
  calls.start()
  return calls
}

class Calls implements PacedCalls {
  made = 0
  answered = 0
  pending = 0
  mostPending = 0
  readonly failed: FailedCall[] = []
  readonly #call: () => Promise<unknown>
  #timer: Timer | undefined
  #changed: Deferred<void> = createDeferred()
  #lastAnsweredStartedAt = 0

  constructor(call: () => Promise<unknown>) {
    this.#call = call
  }

  start(): void {
    this.#timer = systemClock.after(EVERY_MS, () => this.start(), true)
    for (let count = 0; count < AT_ONCE; count++) void this.#make()
    this.#tell()
  }

  async hasMade(count: number): Promise<void> {
    const until = this.made + count
    while (this.made < until) await this.#changed.promise
  }

  async hasAnswer(): Promise<void> {
    const since = systemClock.now()
    while (this.#lastAnsweredStartedAt < since) await this.#changed.promise
  }

  end(): void {
    this.#timer?.dispose()
  }

  async stop(): Promise<void> {
    this.end()
    while (this.pending > 0) await this.#changed.promise
  }

  async #make(): Promise<void> {
    const startedAt = systemClock.now()
    this.made += 1
    this.pending += 1
    this.mostPending = Math.max(this.mostPending, this.pending)
    try {
      await this.#call()
      this.answered += 1
      this.#lastAnsweredStartedAt = startedAt
    } catch (error) {
      this.failed.push({ error, startedAt, tookMs: systemClock.now() - startedAt })
    }
    this.pending -= 1
    this.#tell()
  }

  #tell(): void {
    this.#changed.resolve()
    this.#changed = createDeferred()
  }
}
