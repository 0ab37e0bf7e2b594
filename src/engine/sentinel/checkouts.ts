/** Which of some equal things are in use: each is used by one at a time, in the order in which they are asked for. */
export class Checkouts {
  readonly #free: number[]
  readonly #waiting: ((id: number) => void)[] = []

  constructor(count: number) {
    this.#free = Array.from({ length: count }, (_, id) => id)
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.length
  }

  /** Resolves with the number of one that is free, perhaps much later. */
  take(): Promise<number> {
    const id = this.#free.shift()
    return id === undefined ? new Promise(resolve => this.#waiting.push(resolve)) : Promise.resolve(id)
  }

  /** It is free again. */
  giveBack(id: number): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free.push(id)
    else next(id)
  }
}
