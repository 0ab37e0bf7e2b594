/** The upper end of the first bucket, in milliseconds. */
const FIRST_MS = 0.05

/** How much wider each bucket is than the one before: the precision of a quantile. */
const GROWTH = 1.05

/** A histogram of durations: of bounded size, precise to 5 %, and exact in its largest value. */
export class Latencies {
  readonly #buckets: number[] = []
  #count = 0
  #longestMs = 0

  /** How many durations it holds. */
  get count(): number {
    return this.#count
  }

  /** The longest duration; 0 when there is none. */
  get longestMs(): number {
    return this.#longestMs
  }

  /** Adds a duration in milliseconds. */
  add(durationMs: number): void {
    this.#addTo(bucketOf(durationMs), 1)
    this.#longestMs = Math.max(this.#longestMs, durationMs)
  }

  /** Adds all durations of another one. */
  merge(other: Latencies): void {
    for (const [index, count] of other.#buckets.entries()) {
      if (count !== undefined) this.#addTo(index, count)
    }
    this.#longestMs = Math.max(this.#longestMs, other.#longestMs)
  }

  /**
   * The duration that this share of all of them does not exceed, in milliseconds; 0 when there is none.
   *
   * @param share - From 0 to 1: 0.99 gives the 99th percentile.
   */
  quantile(share: number): number {
    const rank = Math.max(Math.ceil(this.#count * share), 1)
    let seen = 0
    for (const [index, count = 0] of this.#buckets.entries()) {
      seen += count
      if (seen >= rank) return Math.min(FIRST_MS * GROWTH ** index, this.#longestMs)
    }
    return 0
  }

  #addTo(bucket: number, count: number): void {
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + count
    this.#count += count
  }
}

function bucketOf(durationMs: number): number {
  return durationMs <= FIRST_MS ? 0 : Math.ceil(Math.log(durationMs / FIRST_MS) / Math.log(GROWTH))
}
