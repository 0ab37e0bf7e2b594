import type { Clock } from '../../base/clock.js'
import { type Entry, isEmpty, type Value, type ValueType } from './entry.js'
import { CommandError } from './reply.js'

/** Called for every key that changed, or `undefined` when all of them did. */
export type OnChange = (keyspace: Keyspace, name: string | undefined) => void

/** One database: keys with values that may expire. */
export class Keyspace {
  readonly index: number
  readonly #clock: Clock
  readonly #onChange: OnChange
  readonly #entries = new Map<string, Entry>()

  constructor(index: number, clock: Clock, onChange: OnChange) {
    this.index = index
    this.#clock = clock
    this.#onChange = onChange
  }

  /** How many keys there are. */
  get size(): number {
    return this.names().length
  }

  /** The keys that live. */
  names(): readonly string[] {
    return [...this.#entries.keys()].filter(name => this.entry(name) !== undefined)
  }

  /** A key's entry, unless it has expired. */
  entry(name: string): Entry | undefined {
    const entry = this.#entries.get(name)
    if (entry?.expiresAt === undefined || entry.expiresAt > this.#clock.now()) return entry
    this.delete(name)
    return undefined
  }

  /**
   * A key's value, if the key exists.
   *
   * @throws CommandError `WRONGTYPE` when it is of another type.
   */
  get<T extends ValueType>(name: string, type: T): Extract<Value, { type: T }> | undefined {
    const value = this.entry(name)?.value
    if (value === undefined) return undefined
    if (!isOfType(value, type)) {
      throw new CommandError('WRONGTYPE Operation against a key holding the wrong kind of value')
    }
    return value
  }

  /** Sets a key. It has no expiry unless one is given. */
  set(name: string, value: Value, expiresAt?: number): void {
    this.#entries.set(name, { value, expiresAt })
    this.#onChange(this, name)
  }

  /** Notes that a value was changed in place. A key whose value became empty is deleted. */
  changed(name: string): void {
    const entry = this.#entries.get(name)
    if (entry !== undefined && isEmpty(entry.value)) this.#entries.delete(name)
    this.#onChange(this, name)
  }

  /** Sets a key's expiry, or none. Returns whether the key exists. */
  expire(name: string, expiresAt: number | undefined): boolean {
    const entry = this.entry(name)
    if (entry === undefined) return false
    entry.expiresAt = expiresAt
    this.changed(name)
    return true
  }

  /** Returns whether the key existed. */
  delete(name: string): boolean {
    const existed = this.#entries.delete(name)
    if (existed) this.#onChange(this, name)
    return existed
  }

  clear(): void {
    this.#entries.clear()
    this.#onChange(this, undefined)
  }
}

function isOfType<T extends ValueType>(value: Value, type: T): value is Extract<Value, { type: T }> {
  return value.type === type
}
