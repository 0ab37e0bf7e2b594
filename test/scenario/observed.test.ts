import { channel } from 'node:diagnostics_channel'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { CommandWait } from '../../src/core/events/command-wait.js'
import { endOf } from '../../src/core/events/handoff-follower.js'
import { MAINT_EVENT_NAMES, type MaintEvent } from '../../src/core/events/maint-events.js'
import type { HandoffEnd, NotificationOutcome } from '../../src/core/events/maint-hook.js'
import {
  createOpenTelemetry,
  createPrometheus,
  type MeasureName,
  type Observed,
  prometheusNameOf,
} from '../../src/observe/index.js'
import { runScenario, type Scenario } from '../../src/testing/index.js'
import {
  createMeterProvider,
  createTracerProvider,
  type EndedSpan,
  loadPrometheus,
  msOf,
  type Point,
  type Register,
} from '../support/exporters.js'
import { createObserved } from '../unit/observe/events.js'
import { readScenario, SCENARIO_FILES } from './scenario-files.js'

/** What everybody was told who listened to a client, in order. */
interface Told {
  readonly events: readonly MaintEvent[]
  readonly published: readonly MaintEvent[]
  readonly asked: readonly string[]
  readonly outcomes: readonly (readonly [type: string, outcome: NotificationOutcome])[]
  readonly ends: readonly HandoffEnd[]
}

/** Plays a scenario before all listeners that there are. */
async function listenTo(scenario: Scenario): Promise<Told> {
  const events: MaintEvent[] = []
  const published: MaintEvent[] = []
  const asked: string[] = []
  const outcomes: [string, NotificationOutcome][] = []
  const ends: HandoffEnd[] = []
  for (const name of MAINT_EVENT_NAMES) {
    const listener = (payload: unknown): void => void published.push({ name, payload } as MaintEvent)
    channel(`redis-hitless:${name}`).subscribe(listener)
    onTestFinished(() => void channel(`redis-hitless:${name}`).unsubscribe(listener))
  }
  const { problems } = await runScenario(scenario, {
    watch: maint => {
      maint.onAny(event => events.push(event))
      maint.use({
        before: ({ type }) => void asked.push(type),
        after: ({ type }, outcome) => outcomes.push([type, outcome]),
        handoffEnded: (_, end) => ends.push(end),
      })
    },
  })
  expect(problems).toEqual([])
  return { events, published, asked, outcomes, ends }
}

const prometheus = loadPrometheus()
const scenarios = SCENARIO_FILES.map(readScenario)

/** Of a pool and of a cluster, hooks are asked once for all connections. */
const ofClients = scenarios.filter(({ pool, cluster }) => pool === undefined && cluster === undefined)

describe('what hooks, listeners and channels are told of a scenario agrees', () => {
  test.each(scenarios.map(scenario => [scenario.title, scenario] as const))('%s', async (_, scenario) => {
    const { events, published, outcomes, ends } = await listenTo(scenario)
    expect(published).toEqual(events)
    const handled = outcomes.flatMap(([, outcome]) => ('handoffId' in outcome ? (outcome.handoffId ?? []) : []))
    const ended = ends.map(({ handoffId }) => handoffId)
    // Only a hand-off that goes on when the client is closed ends by that.
    expect(ended).toEqual(expect.arrayContaining(handled))
    const told = events.filter(
      ({ name, payload }) => name.startsWith('handoff:') && ended.includes(payload.handoffId ?? ''),
    )
    const endings = told.filter(
      ({ name, payload }) =>
        name !== 'handoff:started' && !('followedBy' in payload && payload.followedBy !== 'nothing'),
    )
    expect(new Set(endings.map(({ payload }) => payload.handoffId))).toEqual(new Set(ended))
  })

  test.each(ofClients.map(scenario => [scenario.title, scenario] as const))('each once: %s', async (_, scenario) => {
    const { events, asked, outcomes } = await listenTo(scenario)
    expect(outcomes.map(([type]) => type).sort()).toEqual([...asked].sort())
    const ignored = events.flatMap(event => (event.name === 'notification:ignored' ? [event.payload.cause] : []))
    expect(outcomes.flatMap(([, outcome]) => ('cause' in outcome ? [outcome.cause] : []))).toEqual(ignored)
    const told = events.filter(({ name }) => asked.includes(name)).map(({ name }) => name)
    expect(outcomes.flatMap(([type, { result }]) => (result === 'handled' ? [type] : []))).toEqual(told)
  })
})

