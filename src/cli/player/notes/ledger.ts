/** What the server holds, as it was read back: text by key, `null` where there is nothing. */
export type Holdings = ReadonlyMap<string, string | null>

/** What became of the commands that were answered. */
export interface Audit {
  /** Acknowledged, but not there. */
  readonly lost: number
  /** Applied more often than the commands whose fate is unknown can explain. */
  readonly doubled: number
  /** Transactions of which only a part is there. */
  readonly torn: number
  /** How many keys were looked at. */
  readonly keys: number
}

interface Count {
  acknowledged: number
  unknown: number
}

/** Keeps what the server acknowledged, to be compared with what it holds in the end. Every write has a key of its own. */
export class Ledger {
  readonly #writes = new Map<string, string>()
  readonly #counts = new Map<string, Count>()
  readonly #pairs = new Map<string, string>()

  /** A write was acknowledged. */
  wrote(key: string, value: string): void {
    this.#writes.set(key, value)
  }

  /** An increment by one was acknowledged. */
  counted(key: string): void {
    this.#count(key).acknowledged += 1
  }

  /** An increment by one failed in a way that leaves open whether the server applied it. */
  doubted(key: string): void {
    this.#count(key).unknown += 1
  }

  /** Two counters are only ever incremented in one transaction, so they must be equal. */
  paired(one: string, other: string): void {
    this.#pairs.set(one, other)
  }

  /** The value that was acknowledged last for a key. */
  valueOf(key: string): string | undefined {
    return this.#writes.get(key)
  }

  /** Every key that the audit needs to know. */
  keys(): readonly string[] {
    return [...this.#writes.keys(), ...this.#counts.keys(), ...[...this.#pairs].flat()]
  }

  /** Compares what was acknowledged with what the server holds. */
  audit(held: Holdings): Audit {
    let lost = 0
    let doubled = 0
    for (const [key, value] of this.#writes) {
      if (held.get(key) !== value) lost += 1
    }
    for (const [key, { acknowledged, unknown }] of this.#counts) {
      const found = toCount(held, key)
      lost += Math.max(acknowledged - found, 0)
      doubled += Math.max(found - acknowledged - unknown, 0)
    }
    const torn = [...this.#pairs].reduce(
      (sum, [one, other]) => sum + Math.abs(toCount(held, one) - toCount(held, other)),
      0,
    )
    return { lost, doubled, torn, keys: this.#writes.size + this.#counts.size }
  }

  #count(key: string): Count {
    const known = this.#counts.get(key)
    if (known !== undefined) return known
    const count = { acknowledged: 0, unknown: 0 }
    this.#counts.set(key, count)
    return count
  }
}

function toCount(held: Holdings, key: string): number {
  return Number(held.get(key) ?? 0)
}
