import { describe, expect, it, onTestFinished } from 'vitest'
import { CONFIGURED } from '../../../src/core/decide/route.js'
import { createPrometheus, MEASURE_NAMES, prometheusNameOf } from '../../../src/observe/index.js'
import { loadPrometheus } from '../../support/exporters.js'
import { createObserved, ENDED, eventOf } from './events.js'

const prometheus = loadPrometheus()
const { Registry } = prometheus

describe('the metrics of prom-client', () => {
  it('have the names that OpenTelemetry gives them', async () => {
    const register = new Registry()
    createPrometheus(prometheus, { register }).observe(createObserved())
    const names = register.getMetricsAsArray().map(({ name }) => name)
    expect(names.sort()).toEqual(MEASURE_NAMES.map(prometheusNameOf).sort())
    expect(names).toContain('redis_hitless_handoff_duration_seconds')
    expect(names).toContain('redis_hitless_notifications_total')
    expect(names).toContain('redis_hitless_dials_limited_total')
    expect(names).toContain('redis_hitless_handoff_active')
  })

  it('have the numbers', async () => {
    const register = new Registry()
    const client = createObserved()
    createPrometheus(prometheus, { register }).observe(client, { name: 'jobs' })
    client.tell(eventOf('handoff:started', { reason: 'moving', to: CONFIGURED, graceMs: 5 }))
    client.tell(eventOf('handoff:completed', { ...ENDED, pausedMs: 2, drained: true }))
    const lines = (await register.metrics()).split('\n')
    expect(lines).toContain(
      'redis_hitless_handoff_duration_seconds_count{client="jobs",reason="moving",outcome="completed"} 1',
    )
    expect(lines).toContain(
      'redis_hitless_handoff_duration_seconds_sum{client="jobs",reason="moving",outcome="completed"} 0.25',
    )
    expect(lines).toContain('redis_hitless_dials_limited_total{client="jobs",limit="per-second"} 2')
    expect(lines).toContain('redis_hitless_breakers{client="jobs",state="open"} 1')
    expect(await register.metrics()).toContain('redis_hitless_dials_limited_total{client="jobs",limit="per-second"} 2')
  })

  it('are registered once in a registry, however many clients are observed', async () => {
    const register = new Registry()
    for (const name of ['a', 'b']) createPrometheus(prometheus, { register }).observe(createObserved(), { name })
    const lines = (await register.metrics()).split('\n')
    expect(lines).toContain('redis_hitless_ready{client="a"} 1')
    expect(lines).toContain('redis_hitless_ready{client="b"} 1')
  })

  it('go to the registry of the module where no other is given', async () => {
    onTestFinished(() => prometheus.register.clear())
    createPrometheus(prometheus).observe(createObserved())
    expect(await prometheus.register.metrics()).toContain('redis_hitless_ready 1')
  })
})
