export { createLogging, type LoggerLike, type LoggingOptions, type LogLevel } from './logging.js'
export { measure } from './measurements.js'
export {
  type Attributes,
  type Instruments,
  MEASURE_NAMES,
  MEASURES,
  type Measure,
  type MeasureKind,
  type MeasureName,
  type Reading,
} from './measures.js'
export { createMetricsHook, type HookCounts, type MetricsHook } from './metrics-hook.js'
export type { Naming, Observed, ObservedClient, Observer } from './observed.js'
export { createOpenTelemetry, type MeterLike, type OpenTelemetryParts } from './open-telemetry.js'
export { createPrometheus, type PrometheusLike, type PrometheusOptions, prometheusNameOf } from './prometheus.js'
export type {
  ContextLike,
  SpanAttributes,
  SpanContextLike,
  SpanLike,
  SpanOptionsLike,
  TraceLike,
  TracerLike,
} from './trace.js'
