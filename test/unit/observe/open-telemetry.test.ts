import { SpanStatusCode } from '@opentelemetry/api'
import { DataPointType, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { describe, expect, it } from 'vitest'
import { CONFIGURED } from '../../../src/core/decide/route.js'
import { createOpenTelemetry, MEASURE_NAMES, MEASURES } from '../../../src/observe/index.js'
import { createObserved, ENDED, eventOf } from './events.js'

/** Reads what was measured when it is asked to. */
class Reader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}

  async read() {
    const { resourceMetrics } = await this.collect()
    const scopes = resourceMetrics.scopeMetrics
    const metrics = scopes.flatMap(({ metrics: own }) => own)
    const valuesOf = (name: string): readonly unknown[] =>
      metrics
        .filter(({ descriptor }) => descriptor.name === name)
        .flatMap(({ dataPointType, dataPoints }) =>
          dataPoints.map(({ value, attributes }) => [
            dataPointType === DataPointType.HISTOGRAM ? (value as { sum: number; count: number }).sum : value,
            attributes,
          ]),
        )
    return { scopes: scopes.map(({ scope }) => scope.name), metrics, valuesOf }
  }
}

function createMeter() {
  const reader = new Reader()
  return { reader, metrics: new MeterProvider({ readers: [reader] }) }
}

function createTracer() {
  const exporter = new InMemorySpanExporter()
  return { exporter, trace: new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }) }
}

describe('the meter', () => {
  it('has every measure once something was measured, with its unit, and is called redis-hitless', async () => {
    const { reader, metrics } = createMeter()
    const client = createObserved()
    createOpenTelemetry({ metrics }).observe(client)
    client.tell(eventOf('handoff:started', { reason: 'moving', to: CONFIGURED, graceMs: 5 }))
    client.tell(eventOf('handoff:completed', { ...ENDED, pausedMs: 2, drained: true }))
    const { scopes, metrics: read, valuesOf } = await reader.read()
    expect(scopes).toEqual(['redis-hitless'])
    const known = Object.fromEntries(read.map(({ descriptor }) => [descriptor.name, descriptor.unit]))
    for (const [name, unit] of Object.entries(known)) expect(unit).toBe(MEASURES[name as keyof typeof MEASURES].unit)
    expect(valuesOf('redis_hitless.handoff.duration')).toEqual([[0.25, { reason: 'moving', outcome: 'completed' }]])
    expect(valuesOf('redis_hitless.held.duration')).toEqual([[0.002, { cause: 'handoff' }]])
    expect(valuesOf('redis_hitless.handoff.active')).toEqual([[0, { reason: 'moving' }]])
  })

  it('reads the status of clients: as one where they have no name, by name where they have', async () => {
    const { reader, metrics } = createMeter()
    const telemetry = createOpenTelemetry({ metrics })
    telemetry.observe(createObserved())
    const off = telemetry.observe(createObserved({ availability: { state: 'unavailable' }, waitingCommands: 1 }))
    telemetry.observe(createObserved({ waiting: 9 }), { name: 'jobs' })
    const { valuesOf } = await reader.read()
    expect(valuesOf('redis_hitless.available')).toEqual([
      [0, {}],
      [1, { client: 'jobs' }],
    ])
    expect(valuesOf('redis_hitless.commands.waiting')).toEqual([
      [4, {}],
      [9, { client: 'jobs' }],
    ])
    expect(valuesOf('redis_hitless.handoffs.queued')).toEqual([
      [4, {}],
      [4, { client: 'jobs' }],
    ])
    off()
    expect((await reader.read()).valuesOf('redis_hitless.commands.waiting')).toContainEqual([3, {}])
  })

  it('describes each measure', () => {
    const told = MEASURE_NAMES.map(name => MEASURES[name].description)
    expect(new Set(told).size).toBe(MEASURE_NAMES.length)
  })
})

describe('a hand-off', () => {
  it('is one span, from its beginning to its end, with what happened in between', () => {
    const { exporter, trace } = createTracer()
    const client = createObserved()
    createOpenTelemetry({ trace }).observe(client, { name: 'jobs' })
    client.tell(eventOf('handoff:started', { reason: 'moving', to: CONFIGURED, graceMs: 5_000 }, { at: 1_000 }))
    const failure = {
      reason: 'moving',
      to: CONFIGURED,
      error: new Error('refused'),
      durationMs: 1,
      attempts: 1,
    } as const
    client.tell(eventOf('handoff:failed', { ...failure, followedBy: 'retry' }, { at: 1_100 }))
    client.tell(eventOf('timeouts:restored', {}, { at: 1_150 }))
    client.tell(eventOf('handoff:completed', { ...ENDED, pausedMs: 5, drained: true }, { at: 1_250 }))
    const [span, ...others] = exporter.getFinishedSpans()
    expect(others).toEqual([])
    expect(span).toMatchObject({
      name: 'redis-hitless handoff',
      startTime: [1, 0],
      endTime: [1, 250_000_000],
      attributes: {
        client: 'jobs',
        'redis_hitless.handoff.id': '1.1',
        'redis_hitless.reason': 'moving',
        'redis_hitless.to': 'configured',
        'redis_hitless.outcome': 'completed',
        'redis_hitless.attempts': 2,
        'network.peer.address': '10.0.0.1',
      },
      status: { code: SpanStatusCode.UNSET },
    })
    expect(span?.events.map(({ name, time }) => [name, time])).toEqual([
      ['attempt-failed', [1, 100_000_000]],
      ['paused', [1, 245_000_000]],
    ])
  })

  it('that failed is a span that failed', () => {
    const { exporter, trace } = createTracer()
    const client = createObserved()
    createOpenTelemetry({ trace }).observe(client)
    const to = { type: 'endpoint', endpoint: { host: 'b', port: 6379 } } as const
    client.tell(eventOf('handoff:started', { reason: 'moving', to, graceMs: 5_000 }))
    client.tell(eventOf('handoff:failed', { ...ENDED, to, error: new Error('refused'), followedBy: 'nothing' }))
    expect(exporter.getFinishedSpans()).toMatchObject([
      {
        attributes: { 'redis_hitless.to': 'b:6379', 'redis_hitless.outcome': 'failed' },
        status: { code: SpanStatusCode.ERROR, message: 'refused' },
      },
    ])
  })

  it('that goes on when nobody observes it any more ends then', () => {
    const { exporter, trace } = createTracer()
    const client = createObserved()
    const off = createOpenTelemetry({ trace }).observe(client)
    client.tell(eventOf('handoff:started', { reason: 'age', to: CONFIGURED, graceMs: 5_000 }))
    client.tell(eventOf('timeouts:restored', {}, { at: 40 }))
    off()
    expect(exporter.getFinishedSpans()).toMatchObject([{ endTime: [0, 40_000_000] }])
  })
})
