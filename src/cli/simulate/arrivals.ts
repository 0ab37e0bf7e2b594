/** The width of one count, in milliseconds. */
export const BUCKET_MS = 100

/** What the arrivals at a node amount to. */
export interface ArrivalFigures {
  readonly total: number
  /** When the first and the last arrived, in milliseconds from the notification. */
  readonly firstAt: number
  readonly lastAt: number
  /** The most within 100 ms. */
  readonly peak: number
  /** Per 100 ms, from the first to the last that had any. */
  readonly mean: number
  readonly peakToMean: number
}

/** Counts arrivals per 100 ms, and those that were ready after the grace was over. */
export class Arrivals {
  readonly #counts: number[] = []
  readonly #graceMs: number
  #firstAt = Number.POSITIVE_INFINITY
  #lastAt = 0
  #ready = 0
  #late = 0

  constructor(graceMs: number) {
    this.#graceMs = graceMs
  }

  /** How many arrived in each 100 ms from the notification on. */
  get counts(): readonly number[] {
    return Array.from({ length: this.#counts.length }, (_, bucket) => this.#counts[bucket] ?? 0)
  }

  get ready(): number {
    return this.#ready
  }

  get late(): number {
    return this.#late
  }

  /** A dial reached the node. */
  arrive(at: number): void {
    const bucket = Math.floor(at / BUCKET_MS)
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
    this.#firstAt = Math.min(this.#firstAt, at)
    this.#lastAt = Math.max(this.#lastAt, at)
  }

  /** A connection can be used. */
  finish(at: number): void {
    this.#ready += 1
    if (at > this.#graceMs) this.#late += 1
  }

  figures(): ArrivalFigures {
    const used = this.counts.slice(Math.floor(this.#firstAt / BUCKET_MS))
    const total = used.reduce((sum, count) => sum + count, 0)
    const peak = used.reduce((most, count) => Math.max(most, count), 0)
    const mean = total / Math.max(used.length, 1)
    const peakToMean = total === 0 ? 0 : peak / mean
    return { total, firstAt: total === 0 ? 0 : this.#firstAt, lastAt: this.#lastAt, peak, mean, peakToMean }
  }
}