/** Counts values by what tells them apart. */
function tally(all: readonly (readonly string[])[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const parts of all) counts[parts.join(' ')] = (counts[parts.join(' ')] ?? 0) + 1
  return counts
}

/** What events say that metrics must say too. */
function expected(events: readonly MaintEvent[]) {
  const ends = events.flatMap(event => endOf(event) ?? [])
  return {
    notifications: tally(
      events.flatMap(({ name, payload }) => {
        if (name === 'notification:ignored') return [[payload.notification.type, payload.cause]]
        return 'receivedAt' in payload ? [[name, 'handled']] : []
      }),
    ),
    handoffs: tally(ends.map(end => [end.reason, end.result === 'cancelled' ? end.cause : end.result])),
    handoffSeconds: ends.reduce((sum, { durationMs }) => sum + durationMs / 1_000, 0),
    handoffIds: ends.map(({ handoffId }) => handoffId).sort(),
    steps: ends.map(({ handoffId, steps }): [string, StepsById[string]] => [
      handoffId,
      steps.map(({ name, forMs }) => [name, forMs] as const),
    ]),
    resent: events.reduce((sum, { name, payload }) => sum + (name === 'commands:resent' ? payload.count : 0), 0),
  }
}

function idOf({ attributes }: { readonly attributes: object }): string {
  return String(Reflect.get(attributes, 'redis_hitless.handoff.id'))
}

/** The steps of hand-offs by their ids: each with its name, and how many milliseconds it took. */
type StepsById = Readonly<Record<string, readonly (readonly [name: string, forMs: number])[]>>

/** The steps of each hand-off as its trace shows them. */
function stepsOf(all: readonly EndedSpan[], handoffs: readonly EndedSpan[]): StepsById {
  const own = ({ spanId }: { readonly spanId: string }) =>
    all.filter(({ parentSpanContext }) => parentSpanContext?.spanId === spanId)
  const lasting = (span: EndedSpan) => [span.name.replace('redis-hitless handoff ', ''), msOf(span)] as const
  return Object.fromEntries(handoffs.map(span => [idOf(span), own(span.spanContext()).map(lasting)]))
}

function namesIn(steps: StepsById): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(Object.entries(steps).map(([id, own]) => [id, own.map(([name]) => name)]))
}

/** The steps whose time differs. A span begins and ends at a whole millisecond. */
function farApart(shown: StepsById, told: StepsById): readonly unknown[] {
  return Object.entries(shown).flatMap(([id, own]) =>
    own.filter(([, forMs], at) => Math.abs(forMs - (told[id]?.[at]?.[1] ?? Number.NaN)) > 1),
  )
}

/** How many commands waited for each hand-off, where any did, as its span says. */
function waitedFor(handoffs: readonly EndedSpan[]): Readonly<Record<string, unknown>> {
  const counts = handoffs.map(span => [idOf(span), span.attributes['redis_hitless.commands_waited']] as const)
  return Object.fromEntries(counts.filter(([, count]) => count !== 0))
}

async function measuredByPrometheus(register: Register) {
  const metrics = await register.getMetricsAsJSON()
  const pointsOf = (name: MeasureName) => {
    const own = metrics.find(metric => metric.name === prometheusNameOf(name))
    const values = own?.values ?? []
    if (values.every(({ metricName }) => metricName === undefined))
      return values.map(({ value, labels }) => ({ count: value, sum: value, attributes: labels }))
    const counts = values.filter(({ metricName }) => metricName?.endsWith('_count') === true)
    return counts.map(({ value, labels }) => {
      const same = JSON.stringify(labels)
      const sum = values.find(
        point => point.metricName?.endsWith('_sum') === true && JSON.stringify(point.labels) === same,
      )
      return { count: value, sum: sum?.value ?? 0, attributes: labels }
    })
  }
  return readBy(pointsOf)
}

type PointsOf = (name: MeasureName) => readonly Point[]

