/** One attempt, from its permit on. */
export interface Attempt {
  failed: boolean
}

/** How many attempts are remembered; the oldest go first. */
const CAPACITY = 1_024

/**
 * The attempts since the last one that succeeded, in the order in which they began, to find failures in a row.
 *
 * Many may be under way at once, and those that are refused end long before those that succeed. So the order in which
 * they end does not count: an attempt that may still succeed ends a row too.
 */
export class FailureTrail {
  readonly #attempts: Attempt[] = []

  begin(): Attempt {
    const attempt: Attempt = { failed: false }
    this.#attempts.push(attempt)
    if (this.#attempts.length > CAPACITY) this.#attempts.shift()
    return attempt
  }

  /** An attempt that began before a success says nothing any more, however it ends. */
  succeed(attempt: Attempt): void {
    this.#attempts.splice(0, this.#attempts.indexOf(attempt) + 1)
  }

  fail(attempt: Attempt): void {
    attempt.failed = true
  }

  /** Forgets an attempt that says nothing. */
  withdraw(attempt: Attempt): void {
    const place = this.#attempts.indexOf(attempt)
    if (place !== -1) this.#attempts.splice(place, 1)
  }

  /** How many failures there are in the longest row. */
  get failures(): number {
    let longest = 0
    let row = 0
    for (const { failed } of this.#attempts) {
      row = failed ? row + 1 : 0
      longest = Math.max(longest, row)
    }
    return longest
  }
}
