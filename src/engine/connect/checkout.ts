import type { Clock } from '../../base/clock.js'

/** Whether a client of a pool is lent out, as its link sees it: a hand-off waits until a task has ended. */
export interface Checkout {
  readonly isCheckedOut: boolean
  /**
   * Resolves when the client is not lent out, at the latest after so many milliseconds; never rejects. Where it resolves
   * in time, the next task begins only after all promise jobs that follow from this: what these begin comes first.
   */
  returned(withinMs: number): Promise<void>
}

/** The checkout of one client of a pool, which the pool keeps. */
export class MemberCheckout implements Checkout {
  isCheckedOut = false
  /** Whether the client has just been left to whoever waited for it. */
  isYielded = false
  readonly #clock: Clock
  readonly #waiting = new Set<() => void>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  returned(withinMs: number): Promise<void> {
    if (!this.isCheckedOut) {
      this.#yield()
      return Promise.resolve()
    }
    return new Promise(resolve => {
      const end = (): void => {
        timer.dispose()
        this.#waiting.delete(end)
        resolve()
      }
      const timer = this.#clock.after(withinMs, end)
      this.#waiting.add(end)
    })
  }

  /** The task has ended, or the client has. */
  takeBack(): void {
    this.isCheckedOut = false
    if (this.#waiting.size === 0) return
    this.#yield()
    for (const end of [...this.#waiting]) end()
  }

  #yield(): void {
    this.isYielded = true
    afterPromiseJobs(() => {
      this.isYielded = false
    })
  }
}

/** Runs something once no promise job is left, and before anything else that the process may do. */
export function afterPromiseJobs(run: () => void): void {
  // Ticks that a promise job asks for come after all promise jobs.
  queueMicrotask(() => process.nextTick(run))
}
