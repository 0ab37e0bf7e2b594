import type { ContextLike } from './trace.js'

/** A context as that of `@opentelemetry/api`: nothing in it changes. */
class PlainContext implements ContextLike {
  readonly #values: ReadonlyMap<symbol, unknown>

  constructor(values: ReadonlyMap<symbol, unknown>) {
    this.#values = values
  }

  getValue(key: symbol): unknown {
    return this.#values.get(key)
  }

  setValue(key: symbol, value: unknown): ContextLike {
    return new PlainContext(new Map([...this.#values, [key, value]]))
  }

  deleteValue(key: symbol): ContextLike {
    return new PlainContext(new Map([...this.#values].filter(([name]) => name !== key)))
  }
}

/** The context of what belongs to no other span. */
export const NO_CONTEXT: ContextLike = new PlainContext(new Map())
