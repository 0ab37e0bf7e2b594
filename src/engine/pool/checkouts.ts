/** One that waits for something to be free. */
interface Waiting {
  readonly grant: (id: number) => void
  readonly reject: (error: unknown) => void
}

/**
 * Which of some equal things are in use: each is used by one at a time, in the order in which they are asked for.
 *
 * How long the application keeps one is its own affair, as with the host, so a wait has no deadline here. It ends with the owner of
 * the things, and so many may wait.
 */
export class Checkouts {
  readonly #free: number[]
  readonly #mostWaiting: number
  readonly #onFull: (mostWaiting: number) => unknown
  #waiting: Waiting[] = []

  constructor(count: number, mostWaiting: number, onFull: (mostWaiting: number) => unknown) {
    this.#free = Array.from({ length: count }, (_, id) => id)
    this.#mostWaiting = mostWaiting
    this.#onFull = onFull
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.length
  }

  /** Resolves with the number of one that is free, perhaps much later. Rejects where too many wait, or none will be free. */
  take(): Promise<number> {
    const id = this.#free.shift()
    if (id !== undefined) return Promise.resolve(id)
    if (this.#waiting.length >= this.#mostWaiting) return Promise.reject(this.#onFull(this.#mostWaiting))
    return new Promise((grant, reject) => this.#waiting.push({ grant, reject }))
  }

  /** It is free again. */
  giveBack(id: number): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free.push(id)
    else next.grant(id)
  }

  /** Fails all that wait. */
  failWaiting(error: unknown): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const { reject } of waiting) reject(error)
  }
}
