import { createRequire } from 'node:module'
import { createClient as createPlainClient, OpenTelemetry } from '@redis/client'
import { createClient as createHitlessClient } from '../../adapters/node-redis/drop-in/hitless-client.js'
import {
  createLogging,
  createOpenTelemetry,
  type ObservedClient,
  type OpenTelemetryParts,
} from '../../observe/index.js'
import { type Comparison, inWaves } from './hot-path.js'
import { connectContestant } from './node-redis-hot-path.js'

/** What observing costs: nothing on the way of a command, as events are made when something happens. */
const UNCHANGED = { atLeast: 0.99 } as const

/**
 * What it costs to observe a client over `@redis/client`. The host's own metrics cannot be switched off again: nothing is to be
 * measured afterwards.
 */
export const OBSERVED_COMPARISONS: readonly Comparison[] = [
  {
    open: [
      async url => {
        const client = createHitlessClient({ url })
        observe(client)
        return connectContestant(client, inWaves)
      },
      url => connectContestant(createHitlessClient({ url }), inWaves),
    ],
    share: 1,
    rows: [
      { name: 'observed: throughput, against ours with nobody listening', measure: 'throughput', target: UNCHANGED },
      { name: 'observed: processor time, against ours with nobody listening', measure: 'cpu', target: null },
    ],
  },
  {
    open: [
      async url => {
        measureHosts()
        const client = createHitlessClient({ url })
        observe(client)
        return connectContestant(client, inWaves)
      },
      url => connectContestant(createPlainClient({ url }), inWaves),
    ],
    share: 1,
    rows: [
      { name: 'observed: throughput, OpenTelemetry of both on', measure: 'throughput', target: { atLeast: 0.95 } },
      { name: 'observed: processor time, OpenTelemetry of both on', measure: 'cpu', target: null },
    ],
  },
]

/** What is needed of OpenTelemetry's SDK. */
interface Sdk {
  readonly MeterProvider: new (options: { readonly readers: readonly object[] }) => object
  readonly MetricReader: abstract new () => object
}

const load = createRequire(import.meta.url)

/** Everything that observes: logs that nobody reads, metrics and traces. */
function observe(client: ObservedClient): void {
  const { metrics, trace } = load('@opentelemetry/api') as Required<OpenTelemetryParts>
  const silent = { debug() {}, info() {}, warn() {}, error() {} }
  createOpenTelemetry({ metrics, trace }).observe(client, { name: 'bench' })
  createLogging(silent).observe(client, { name: 'bench' })
}

let areMeasured = false

/** Switches the host's own metrics on, all of them, for both sides. */
function measureHosts(): void {
  if (areMeasured) return
  areMeasured = true
  const enabledMetricGroups = ['command', 'connection-basic', 'connection-advanced', 'resiliency', 'pubsub'] as const
  OpenTelemetry.init({ metrics: { enabled: true, enabledMetricGroups: [...enabledMetricGroups], ...provider() } })
}

/** Where OpenTelemetry's SDK is installed, its meters count; otherwise the host's own part is all that is measured. */
function provider(): object {
  try {
    const { MeterProvider, MetricReader } = load('@opentelemetry/sdk-metrics') as Sdk
    // Nobody collects what is counted, and no timer is started for that.
    class Reader extends MetricReader {
      async onForceFlush(): Promise<void> {}
      async onShutdown(): Promise<void> {}
    }
    return { meterProvider: new MeterProvider({ readers: [new Reader()] }) }
  } catch {
    return {}
  }
}
