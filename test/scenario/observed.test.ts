import { channel } from 'node:diagnostics_channel'
import { describe, expect, onTestFinished, test } from 'vitest'
import { MAINT_EVENT_NAMES, type MaintEvent } from '../../src/core/events/maint-events.js'
import type { HandoffEnd, NotificationOutcome } from '../../src/core/events/maint-hook.js'
import { runScenario, type Scenario } from '../../src/testing/index.js'
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

const scenarios = SCENARIO_FILES.map(readScenario)

/** Of a pool, hooks are asked once for all connections. */
const ofClients = scenarios.filter(({ pool }) => pool === undefined)

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
