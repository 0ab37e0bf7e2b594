import type { Clock, Timer } from '../../src/base/clock.js'

interface Due {
  readonly at: number
  readonly task: () => void
}

/** A clock that stands still until it is told to go on. */
export class StandingClock implements Clock {
  readonly #due = new Set<Due>()
  #now = 0

  now(): number {
    return this.#now
  }

  epochMs(): number {
    return this.#now
  }

  after(delayMs: number, task: () => void): Timer {
    const due: Due = { at: this.#now + delayMs, task }
    this.#due.add(due)
    return { dispose: () => this.#due.delete(due) }
  }

  /** How many timers run. */
  get timers(): number {
    return this.#due.size
  }

  /** Goes on, and fires what falls due on the way, in order. */
  advance(byMs: number): void {
    const end = this.#now + byMs
    for (;;) {
      const [next] = [...this.#due].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)
      if (next === undefined) break
      this.#due.delete(next)
      this.#now = next.at
      next.task()
    }
    this.#now = end
  }
}
