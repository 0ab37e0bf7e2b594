import type { Clock } from '../../base/clock.js'
import { withDeadline } from '../../base/deadline.js'

/** What is taken, and how it is given back. */
export interface SharedCheckoutParts {
  readonly clock: Clock
  readonly take: () => Promise<number>
  /** Resolves when the next one may have it. It must not reject. */
  readonly giveBack: (id: number) => Promise<void> | undefined
  /** Makes the error of one that has waited for as long as it may. */
  readonly late: () => Error
}

/** One of some equal things that many use at a time: it is taken for the first of them, and given back behind the last. */
export class SharedCheckout {
  readonly #parts: SharedCheckoutParts
  #shared: { readonly id: Promise<number>; users: number } | undefined

  constructor(parts: SharedCheckoutParts) {
    this.#parts = parts
  }

  /** @param withinMs - How long the task may wait until one is free; 0 and `undefined` set no limit. */
  async use<T>(task: (id: number) => Promise<T>, withinMs: number | undefined): Promise<T> {
    const { clock, take, giveBack, late } = this.#parts
    this.#shared ??= { id: take(), users: 0 }
    const shared = this.#shared
    shared.users += 1
    let id: number | undefined
    const onLate = (): never => {
      throw late()
    }
    try {
      id = await (withinMs ? withDeadline(shared.id, { clock, withinMs, onLate }) : shared.id)
      return await task(id)
    } finally {
      shared.users -= 1
      if (shared.users === 0) {
        this.#shared = undefined
        if (id !== undefined) await giveBack(id)
        // Nobody needs it any more when it comes.
        else void shared.id.then(giveBack, () => {})
      }
    }
  }
}
