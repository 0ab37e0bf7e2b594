import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'

const MICROSECONDS_PER_MS = 1_000

/** The longest duration that is told from longer ones, in microseconds: an hour. */
const MOST = 3_600_000_000

/** Significant digits of a quantile. */
const DIGITS = 3

/** Durations in bounded memory: quantiles are precise to a microsecond or 0.1 %, the longest duration is exact. */
export class Latencies {
  readonly #histogram: RecordableHistogram = createHistogram({ lowest: 1, highest: MOST, figures: DIGITS })
  // A histogram rounds its largest value, too.
  #longestMs = 0

  /** How many durations it holds. */
  get count(): number {
    return this.#histogram.count
  }

  /** The longest duration; 0 when there is none. */
  get longestMs(): number {
    return this.#longestMs
  }

  /** Adds a duration in milliseconds. */
  add(durationMs: number): void {
    this.#histogram.record(Math.min(Math.max(Math.ceil(durationMs * MICROSECONDS_PER_MS), 1), MOST))
    this.#longestMs = Math.max(this.#longestMs, durationMs)
  }

  /** Adds all durations of another one. */
  merge(other: Latencies): void {
    this.#histogram.add(other.#histogram)
    this.#longestMs = Math.max(this.#longestMs, other.#longestMs)
  }

  /** Forgets all durations. The memory is used again, whereas that of a new one is not seen by the garbage collector. */
  clear(): void {
    this.#histogram.reset()
    this.#longestMs = 0
  }

  /**
   * The duration that this share of all of them does not exceed, in milliseconds; 0 when there is none.
   *
   * @param share - From 0 to 1: 0.99 gives the 99th percentile.
   */
  quantile(share: number): number {
    const { count } = this
    if (count === 0) return 0
    // A histogram rounds the rank; the share is only kept by the next whole one.
    const rank = Math.max(Math.ceil(count * share), 1)
    return Math.min(this.#histogram.percentile((100 * rank) / count) / MICROSECONDS_PER_MS, this.#longestMs)
  }
}
