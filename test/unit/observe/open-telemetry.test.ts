import { describe, expect, it, onTestFinished } from 'vitest'
import { CONFIGURED } from '../../../src/core/decide/route.js'
import { createOpenTelemetry, MEASURE_NAMES, MEASURES, type MeasureName } from '../../../src/observe/index.js'
import { createMeterProvider, createTracerProvider } from '../../support/exporters.js'
import { createObserved, ENDED, eventOf } from './events.js'

/** The status of a span by its number in `@opentelemetry/api`. */
const STATUS = { unset: 0, error: 2 } as const

function createMeter() {
  const { metrics, read } = createMeterProvider()
  const sumsOf = async (name: MeasureName): Promise<readonly unknown[]> =>
    (await read()).points(name).map(({ sum, attributes }) => [sum, attributes])
  return { metrics, read, sumsOf }
}

function createTracer() {
  const { trace, spans, flush } = createTracerProvider()
  onTestFinished(flush)
  return { trace, spans }
}

describe('the meter', () => {
  it('has every measure once something was measured, with its unit, and is called redis-hitless', async () => {
    const { metrics, read, sumsOf } = createMeter()
    const client = createObserved()
    createOpenTelemetry({ metrics }).observe(client)
    client.tell(eventOf('handoff:started', { reason: 'moving', to: CONFIGURED, graceMs: 5 }))
    client.tell(eventOf('handoff:completed', { ...ENDED, pausedMs: 2, drained: true }))
    const { scopes, units } = await read()
    expect(scopes).toEqual(['redis-hitless'])
    expect(Object.keys(units)).toContain('redis_hitless.ready')
    for (const [name, unit] of Object.entries(units)) expect(unit).toBe(MEASURES[name as MeasureName].unit)
    expect(await sumsOf('redis_hitless.handoff.duration')).toEqual([[0.25, { reason: 'moving', outcome: 'completed' }]])
    expect(await sumsOf('redis_hitless.held.duration')).toEqual([[0.002, { cause: 'handoff' }]])
    expect(await sumsOf('redis_hitless.handoff.active')).toEqual([[0, { reason: 'moving' }]])
  })

  it('reads the status of clients: as one where they have no name, by name where they have', async () => {
    const { metrics, sumsOf } = createMeter()
    const telemetry = createOpenTelemetry({ metrics })
    telemetry.observe(createObserved())
    const off = telemetry.observe(createObserved({ availability: { state: 'unavailable' }, waitingCommands: 1 }))
    telemetry.observe(createObserved({ waiting: 9 }), { name: 'jobs' })
    expect(await sumsOf('redis_hitless.available')).toEqual([
      [0, {}],
      [1, { client: 'jobs' }],
    ])
    expect(await sumsOf('redis_hitless.commands.waiting')).toEqual([
      [4, {}],
      [9, { client: 'jobs' }],
    ])
    expect(await sumsOf('redis_hitless.handoffs.queued')).toEqual([
      [4, {}],
      [4, { client: 'jobs' }],
    ])
    off()
    expect(await sumsOf('redis_hitless.commands.waiting')).toContainEqual([3, {}])
  })

  it('describes each measure', () => {
    const told = MEASURE_NAMES.map(name => MEASURES[name].description)
    expect(new Set(told).size).toBe(MEASURE_NAMES.length)
  })
})

