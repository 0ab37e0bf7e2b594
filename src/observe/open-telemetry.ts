import type { MaintEvent } from '../core/events/maint-events.js'
import { HandoffSpans } from './handoff-spans.js'
import { measure } from './measurements.js'
import { type Attributes, type Instruments, MEASURE_NAMES, MEASURES, type MeasureName, SECONDS } from './measures.js'
import type { Naming, ObservedClient, Observer } from './observed.js'
import { Readings } from './readings.js'
import type { TraceLike } from './trace.js'

interface InstrumentOptions {
  readonly unit: string
  readonly description: string
  readonly advice?: { readonly explicitBucketBoundaries: number[] }
}

type Callback = (result: { observe(value: number, attributes?: Attributes): void }) => void

interface Observable {
  addCallback(callback: Callback): void
}

/** What is needed of a meter of `@opentelemetry/api`. */
export interface MeterLike {
  createCounter(name: string, options: InstrumentOptions): { add(value: number, attributes?: Attributes): void }
  createUpDownCounter(name: string, options: InstrumentOptions): { add(value: number, attributes?: Attributes): void }
  createHistogram(name: string, options: InstrumentOptions): { record(value: number, attributes?: Attributes): void }
  createObservableGauge(name: string, options: InstrumentOptions): Observable
  createObservableCounter(name: string, options: InstrumentOptions): Observable
}

/** What is needed of `@opentelemetry/api`: pass its `metrics`, its `trace`, or both. */
export interface OpenTelemetryParts {
  /** Where instruments are made. Default: nothing is measured. */
  readonly metrics?: { getMeter(name: string): MeterLike }
  /** Where spans are made. Default: nothing is traced. */
  readonly trace?: TraceLike
}

/** The name of our meter and of our tracer. */
const SCOPE = 'redis-hitless'

/**
 * Measures clients by a meter, and traces their hand-offs and what waits for them, each named `redis-hitless`.
 *
 * @example
 * ```ts
 * import { metrics, trace } from '@opentelemetry/api'
 *
 * const telemetry = createOpenTelemetry({ metrics, trace })
 * telemetry.observe(client, { name: 'sessions' })
 * ```
 */
export function createOpenTelemetry({ metrics, trace }: OpenTelemetryParts): Observer {
  const instruments = metrics && createInstruments(metrics.getMeter(SCOPE))
  return {
    observe(client, naming) {
      const ends: readonly (() => void)[] = [
        ...(instruments ? [measure(client, instruments, naming)] : []),
        ...(trace ? [traceHandoffs(client, trace, naming)] : []),
      ]
      return () => {
        for (const end of ends) end()
      }
    },
  }
}

function traceHandoffs({ maint }: ObservedClient, trace: TraceLike, naming?: Naming): () => void {
  const spans = new HandoffSpans(trace, SCOPE, naming)
  const offs = [maint.onAny((event: MaintEvent) => spans.take(event)), maint.onWait(spans.wait)]
  return () => {
    for (const off of offs) off()
    spans.end()
  }
}

function createInstruments(meter: MeterLike): Instruments {
  const adders = new Map<MeasureName, { add(value: number, attributes?: Attributes): void }>()
  const histograms = new Map<MeasureName, { record(value: number, attributes?: Attributes): void }>()
  const readings = new Readings()
  for (const name of MEASURE_NAMES) {
    const { kind, unit, description } = MEASURES[name]
    const options = { unit, description }
    if (kind === 'counter') adders.set(name, meter.createCounter(name, options))
    else if (kind === 'up-down') adders.set(name, meter.createUpDownCounter(name, options))
    else if (kind === 'histogram')
      histograms.set(
        name,
        meter.createHistogram(name, { ...options, advice: { explicitBucketBoundaries: [...SECONDS] } }),
      )
    else {
      const observable =
        kind === 'gauge' ? meter.createObservableGauge(name, options) : meter.createObservableCounter(name, options)
      observable.addCallback(result => {
        for (const { value, attributes } of readings.of(name)) result.observe(value, attributes)
      })
    }
  }
  return {
    add: (name, value, attributes) => adders.get(name)?.add(value, attributes),
    sample: (name, seconds, attributes) => histograms.get(name)?.record(seconds, attributes),
    read: read => readings.add(read),
  }
}
