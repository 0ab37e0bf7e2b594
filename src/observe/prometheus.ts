import { measure } from './measurements.js'
import {
  type Attributes,
  CLIENT_ATTRIBUTE,
  type Instruments,
  MEASURE_NAMES,
  MEASURES,
  type MeasureName,
  SECONDS,
} from './measures.js'
import type { Observer } from './observed.js'
import { Readings } from './readings.js'

interface Config {
  readonly name: string
  readonly help: string
  readonly labelNames: string[]
  readonly registers: never[]
  readonly buckets?: number[]
  collect?(): void
}

interface CounterLike {
  inc(labels: Attributes, value: number): void
  reset(): void
}

interface GaugeLike extends CounterLike {
  set(labels: Attributes, value: number): void
}

/** What is needed of `prom-client`: pass the module. */
export interface PrometheusLike {
  readonly register: object
  readonly Counter: new (config: Config) => CounterLike
  readonly Gauge: new (config: Config) => GaugeLike
  readonly Histogram: new (config: Config) => { observe(labels: Attributes, value: number): void }
}

/** Where metrics are registered. */
export interface PrometheusOptions {
  /** Default: the registry of the module. */
  readonly register?: object | undefined
}

/** A registry has each metric once, for all clients. */
const known = new WeakMap<object, Instruments>()

/**
 * Measures clients by metrics of `prom-client`: the same as by OpenTelemetry, under the names that Prometheus uses.
 *
 * @example
 * ```ts
 * import prometheus from 'prom-client'
 *
 * createPrometheus(prometheus).observe(client, { name: 'sessions' })
 * ```
 */
export function createPrometheus(
  module: PrometheusLike,
  { register = module.register }: PrometheusOptions = {},
): Observer {
  const instruments = known.get(register) ?? createInstruments(module, register)
  known.set(register, instruments)
  return { observe: (client, naming) => measure(client, instruments, naming) }
}

/** What Prometheus calls a measure: by the rules of OpenTelemetry. */
export function prometheusNameOf(name: MeasureName): string {
  const { kind, unit } = MEASURES[name]
  const base = name.replaceAll('.', '_') + (unit === 's' ? '_seconds' : '')
  return kind === 'counter' || kind === 'read-counter' ? `${base}_total` : base
}

function createInstruments({ Counter, Gauge, Histogram }: PrometheusLike, register: object): Instruments {
  const adders = new Map<MeasureName, CounterLike>()
  const histograms = new Map<MeasureName, { observe(labels: Attributes, value: number): void }>()
  const readings = new Readings()
  for (const name of MEASURE_NAMES) {
    const { kind } = MEASURES[name]
    const config = configOf(name, register)
    if (kind === 'counter') adders.set(name, new Counter(config))
    else if (kind === 'up-down') adders.set(name, new Gauge(config))
    else if (kind === 'histogram') histograms.set(name, new Histogram({ ...config, buckets: [...SECONDS] }))
    else if (kind === 'gauge') {
      const gauge: GaugeLike = new Gauge({ ...config, collect: () => collect(gauge, name, gauge.set.bind(gauge)) })
    } else {
      const counter: CounterLike = new Counter({
        ...config,
        collect: () => collect(counter, name, counter.inc.bind(counter)),
      })
    }
  }
  const collect = (
    metric: { reset(): void },
    name: MeasureName,
    put: (labels: Attributes, value: number) => void,
  ): void => {
    metric.reset()
    for (const { value, attributes } of readings.of(name)) put(attributes, value)
  }
  return {
    add: (name, value, attributes) => adders.get(name)?.inc(attributes, value),
    sample: (name, seconds, attributes) => histograms.get(name)?.observe(attributes, seconds),
    read: read => readings.add(read),
  }
}

function configOf(name: MeasureName, register: object): Config {
  const { description, attributes } = MEASURES[name]
  return {
    name: prometheusNameOf(name),
    help: description,
    labelNames: [CLIENT_ATTRIBUTE, ...attributes],
    // The registry is one of the module.
    registers: [register as never],
  }
}
