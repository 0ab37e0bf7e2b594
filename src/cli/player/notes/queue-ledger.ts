/** What became of the items of a queue. */
export interface QueueAudit {
  /** Items whose push was acknowledged. */
  readonly pushed: number
  /** Items that the consumer got. */
  readonly taken: number
  /** Acknowledged items that nobody got and that are not there, beyond what the failed takes can explain. */
  readonly lost: number
  /** Items that are there, or were taken, more than once. */
  readonly doubled: number
}

/** Keeps what was put into a queue and taken out, to be compared with what is left in it. Every item is another one. */
export class QueueLedger {
  readonly #pushed: string[] = []
  readonly #taken: string[] = []
  #items = 0
  #failedTakes = 0

  /** An item that was not used before. */
  nextItem(): string {
    this.#items += 1
    return `item ${this.#items}`
  }

  /** A push was acknowledged. */
  pushed(item: string): void {
    this.#pushed.push(item)
  }

  /** The consumer got an item. */
  took(item: string): void {
    this.#taken.push(item)
  }

  /** A take failed in a way that leaves open whether the server gave an item away. */
  failedToTake(): void {
    this.#failedTakes += 1
  }

  /** Compares with what is left in the queue. */
  audit(left: readonly string[]): QueueAudit {
    const seen = [...this.#taken, ...left]
    const distinct = new Set(seen)
    const missing = this.#pushed.filter(item => !distinct.has(item)).length
    return {
      pushed: this.#pushed.length,
      taken: this.#taken.length,
      lost: Math.max(missing - this.#failedTakes, 0),
      doubled: seen.length - distinct.size,
    }
  }
}