describe('a hand-off', () => {
  it('is one span, from its beginning to its end, with what happened in between', () => {
    const { spans, trace } = createTracer()
    const client = createObserved()
    createOpenTelemetry({ trace }).observe(client, { name: 'jobs' })
    client.tell(eventOf('handoff:started', { reason: 'moving', to: CONFIGURED, graceMs: 5_000 }, { at: 1_000 }))
    const failure = {
      reason: 'moving',
      to: CONFIGURED,
      error: new Error('refused'),
      durationMs: 1,
      attempts: 1,
      steps: [],
    } as const
    client.tell(eventOf('handoff:failed', { ...failure, followedBy: 'retry' }, { at: 1_100 }))
    client.tell(eventOf('timeouts:restored', {}, { at: 1_150 }))
    client.tell(eventOf('handoff:completed', { ...ENDED, pausedMs: 5, drained: true }, { at: 1_250 }))
    const span = spans().find(({ name }) => name === 'redis-hitless handoff')
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
      status: { code: STATUS.unset },
    })
    expect(span?.events.map(({ name, time }) => [name, time])).toEqual([['attempt-failed', [1, 100_000_000]]])
    const steps = spans().filter(({ parentSpanContext }) => parentSpanContext?.spanId === span?.spanContext().spanId)
    expect(steps.map(({ name, startTime, endTime }) => [name, startTime, endTime])).toEqual([
      ['redis-hitless handoff waiting', [1, 0], [1, 100_000_000]],
      ['redis-hitless handoff preparing', [1, 100_000_000], [1, 245_000_000]],
      ['redis-hitless handoff fencing', [1, 245_000_000], [1, 250_000_000]],
    ])
    expect(spans()).toHaveLength(4)
  })

  it('that failed is a span that failed', () => {
    const { spans, trace } = createTracer()
    const client = createObserved()
    createOpenTelemetry({ trace }).observe(client)
    const to = { type: 'endpoint', endpoint: { host: 'b', port: 6379 } } as const
    client.tell(eventOf('handoff:started', { reason: 'moving', to, graceMs: 5_000 }))
    client.tell(eventOf('handoff:failed', { ...ENDED, to, error: new Error('refused'), followedBy: 'nothing' }))
    expect(spans().filter(({ name }) => name === 'redis-hitless handoff')).toMatchObject([
      {
        attributes: {
          'server.address': 'b',
          'server.port': 6379,
          'redis_hitless.to': 'b:6379',
          'redis_hitless.outcome': 'failed',
        },
        status: { code: STATUS.error, message: 'refused' },
      },
    ])
  })

  it('that goes on when nobody observes it any more ends then', () => {
    const { spans, trace } = createTracer()
    const client = createObserved()
    const off = createOpenTelemetry({ trace }).observe(client)
    client.tell(eventOf('handoff:started', { reason: 'age', to: CONFIGURED, graceMs: 5_000 }))
    client.tell(eventOf('timeouts:restored', {}, { at: 40 }))
    off()
    expect(spans()).toMatchObject([{ endTime: [0, 40_000_000] }])
  })
})

describe('a command that waits', () => {
  const wait = { at: 1_050, link: 1, pool: undefined, node: 'a:6379', cause: 'handoff', handoffId: '1.1' } as const

  it('is a span that is linked to the hand-off that it waits for, which counts it', () => {
    const { spans, trace } = createTracer()
    const client = createObserved()
    createOpenTelemetry({ trace }).observe(client, { name: 'jobs' })
    client.tell(eventOf('handoff:started', { reason: 'moving', to: CONFIGURED, graceMs: 5_000 }, { at: 1_000 }))
    const [end] = client.wait(wait)
    end?.({ at: 1_060, error: undefined })
    client.tell(eventOf('handoff:completed', { ...ENDED, pausedMs: 5, drained: true }, { at: 1_250 }))
    const handoff = spans().find(({ name }) => name === 'redis-hitless handoff')
    expect(handoff?.attributes['redis_hitless.commands_waited']).toBe(1)
    expect(spans()[0]).toMatchObject({
      name: 'redis-hitless wait',
      startTime: [1, 50_000_000],
      endTime: [1, 60_000_000],
      attributes: {
        client: 'jobs',
        'redis_hitless.cause': 'handoff',
        'redis_hitless.handoff.id': '1.1',
        'redis_hitless.node': 'a:6379',
      },
      links: [{ context: { spanId: handoff?.spanContext().spanId } }],
      status: { code: STATUS.unset },
    })
  })

  it('and fails is a span that failed; without a hand-off it is linked to none', () => {
    const { spans, trace } = createTracer()
    const client = createObserved()
    createOpenTelemetry({ trace }).observe(client)
    const [end] = client.wait({ ...wait, node: undefined, cause: 'no-connection', handoffId: undefined })
    end?.({ at: 2_000, error: new Error('too late') })
    expect(spans()).toMatchObject([{ links: [], status: { code: STATUS.error, message: 'too late' } }])
    expect(Object.keys(spans()[0]?.attributes ?? {}).sort()).toEqual(['db.system.name', 'redis_hitless.cause'])
  })

  it('when nobody observes it any more is a span that ends then, once', () => {
    const { spans, trace } = createTracer()
    const client = createObserved()
    const off = createOpenTelemetry({ trace }).observe(client)
    const [end] = client.wait(wait)
    off()
    end?.({ at: 9_000, error: undefined })
    expect(spans()).toMatchObject([{ endTime: [1, 50_000_000] }])
    expect(client.wait(wait)).toEqual([])
  })
})
