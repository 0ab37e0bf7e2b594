import { MAX_COLLECTION_SIZE, type ResolvedWireLimits } from './limits.js'
import { BYTE, countFrames } from './type-byte.js'
import { RespAttributed, RespPush, type RespValue } from './value.js'
import { createWireError } from './wire-error.js'

/** Stands for the frames that the stream itself may have in one chunk. */
const ENDLESS = 2 ** 31 - 1
const NO_ITEMS: RespValue[] = []

/** Elements are put into a list of the right size from the start, unless the announced size may be a lie. */
const MAX_PREPARED_ELEMENTS = 1024

/** One level of nesting. Levels are kept and used again. */
interface Level {
  readonly depth: number
  readonly outer: Level | undefined
  inner: Level | undefined
  type: number
  items: RespValue[]
  filled: number
  /** How many frames are missing. */
  left: number
}

/** Puts values together: scalars into the aggregates that wait for them, complete aggregates into outer ones. */
export class ValueStack {
  readonly #limits: ResolvedWireLimits
  readonly #keepAttributes: boolean
  /** Holds the top-level values, and never has enough of them. */
  readonly #root: Level = createLevel(undefined)
  #level: Level = this.#root

  /** @param keepAttributes - Whether attributes become values; otherwise only what they describe does. */
  constructor(limits: ResolvedWireLimits, keepAttributes: boolean) {
    this.#limits = limits
    this.#keepAttributes = keepAttributes
  }

  /** How many top-level values are complete and not taken. */
  get ready(): number {
    return this.#root.filled
  }

  /** Whether no aggregate is open. */
  get atRoot(): boolean {
    return this.#level === this.#root
  }

  /** Whether a push may come now: at top level, also behind attributes. */
  get acceptsPush(): boolean {
    let level: Level | undefined = this.#level
    while (level !== undefined && level.type === BYTE.attribute && level.left === 1) level = level.outer
    return level === this.#root
  }

  /** Hands the complete top-level values over, oldest first. */
  take(): RespValue[] {
    const root = this.#root
    const values = root.items
    root.items = []
    root.filled = 0
    root.left = ENDLESS
    return values
  }

  /** Adds a complete value where it belongs. */
  accept(value: RespValue): void {
    const level = this.#level
    level.items[level.filled] = value
    level.filled += 1
    level.left -= 1
    if (level.left === 0) this.#close(level)
  }

  /**
   * Opens an aggregate.
   *
   * @param length - What its header says.
   * @param offset - Where its type byte stands in the stream.
   * @throws HitlessError `WIRE_LIMIT` if it is too large or too deep.
   */
  open(type: number, length: number, offset: number): void {
    const outer = this.#level
    const count = countFrames(type, length)
    if (outer.depth >= this.#limits.maxDepth) {
      throw createWireError('WIRE_LIMIT', 'Aggregates are nested too deep', offset)
    }
    if (count > this.#limits.maxElements || (type !== BYTE.array && length > MAX_COLLECTION_SIZE)) {
      throw createWireError('WIRE_LIMIT', `An aggregate of ${length} is too large`, offset)
    }
    outer.inner ??= createLevel(outer)
    const level = outer.inner
    level.type = type
    level.items = count > MAX_PREPARED_ELEMENTS ? [] : new Array<RespValue>(count)
    level.filled = 0
    level.left = count
    this.#level = level
    if (count === 0) this.#close(level)
  }

  #close(level: Level): void {
    this.#level = level.outer ?? this.#root
    const { type, items } = level
    level.items = NO_ITEMS
    if (type === BYTE.array) this.accept(items)
    else if (type === BYTE.push) this.accept(new RespPush(items))
    else this.accept(this.#toCollection(type, items))
  }

  #toCollection(type: number, items: readonly RespValue[]): RespValue {
    if (type === BYTE.set) return new Set(items)
    if (type === BYTE.map) return toMap(items, items.length)
    const value = items[items.length - 1] ?? null
    return this.#keepAttributes ? new RespAttributed(toMap(items, items.length - 1), value) : value
  }
}

function createLevel(outer: Level | undefined): Level {
  const depth = outer === undefined ? 0 : outer.depth + 1
  return { depth, outer, inner: undefined, type: 0, items: [], filled: 0, left: ENDLESS }
}

function toMap(items: readonly RespValue[], size: number): Map<RespValue, RespValue> {
  const map = new Map<RespValue, RespValue>()
  for (let index = 0; index < size; index += 2) map.set(items[index] ?? null, items[index + 1] ?? null)
  return map
}
