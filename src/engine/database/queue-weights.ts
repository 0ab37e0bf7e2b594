import { type HandoffSizes, sizeHandoffs } from '../../core/limits/handoff-sizing.js'

/** What somebody brings along who joins a queue. */
export interface QueueWeight {
  /** How many connections; a pool counts with its maximum. Default 1. */
  readonly slots?: number | undefined
  /** How many hand-offs may run at once, at least; the largest wish counts. Default: by the number of connections. */
  readonly workers?: number | undefined
  /** How many may wait. */
  readonly queueSize?: number | undefined
}

/** Those who use a queue, and what follows from their number. */
export class QueueWeights {
  readonly #least: number
  readonly #shares = new Map<object, QueueWeight>()
  /** How many connections there may be. */
  slots: number
  sizes: HandoffSizes

  /** @param least - How many connections count however few there are. */
  constructor(least: number) {
    this.#least = least
    this.slots = least
    this.sizes = sizeHandoffs({ poolSize: least })
  }

  /** How many have joined. */
  get size(): number {
    return this.#shares.size
  }

  set(link: object, share: QueueWeight): void {
    this.#shares.set(link, share)
    this.#count()
  }

  /** Returns whether it had joined. */
  delete(link: object): boolean {
    const joined = this.#shares.delete(link)
    if (joined) this.#count()
    return joined
  }

  #count(): void {
    const shares = [...this.#shares.values()]
    const joined = shares.reduce((sum, { slots = 1 }) => sum + slots, 0)
    this.slots = Math.max(this.#least, joined)
    this.sizes = sizeHandoffs({
      poolSize: this.slots,
      workers: largest(shares.map(({ workers }) => workers)),
      queueSize: largest(shares.map(({ queueSize }) => queueSize)),
    })
  }
}

function largest(wishes: readonly (number | undefined)[]): number | undefined {
  const stated = wishes.filter(wish => wish !== undefined)
  return stated.length === 0 ? undefined : Math.max(...stated)
}
