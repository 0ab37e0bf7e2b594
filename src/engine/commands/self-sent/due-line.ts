import type { Clock, Timer } from '../../../base/clock.js'

/** Something that was sent, whose caller waits only for so long. */
export interface Due {
  /** In clock milliseconds. */
  readonly sentAt: number
  isOver: boolean
  next: Due | undefined
}

/** What the waits of one line depend on. */
export interface DueLineParts<T extends Due> {
  readonly clock: Clock
  /** How long each caller waits, in milliseconds. */
  readonly timeoutMs: number
  /** What timeouts are raised to now, in milliseconds. */
  readonly relaxedMs: () => number | undefined
  readonly onDue: (due: T) => void
}

/**
 * Callers' timeouts that are all the same, so that they end in the order in which they began: one timer does for all of them,
 * and a command costs no timer. Answers come in that order too, so what is over leaves the line at its head.
 */
export class DueLine<T extends Due> {
  readonly #parts: DueLineParts<T>
  #first: Due | undefined
  #last: Due | undefined
  #timer: Timer | undefined

  constructor(parts: DueLineParts<T>) {
    this.#parts = parts
  }

  get timeoutMs(): number {
    return this.#parts.timeoutMs
  }

  get isEmpty(): boolean {
    return this.#first === undefined
  }

  add(due: T): void {
    if (this.#last === undefined) this.#first = due
    else this.#last.next = due
    this.#last = due
    if (this.#timer === undefined) this.#watch(this.timeoutMs)
  }

  /** Watches nothing until there is something again; only where nobody waits. */
  rest(): void {
    this.#timer?.dispose()
    this.#timer = undefined
  }

  /** The caller waits no longer. */
  end(due: T): void {
    due.isOver = true
    this.#leave()
  }

  /** How much of its time a caller has left, in milliseconds; at least 1. */
  leftMs({ sentAt }: T): number {
    return Math.max(sentAt + this.timeoutMs - this.#parts.clock.now(), 1)
  }

  #leave(): void {
    while (this.#first?.isOver === true) {
      const { next } = this.#first as Due
      // Nothing that is over keeps alive what came later.
      this.#first.next = undefined
      this.#first = next
    }
    if (this.#first === undefined) this.#last = undefined
  }

  #watch(afterMs: number): void {
    this.#timer = this.#parts.clock.after(afterMs, () => this.#look())
  }

  #look(): void {
    const { clock, timeoutMs, relaxedMs, onDue } = this.#parts
    this.#timer = undefined
    const allowedMs = Math.max(timeoutMs, relaxedMs() ?? 0)
    const since = clock.now() - allowedMs
    for (let due = this.#first; due !== undefined && due.sentAt <= since; due = this.#first) {
      this.end(due as T)
      onDue(due as T)
    }
    if (this.#first !== undefined && this.#timer === undefined) this.#watch(this.#first.sentAt - since)
  }
}
