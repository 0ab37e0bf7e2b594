import type { Clock } from '../../../base/clock.js'
import { createDeferred } from '../../../base/deferred.js'
import { HitlessError } from '../../../base/errors.js'
import type { HandoffSizes } from '../../../core/limits/handoff-sizing.js'

/**
 * One attempt at a hand-off. It ends itself in bounded time, and soon after the signal aborts; what it rejects with is
 * reported.
 */
export type HandoffTask = (signal: AbortSignal) => Promise<void>

/** The result of an offer. A task that was not `accepted` stays with the caller. */
export type OfferResult = 'accepted' | 'duplicate' | 'full' | 'closed'

/** Why a task that was accepted does not run, or not to its end. */
export type DropReason = 'cancelled' | 'closed'

/** What is called for an offer later. */
export interface OfferOptions {
  /** Called, at most once, when the task is dropped before it began. A task that has begun sees its signal abort. */
  readonly onDropped?: (reason: DropReason) => void
}

/** What a scheduler needs. */
export interface SchedulerParts<K> {
  readonly clock: Clock
  /** How many tasks may run and wait now. Asked only where there are any: thousands of links may share a scheduler. */
  readonly sizes: () => HandoffSizes
  /** Is told what a task rejected with; must not throw. */
  readonly onError: (error: unknown, key: K) => void
}

/** The figures of a scheduler. */
export interface SchedulerStats {
  /** Tasks that wait for a worker. */
  readonly queued: number
  /** Tasks that run, including those whose signal was aborted. */
  readonly running: number
  /** The most that ever ran at once. */
  readonly peakRunning: number
  readonly accepted: number
  /** Offers that found the queue full or the scheduler closed. */
  readonly refused: number
  /** Offers for a key that had its entry already. */
  readonly duplicates: number
  /** Accepted tasks that never began. */
  readonly dropped: number
}

interface Entry {
  readonly task: HandoffTask
  readonly onDropped: ((reason: DropReason) => void) | undefined
}

interface Run<K> {
  readonly key: K
  readonly abort: AbortController
}

/**
 * Runs the hand-offs of all links of one database: a limited number at once, a limited number waiting, and one for each
 * link.
 *
 * A worker begins when there is something to do and ends when there is not, so an idle scheduler has no timers.
 */
export class HandoffScheduler<K> {
  readonly #parts: SchedulerParts<K>
  readonly #queue = new Map<K, Entry>()
  /** By key, without those that were cancelled. */
  readonly #current = new Map<K, Run<K>>()
  readonly #running = new Set<Run<K>>()
  #whenIdle: (() => void)[] = []
  #closed = false
  #peakRunning = 0
  #accepted = 0
  #refused = 0
  #duplicates = 0
  #dropped = 0

  constructor(parts: SchedulerParts<K>) {
    this.#parts = parts
  }

  get stats(): SchedulerStats {
    return {
      queued: this.#queue.size,
      running: this.#running.size,
      peakRunning: this.#peakRunning,
      accepted: this.#accepted,
      refused: this.#refused,
      duplicates: this.#duplicates,
      dropped: this.#dropped,
    }
  }

  /**
   * Offers a task. It begins before this returns if a worker is free, and otherwise in the order of offers.
   *
   * @param key - The link; one that has a task queued or running gets `duplicate`.
   */
  offer(key: K, task: HandoffTask, { onDropped }: OfferOptions = {}): OfferResult {
    const result = this.#judge(key)
    if (result === 'duplicate') this.#duplicates += 1
    else if (result !== 'accepted') this.#refused += 1
    else {
      this.#accepted += 1
      this.#queue.set(key, { task, onDropped })
      this.#fillWorkers()
    }
    return result
  }

  /**
   * Cancels the task of a key: it leaves the queue, or its signal aborts. The key may be offered again at once.
   *
   * A task that aborts keeps its worker until it has ended.
   *
   * @returns Whether there was one.
   */
  cancel(key: K): boolean {
    const entry = this.#queue.get(key)
    if (entry !== undefined) {
      this.#queue.delete(key)
      this.#drop(entry, 'cancelled')
      this.#settleIdle()
      return true
    }
    const run = this.#current.get(key)
    if (run === undefined) return false
    this.#current.delete(key)
    run.abort.abort(abortReason('cancelled'))
    return true
  }

  /** The sizes may have changed. More workers begin at once. What already runs or waits beyond smaller sizes stays. */
  resize(): void {
    this.#fillWorkers()
  }

  /**
   * Takes no more offers, and lets accepted tasks end.
   *
   * @param options - `drainWithinMs` bounds that, in milliseconds; 0 does not wait. Then what waits is dropped and what runs
   *   is aborted. It may be called again with a shorter bound.
   * @returns A promise that resolves when nothing runs any more, at the latest when the bound is over.
   */
  close({ drainWithinMs }: { readonly drainWithinMs: number }): Promise<void> {
    this.#closed = true
    if (drainWithinMs <= 0) this.#abandon()
    if (drainWithinMs <= 0 || this.#isIdle()) return Promise.resolve()
    const ended = createDeferred<void>()
    const giveUp = (): void => {
      this.#abandon()
      ended.resolve()
    }
    // The application waits for this, so this timer keeps the process alive.
    const timer = this.#parts.clock.after(drainWithinMs, giveUp, true)
    this.#whenIdle.push(() => {
      timer.dispose()
      ended.resolve()
    })
    return ended.promise
  }

  #judge(key: K): OfferResult {
    if (this.#closed) return 'closed'
    if (this.#queue.has(key) || this.#current.has(key)) return 'duplicate'
    const { workers, queueSize } = this.#parts.sizes()
    const isBusy = this.#running.size >= workers
    return isBusy && this.#queue.size >= queueSize ? 'full' : 'accepted'
  }

  #fillWorkers(): void {
    for (const [key, { task }] of this.#queue) {
      if (this.#running.size >= this.#parts.sizes().workers) return
      this.#queue.delete(key)
      void this.#run(key, task)
    }
  }

  async #run(key: K, task: HandoffTask): Promise<void> {
    const run: Run<K> = { key, abort: new AbortController() }
    const { signal } = run.abort
    this.#running.add(run)
    this.#current.set(key, run)
    this.#peakRunning = Math.max(this.#peakRunning, this.#running.size)
    try {
      await task(signal)
    } catch (error) {
      if (error !== signal.reason || !signal.aborted) this.#parts.onError(error, key)
    } finally {
      this.#running.delete(run)
      if (this.#current.get(key) === run) this.#current.delete(key)
      this.#fillWorkers()
      this.#settleIdle()
    }
  }

  #abandon(): void {
    const waiting = [...this.#queue.values()]
    this.#queue.clear()
    for (const entry of waiting) this.#drop(entry, 'closed')
    for (const { abort } of this.#running) abort.abort(abortReason('closed'))
    this.#settleIdle()
  }

  #drop(entry: Entry, reason: DropReason): void {
    this.#dropped += 1
    entry.onDropped?.(reason)
  }

  #isIdle(): boolean {
    return this.#running.size === 0 && this.#queue.size === 0
  }

  #settleIdle(): void {
    if (!this.#isIdle()) return
    const waiting = this.#whenIdle
    this.#whenIdle = []
    for (const settle of waiting) settle()
  }
}

function abortReason(reason: DropReason): HitlessError {
  return new HitlessError('HANDOFF_FAILED', `Hand-off ${reason}`, { facts: { kind: 'cancelled' } })
}
