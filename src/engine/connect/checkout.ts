/** Whether a client of a pool is checked out, as its link sees it: a hand-off waits until a task has ended. */
export interface Checkout {
  readonly isCheckedOut: boolean
  /**
   * Calls back once the client is not checked out: at once, or as part of its return, before it is given to the next task.
   * A later call replaces an earlier one.
   */
  whenReleased(then: () => void): void
}

/** The checkout of one client of a pool, which the pool keeps. */
export class MemberCheckout implements Checkout {
  isCheckedOut = false
  #then: (() => void) | undefined

  whenReleased(then: () => void): void {
    this.#then = then
    if (!this.isCheckedOut) this.takeBack()
  }

  /** The task has ended, or the client has. */
  takeBack(): void {
    this.isCheckedOut = false
    const then = this.#then
    this.#then = undefined
    then?.()
  }
}
