import { MAX_COLLECTION_SIZE, type ResolvedWireLimits } from '../limits.js'
import { BYTE, countFrames } from '../type-byte.js'
import { RespAttributed, RespPush, type RespValue } from '../value.js'
import { createWireError } from '../wire-error.js'

const NONE: readonly RespValue[] = Object.freeze([])

/** Elements are put into a list of the right size from the start, unless the announced size may be a lie. */
const MAX_PREPARED_ELEMENTS = 1024

/** One level of nesting: the stream, or an aggregate that is open. Levels are kept and used again. */
interface Level {
  readonly depth: number
  readonly outer: Level | undefined
  inner: Level | undefined
  type: number
  items: RespValue[]
  filled: number
  /** How many frames are missing; not used for the stream itself. */
  left: number
}

/** Puts values together: scalars into the aggregates that wait for them, complete aggregates into outer ones. */
export class ValueStack {
  readonly #limits: ResolvedWireLimits
  readonly #keepAttributes: boolean
  readonly #stream: Level = createLevel(undefined)
  #level: Level = this.#stream

  /** @param keepAttributes - Whether attributes become values; otherwise only what they describe does. */
  constructor(limits: ResolvedWireLimits, keepAttributes: boolean) {
    this.#limits = limits
    this.#keepAttributes = keepAttributes
  }

  /** How many top-level values are complete and not taken. */
  get ready(): number {
    return this.#stream.filled
  }

  /** Whether no aggregate is open. */
  get atTop(): boolean {
    return this.#level === this.#stream
  }

  /** Whether a push may come now: at top level, also behind attributes. */
  get acceptsPush(): boolean {
    let level: Level | undefined = this.#level
    while (level !== undefined && level.type === BYTE.attribute && level.left === 1) level = level.outer
    return level === this.#stream
  }

  /** Hands the complete top-level values over, oldest first. */
  take(): readonly RespValue[] {
    const stream = this.#stream
    if (stream.filled === 0) return NONE
    const values = stream.items
    stream.items = []
    stream.filled = 0
    return values
  }

  /** Adds a complete value where it belongs. */
  accept(value: RespValue): void {
    let done = value
    let level = this.#level
    for (;;) {
      level.items[level.filled] = done
      level.filled += 1
      level.left -= 1
      const { outer } = level
      if (level.left !== 0 || outer === undefined) break
      done = this.#toValue(level.type, level.items)
      level.items = []
      level = outer
    }
    this.#level = level
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
    if (count === 0) {
      this.accept(this.#toValue(type, []))
      return
    }
    outer.inner ??= createLevel(outer)
    const level = outer.inner
    level.type = type
    level.items = count > MAX_PREPARED_ELEMENTS ? [] : new Array<RespValue>(count)
    level.filled = 0
    level.left = count
    this.#level = level
  }

  #toValue(type: number, items: RespValue[]): RespValue {
    if (type === BYTE.array) return items
    if (type === BYTE.push) return new RespPush(items)
    if (type === BYTE.set) return new Set(items)
    if (type === BYTE.map) return toMap(items, items.length)
    const value = valueAt(items, items.length - 1)
    return this.#keepAttributes ? new RespAttributed(toMap(items, items.length - 1), value) : value
  }
}

function createLevel(outer: Level | undefined): Level {
  const depth = outer === undefined ? 0 : outer.depth + 1
  return { depth, outer, inner: undefined, type: 0, items: [], filled: 0, left: 0 }
}

function toMap(items: readonly RespValue[], size: number): Map<RespValue, RespValue> {
  const map = new Map<RespValue, RespValue>()
  for (let index = 0; index < size; index += 2) map.set(valueAt(items, index), valueAt(items, index + 1))
  return map
}

function valueAt(items: readonly RespValue[], index: number): RespValue {
  return items[index] ?? null
}
