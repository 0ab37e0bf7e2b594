/** What is remembered until some time. */
export interface Expiring {
  /** From then on it counts as forgotten, in milliseconds of the clock. */
  readonly expiresAt: number
}

/**
 * A map that forgets each entry when its own time is over, and the oldest entry where there would be too many. It reads
 * no clock; `now` is passed in.
 *
 * ```ts
 * const failed = new ExpiringMap<string, Expiring>(256)
 * failed.set('10.0.0.1', { expiresAt: now + 60_000 }, now)
 * failed.has('10.0.0.1', now + 59_999) // true
 * failed.has('10.0.0.1', now + 60_000) // false
 * ```
 */
export class ExpiringMap<K, V extends Expiring> {
  readonly #capacity: number
  /** The one that was set last at the end. */
  readonly #entries = new Map<K, V>()

  /** @param capacity - The most entries; at least one. */
  constructor(capacity: number) {
    this.#capacity = Math.max(capacity, 1)
  }

  /** How many entries there are; among them those that expired since the last `set` or `forgetExpired`. */
  get size(): number {
    return this.#entries.size
  }

  /** What is known under a key, unless its time is over. */
  get(key: K, now: number): V | undefined {
    const value = this.#entries.get(key)
    return value !== undefined && value.expiresAt > now ? value : undefined
  }

  /** Whether anything is known under a key whose time is not over. */
  has(key: K, now: number): boolean {
    return this.get(key, now) !== undefined
  }

  /**
   * Remembers a value, in place of what was known under its key, as the newest entry. Forgets what has expired, and the
   * oldest entry where the map is full.
   */
  set(key: K, value: V, now: number): void {
    this.forgetExpired(now)
    this.#entries.delete(key)
    const [oldest] = this.#entries.keys()
    if (this.#entries.size >= this.#capacity && oldest !== undefined) this.#entries.delete(oldest)
    this.#entries.set(key, value)
  }

  /** Forgets an entry. Returns whether there was one. */
  delete(key: K): boolean {
    return this.#entries.delete(key)
  }

  /** Forgets the entries whose time is over. */
  forgetExpired(now: number): void {
    for (const [key, { expiresAt }] of this.#entries) if (expiresAt <= now) this.#entries.delete(key)
  }

  /** The entries, the oldest first; among them those that expired since the last `set` or `forgetExpired`. */
  [Symbol.iterator](): IterableIterator<[K, V]> {
    return this.#entries.entries()
  }
}

/** The entries of a state whose time is not over, as a copy in the same order. */
export function unexpired<K, V extends Expiring>(entries: ReadonlyMap<K, V>, now: number): ReadonlyMap<K, V> {
  return new Map([...entries].filter(([, { expiresAt }]) => expiresAt > now))
}

/**
 * What `ExpiringMap.set` does, for a state that is never changed: a copy with one entry more.
 *
 * ```ts
 * const seen = withEntry(before, ['moving#7', { expiresAt: now + 120_000 }], { capacity: 256, now })
 * ```
 */
export function withEntry<K, V extends Expiring>(
  entries: ReadonlyMap<K, V>,
  [key, value]: readonly [K, V],
  { capacity, now }: { readonly capacity: number; readonly now: number },
): ReadonlyMap<K, V> {
  const kept = [...entries].filter(([known, { expiresAt }]) => expiresAt > now && known !== key)
  const excess = Math.max(kept.length + 1 - Math.max(capacity, 1), 0)
  return new Map([...kept.slice(excess), [key, value]])
}
