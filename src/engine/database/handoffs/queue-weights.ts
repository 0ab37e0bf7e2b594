import { type HandoffSizes, sizeHandoffs } from '../../../core/limits/handoff-sizing.js'
import type { ResolvedMaintOptions } from '../../../core/options/maint-options.js'

/** How a member counts for the sizes of a queue. */
export interface QueueWeight {
  /** How many connections; a pool counts with its maximum. Default 1. */
  readonly links?: number | undefined
  /**
   * How many hand-offs may run at once, at least. The largest request counts. Default: by the number of connections.
   */
  readonly workers?: number | undefined
  /** How many may wait. */
  readonly queueSize?: number | undefined
}

/** How so many connections with these options count. */
export function weightOf(
  {
    handoffWorkers: workers,
    handoffQueueSize: queueSize,
  }: Pick<ResolvedMaintOptions, 'handoffWorkers' | 'handoffQueueSize'>,
  links?: number,
): QueueWeight {
  return { links, workers, queueSize }
}

/**
 * The members of a queue, and the sizes that follow from them. Members join one by one, and joining does not count all
 * of them again.
 */
export class QueueWeights {
  readonly #least: number
  readonly #weights = new Map<object, QueueWeight>()
  readonly #workers = new Wishes()
  readonly #queueSizes = new Wishes()
  #joined = 0

  /** @param least - The least number of connections that counts. */
  constructor(least: number) {
    this.#least = least
  }

  /** How many connections there may be. */
  get links(): number {
    return Math.max(this.#least, this.#joined)
  }

  get sizes(): HandoffSizes {
    return sizeHandoffs({
      poolSize: this.links,
      workers: this.#workers.largest,
      queueSize: this.#queueSizes.largest,
    })
  }

  /** How many have joined. */
  get size(): number {
    return this.#weights.size
  }

  set(link: object, weight: QueueWeight): void {
    const before = this.#weights.get(link)
    if (before !== undefined) this.#count(before, -1)
    this.#weights.set(link, weight)
    this.#count(weight, 1)
  }

  /** Returns whether it had joined. */
  delete(link: object): boolean {
    const weight = this.#weights.get(link)
    if (weight === undefined) return false
    this.#weights.delete(link)
    this.#count(weight, -1)
    return true
  }

  #count({ links = 1, workers, queueSize }: QueueWeight, by: 1 | -1): void {
    this.#joined += by * links
    this.#workers.count(workers, by)
    this.#queueSizes.count(queueSize, by)
  }
}

/** The requests of many members. Most have none, or the same. */
class Wishes {
  /** How many members have each of them. */
  readonly #counts = new Map<number, number>()

  get largest(): number | undefined {
    return this.#counts.size === 0 ? undefined : Math.max(...this.#counts.keys())
  }

  count(wish: number | undefined, by: 1 | -1): void {
    if (wish === undefined) return
    const count = (this.#counts.get(wish) ?? 0) + by
    if (count > 0) this.#counts.set(wish, count)
    else this.#counts.delete(wish)
  }
}
