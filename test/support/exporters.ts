import { createRequire } from 'node:module'
import type { MeterLike, PrometheusLike, TraceLike, TracerLike } from '../../src/observe/index.js'

// They are loaded when a test asks for them, so that everything else compiles and runs where they are not installed. That
// their own types fit is shown by the examples of spec/observability.md, which are compiled.
const load = createRequire(import.meta.url)

/** One value of a metric, with what tells it from the others. */
export interface Point {
  /** Of a histogram how often it was sampled, of anything else the value. */
  readonly count: number
  readonly sum: number
  readonly attributes: Readonly<Record<string, string>>
}

/** What a meter has measured. */
export interface Measured {
  readonly scopes: readonly string[]
  readonly units: Readonly<Record<string, string>>
  points(name: string): readonly Point[]
}

/** A span that has ended. Times are in seconds and nanoseconds. */
export interface EndedSpan {
  readonly name: string
  readonly startTime: readonly [number, number]
  readonly endTime: readonly [number, number]
  readonly attributes: Readonly<Record<string, unknown>>
  readonly events: readonly { readonly name: string; readonly time: readonly [number, number] }[]
  readonly status: { readonly code: number; readonly message?: string }
  readonly parentSpanContext?: { readonly spanId: string }
  readonly links: readonly { readonly context: { readonly spanId: string } }[]
  spanContext(): { readonly spanId: string; readonly traceId: string }
}

/** The durations of a span, in milliseconds. */
export function msOf({ startTime, endTime }: EndedSpan): number {
  return (endTime[0] - startTime[0]) * 1_000 + (endTime[1] - startTime[1]) / 1e6
}

interface CollectedMetric {
  readonly descriptor: { readonly name: string; readonly unit: string }
  readonly dataPoints: readonly {
    readonly value: number | { readonly count: number; readonly sum: number }
    readonly attributes: Readonly<Record<string, string>>
  }[]
}

interface Collected {
  readonly resourceMetrics: {
    readonly scopeMetrics: readonly {
      readonly scope: { readonly name: string }
      readonly metrics: readonly CollectedMetric[]
    }[]
  }
}

interface SdkMetrics {
  readonly MeterProvider: new (options: { readers: unknown[] }) => { getMeter(name: string): MeterLike }
  readonly MetricReader: abstract new () => { collect(): Promise<Collected> }
}

interface SdkTrace {
  readonly BasicTracerProvider: new (options: {
    spanProcessors: unknown[]
  }) => { getTracer(name: string): TracerLike; forceFlush(): Promise<void> }
  readonly InMemorySpanExporter: new () => { getFinishedSpans(): readonly EndedSpan[] }
  readonly SimpleSpanProcessor: new (exporter: unknown) => unknown
}

/** A registry of Prometheus. */
export interface Register {
  metrics(): Promise<string>
  getMetricsAsArray(): readonly { readonly name: string }[]
  getMetricsAsJSON(): Promise<
    readonly {
      readonly name: string
      readonly values: readonly {
        readonly metricName?: string
        readonly value: number
        readonly labels: Readonly<Record<string, string>>
      }[]
    }[]
  >
  clear(): void
}

/** The module of `prom-client`. */
export type Prometheus = PrometheusLike & { readonly register: Register; readonly Registry: new () => Register }

/** A package that makes spans of what a client does. */
export interface Instrumentation {
  disable(): void
  setTracerProvider(provider: { getTracer(name: string): TracerLike }): void
}

/** Switches such a package on. */
export function loadInstrumentation(
  name: '@opentelemetry/instrumentation-redis' | '@opentelemetry/instrumentation-ioredis',
  trace: TraceLike,
): Instrumentation {
  const { RedisInstrumentation, IORedisInstrumentation } = load(name) as Readonly<
    Record<string, new (options: object) => Instrumentation>
  >
  const Made = RedisInstrumentation ?? IORedisInstrumentation
  if (Made === undefined) throw new Error(`There is no instrumentation in ${name}`)
  const instrumentation = new Made({ requireParentSpan: false })
  instrumentation.setTracerProvider(trace)
  return instrumentation
}

export function loadPrometheus(): Prometheus {
  return load('prom-client') as Prometheus
}

/** A meter provider of OpenTelemetry's SDK, and what reads it. */
export function createMeterProvider(): {
  readonly metrics: { getMeter(name: string): MeterLike }
  readonly read: () => Promise<Measured>
} {
  const { MeterProvider, MetricReader } = load('@opentelemetry/sdk-metrics') as SdkMetrics
  class Reader extends MetricReader {
    async onForceFlush(): Promise<void> {}
    async onShutdown(): Promise<void> {}
  }
  const reader = new Reader()
  return { metrics: new MeterProvider({ readers: [reader] }), read: async () => measuredOf(await reader.collect()) }
}

function measuredOf({ resourceMetrics }: Collected): Measured {
  const metrics = resourceMetrics.scopeMetrics.flatMap(({ metrics: own }) => own)
  return {
    scopes: resourceMetrics.scopeMetrics.map(({ scope }) => scope.name),
    units: Object.fromEntries(metrics.map(({ descriptor }) => [descriptor.name, descriptor.unit])),
    points: name =>
      metrics
        .filter(({ descriptor }) => descriptor.name === name)
        .flatMap(({ dataPoints }) =>
          dataPoints.map(({ value, attributes }) =>
            typeof value === 'number'
              ? { count: value, sum: value, attributes }
              : { count: value.count, sum: value.sum, attributes },
          ),
        ),
  }
}

/** A tracer provider of OpenTelemetry's SDK, and the spans that have ended. */
export function createTracerProvider(): {
  readonly trace: TraceLike
  readonly spans: () => readonly EndedSpan[]
  /** Resolves once the exporter, which does so a turn later, has told that it has taken the spans. */
  readonly flush: () => Promise<void>
} {
  const { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } = load(
    '@opentelemetry/sdk-trace-base',
  ) as SdkTrace
  const exporter = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  const { trace: api } = load('@opentelemetry/api') as { readonly trace: TraceLike }
  const trace: TraceLike = {
    getTracer: name => provider.getTracer(name),
    setSpan: (context, span) => api.setSpan(context, span),
  }
  return { trace, spans: () => exporter.getFinishedSpans(), flush: () => provider.forceFlush() }
}