function readBy(pointsOf: PointsOf) {
  const countsOf = (name: MeasureName, ...by: readonly string[]) =>
    Object.fromEntries(
      pointsOf(name)
        .filter(({ count }) => count > 0)
        .map(({ count, attributes }) => [by.map(attribute => attributes[attribute]).join(' '), count]),
    )
  const handoffs = pointsOf('redis_hitless.handoff.duration')
  return {
    notifications: countsOf('redis_hitless.notifications', 'type', 'outcome'),
    handoffs: countsOf('redis_hitless.handoff.duration', 'reason', 'outcome'),
    handoffSeconds: handoffs.reduce((sum, point) => sum + point.sum, 0),
    resent: pointsOf('redis_hitless.commands.resent').reduce((sum, { count }) => sum + count, 0),
    underWay: pointsOf('redis_hitless.handoff.active').reduce((sum, { sum: value }) => sum + value, 0),
  }
}

test.each([
  ['read-in-flight-sent-again.json', [{ count: 1, cause: 'connection-lost' }]],
  ['refused-write-goes-to-the-primary.json', [{ count: 1, cause: 'read-only' }]],
  [
    'read-behind-a-refused-write.json',
    [
      { count: 1, cause: 'read-only' },
      { count: 1, cause: 'answered-early' },
      { count: 1, cause: 'answered-early' },
    ],
  ],
  ['read-in-flight-not-sent-again.json', []],
])('commands that are sent again are told of, by why: %s', async (file, resent) => {
  const { events } = await listenTo(readScenario(file))
  const told = events.flatMap(event => (event.name === 'commands:resent' ? [event.payload] : []))
  expect(told).toMatchObject(resent)
  expect(told).toHaveLength(resent.length)
})

test.each([
  ['commands-wait-for-the-fence.json', 'handoff', true],
  ['commands-before-the-connection.json', 'no-connection', false],
  ['paused-writes-with-commands.json', 'announced', false],
])('commands that wait are told of, by why, and of their hand-off: %s', async (file, cause, inHandoff) => {
  const waits: CommandWait[] = []
  const ended: CommandWait[] = []
  await runScenario(readScenario(file), {
    watch: maint => {
      maint.onWait(wait => {
        waits.push(wait)
        return () => ended.push(wait)
      })
    },
  })
  expect(waits.filter(wait => wait.cause === cause).length).toBeGreaterThan(0)
  expect(waits.some(({ handoffId }) => handoffId !== undefined)).toBe(inHandoff)
  expect(new Set(ended)).toEqual(new Set(waits))
  expect(ended).toHaveLength(waits.length)
})

describe('what is measured of a scenario agrees with its events', () => {
  test.each(scenarios.map(scenario => [scenario.title, scenario] as const))('%s', async (_, scenario) => {
    const { metrics, read } = createMeterProvider()
    const { trace, spans } = createTracerProvider()
    const register = new prometheus.Registry()
    const telemetry = createOpenTelemetry({ metrics, trace })
    const events: MaintEvent[] = []
    let waited = 0
    await runScenario(scenario, {
      watch: maint => {
        maint.onAny(event => events.push(event))
        maint.onWait(() => {
          waited += 1
        })
        const { status } = createObserved().maint
        const client: { readonly maint: Observed } = {
          maint: {
            onAny: maint.onAny.bind(maint),
            onWait: maint.onWait.bind(maint),
            hooks: maint,
            status,
          },
        }
        telemetry.observe(client)
        createPrometheus(prometheus, { register }).observe(client)
      },
    })
    const { handoffIds, handoffSeconds, steps, ...counts } = expected(events)
    const byOpenTelemetry = readBy((await read()).points)
    const byPrometheus = await measuredByPrometheus(register)
    expect(byOpenTelemetry).toMatchObject({ ...counts, underWay: 0 })
    expect(byPrometheus).toMatchObject({ ...counts, underWay: 0 })
    expect(byOpenTelemetry.handoffSeconds).toBeCloseTo(handoffSeconds, 6)
    expect(byPrometheus.handoffSeconds).toBeCloseTo(handoffSeconds, 6)
    const named = (name: string): readonly EndedSpan[] => spans().filter(span => span.name === name)
    const handoffs = named('redis-hitless handoff')
    expect(handoffs.map(idOf).sort()).toEqual(handoffIds)
    const shown = stepsOf(spans(), handoffs)
    expect(namesIn(shown)).toEqual(namesIn(Object.fromEntries(steps)))
    expect(farApart(shown, Object.fromEntries(steps))).toEqual([])
    const waits = named('redis-hitless wait')
    const linked = waits.filter(({ links }) => links.length > 0)
    expect(tally(linked.map(span => [idOf(span)]))).toEqual(waitedFor(handoffs))
    expect(waits.length).toBe(waited)
  })
})
