import { MAX_COLLECTION_SIZE, type ResolvedWireLimits } from './limits.js'
import { BYTE, countFrames } from './type-byte.js'
import { RespAttributed, RespPush, type RespValue } from './value.js'
import { createWireError } from './wire-error.js'

interface OpenAggregate {
  readonly type: number
  readonly items: RespValue[]
  /** How many frames are missing. */
  left: number
  readonly outer: OpenAggregate | undefined
  readonly depth: number
}

/** Puts values together: scalars into the aggregates that wait for them, complete aggregates into outer ones. */
export class ValueStack {
  readonly #limits: ResolvedWireLimits
  readonly #keepAttributes: boolean
  #top: OpenAggregate | undefined
  #completed: RespValue[] = []

  /** @param keepAttributes - Whether attributes become values; otherwise only what they describe does. */
  constructor(limits: ResolvedWireLimits, keepAttributes: boolean) {
    this.#limits = limits
    this.#keepAttributes = keepAttributes
  }

  /** How many top-level values are complete and not taken. */
  get ready(): number {
    return this.#completed.length
  }

  /** Whether a push may come now: at top level, also behind attributes. */
  get acceptsPush(): boolean {
    let open = this.#top
    while (open !== undefined && open.type === BYTE.attribute && open.left === 1) open = open.outer
    return open === undefined
  }

  /** Hands the complete top-level values over, oldest first. */
  take(): RespValue[] {
    const values = this.#completed
    this.#completed = []
    return values
  }

  /** Adds a complete value where it belongs. */
  accept(value: RespValue): void {
    let done = value
    for (let top = this.#top; top !== undefined; top = this.#top) {
      top.items.push(done)
      top.left -= 1
      if (top.left > 0) return
      this.#top = top.outer
      done = this.#close(top.type, top.items)
    }
    this.#completed.push(done)
  }

  /**
   * Opens an aggregate.
   *
   * @param length - What its header says.
   * @param offset - Where its type byte stands in the stream.
   * @throws HitlessError `WIRE_LIMIT` if it is too large or too deep.
   */
  open(type: number, length: number, offset: number): void {
    const depth = (this.#top?.depth ?? 0) + 1
    const count = countFrames(type, length)
    if (depth > this.#limits.maxDepth) throw createWireError('WIRE_LIMIT', 'Aggregates are nested too deep', offset)
    if (count > this.#limits.maxElements || (type !== BYTE.array && length > MAX_COLLECTION_SIZE)) {
      throw createWireError('WIRE_LIMIT', `An aggregate of ${length} is too large`, offset)
    }
    if (count === 0) this.accept(this.#close(type, []))
    else this.#top = { type, items: [], left: count, outer: this.#top, depth }
  }

  #close(type: number, items: RespValue[]): RespValue {
    switch (type) {
      case BYTE.array:
        return items
      case BYTE.push:
        return new RespPush(items)
      case BYTE.set:
        return new Set(items)
      case BYTE.map:
        return toMap(items, items.length)
      default:
        return this.#closeAttribute(items)
    }
  }

  #closeAttribute(items: readonly RespValue[]): RespValue {
    const value = items[items.length - 1] ?? null
    return this.#keepAttributes ? new RespAttributed(toMap(items, items.length - 1), value) : value
  }
}

function toMap(items: readonly RespValue[], size: number): Map<RespValue, RespValue> {
  const map = new Map<RespValue, RespValue>()
  for (let index = 0; index < size; index += 2) map.set(items[index] ?? null, items[index + 1] ?? null)
  return map
}
