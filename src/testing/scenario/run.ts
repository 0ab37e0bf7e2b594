import type { Application } from './application.js'
import { compareLogs } from './compare.js'
import type { LogEntry, Scenario } from './scenario.js'
import { openAnyStage, perform, type Stage } from './stage.js'
import type { Watch } from './surroundings.js'

/** The result of a scenario. */
export interface ScenarioReport {
  /** The title of the scenario. */
  readonly title: string
  /** Everything that happened, in order. */
  readonly log: readonly LogEntry[]
  /** What differs from the expectation, for people; empty if nothing does. */
  readonly problems: readonly string[]
}

/** How a scenario is played. */
export interface RunOptions {
  /** Is given where the client's application listens, before anything happens. Default: nobody is. */
  readonly watch?: Watch | undefined
}

/**
 * Plays a scenario over a modelled world, on a virtual clock, and compares the log and the end with what is expected.
 *
 * The client is always closed at the end, and must then have no connections and no timers.
 */
export async function runScenario(scenario: Scenario, { watch }: RunOptions = {}): Promise<ScenarioReport> {
  const log: LogEntry[] = []
  const stage = openAnyStage(scenario, entry => log.push(entry), watch)
  const problems: string[] = []
  for (const step of scenario.steps) {
    await stage.clock.settleTo(step.at)
    perform(step, stage)
  }
  await stage.clock.settleTo(scenario.end.at)
  const { ignore = [], expect } = scenario
  const played = [...log]
  const difference = compareLogs(
    expect,
    played.filter(({ event }) => !ignore.includes(event)),
  )
  if (difference !== undefined) problems.push(`The log differs (- expected, + happened):\n${difference}`)
  problems.push(...differencesAtEnd(scenario.end, stage.client.endAt(scenario.end.at)))
  problems.push(...(await leaksAfterClose(stage)))
  return { title: scenario.title, log: played, problems }
}

function differencesAtEnd(expected: Scenario['end'], actual: Scenario['end']): readonly string[] {
  const all = flat(expected)
  const are = flat(actual)
  const names = [...new Set([...Object.keys(all), ...Object.keys(are)])]
  const fields = names.map(name => [name, Reflect.get(all, name), Reflect.get(are, name)] as const)
  return fields
    .filter(([, want, have]) => want !== have)
    .map(([name, want, have]) => `At the end ${name} is ${JSON.stringify(have)} instead of ${JSON.stringify(want)}`)
}

/** The end with its fields by node beside the others. */
function flat(end: Scenario['end']): Readonly<Record<string, unknown>> {
  const fields = Object.entries(end).flatMap(([name, value]): (readonly [string, unknown])[] =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).map(([node, count]) => [`${name}.${node}`, count])
      : [[name, value]],
  )
  return Object.fromEntries(fields)
}

async function leaksAfterClose({ clock, timers, server, client }: Stage<Application>): Promise<readonly string[]> {
  client.destroy()
  await clock.settle()
  const open = [...server.nodes].flatMap(({ name }) => client.connectionsTo(name)).length
  const problems: string[] = []
  if (timers.pending > 0) problems.push(`After close ${timers.pending} timers run`)
  const { open: unsettled } = client.calls
  if (unsettled.length > 0) problems.push(`After close ${unsettled.join(', ')} is not settled`)
  if (open > 0) problems.push(`After close ${open} connections are open`)
  if (client.relaxed) problems.push('After close timeouts are relaxed')
  return problems
}
