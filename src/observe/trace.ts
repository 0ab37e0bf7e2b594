/** What a span says of itself. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>

/** By what one span is linked from another: the tracer that made it knows. */
export interface SpanContextLike {
  readonly traceId: string
  readonly spanId: string
  readonly traceFlags: number
}

/** What is needed of a span of `@opentelemetry/api`. */
export interface SpanLike {
  spanContext(): SpanContextLike
  setAttributes(attributes: SpanAttributes): unknown
  addEvent(name: string, attributes: SpanAttributes, time: Date): unknown
  setStatus(status: { readonly code: number; readonly message?: string }): unknown
  end(time: Date): void
}

/** How a span begins. */
export interface SpanOptionsLike {
  startTime: Date
  attributes: SpanAttributes
  root?: boolean
  links?: { readonly context: SpanContextLike }[]
}

/** A context of `@opentelemetry/api`. */
export interface ContextLike {
  getValue(key: symbol): unknown
  setValue(key: symbol, value: unknown): ContextLike
  deleteValue(key: symbol): ContextLike
}

/** What is needed of a tracer of `@opentelemetry/api`. Without a context a span belongs to what is active. */
export interface TracerLike {
  startSpan(name: string, options: SpanOptionsLike, context?: ContextLike): SpanLike
}

/** What is needed of `trace` of `@opentelemetry/api`. */
export interface TraceLike {
  getTracer(name: string): TracerLike
  /** The context in which a span is the parent of others. */
  setSpan(context: ContextLike, span: SpanLike): ContextLike
}

/** `SpanStatusCode.ERROR` of `@opentelemetry/api`. */
export const STATUS_ERROR = 2
