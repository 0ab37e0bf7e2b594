import { AssertionError } from 'node:assert'
import { type Clock, systemClock } from '../../base/clock.js'
import { HitlessError } from '../../base/errors.js'
import { pause } from '../../base/pause.js'
import type { MaintEvent } from '../../core/events/maint-events.js'
import type { BackendOptions, SimNode, Simulator } from '../../simulator/index.js'
import type { Scenario } from '../scenario/scenario.js'
import { type CallOptions, type CallsReport, type NotedError, RepeatedCalls } from './calls.js'
import { loadScenario } from './scenario-library.js'
import { isNodeStep, ScenarioNodes } from './scenario-nodes.js'
import { unplayable } from './unplayable.js'

/** A client, pool or other object of this library that tells of maintenance. */
export interface Followed {
  readonly maint: {
    onAny(listener: (event: MaintEvent) => void): () => void
    settled(): Promise<void>
  }
  on(event: 'error', listener: (error: unknown) => void): unknown
}

/** How a rehearsal is set up. */
export interface RehearsalOptions {
  /** The data set behind the nodes. Default the built-in store; a real `redis-server` where one is named. */
  readonly backend?: BackendOptions
  /** How many times faster the scenario is played than it says. What is announced as a grace stays as it is. Default 1. */
  readonly speed?: number
}

/** What was seen in a rehearsal. */
export interface RehearsalReport {
  /** Of all calls that were kept up. */
  readonly calls: CallsReport
  /** What the followed clients told as `error`. */
  readonly errors: readonly NotedError[]
  /** What they told of maintenance, in order. */
  readonly events: readonly MaintEvent[]
}

/** Which steps an application takes by itself when a scenario is played to it. */
const OF_APPLICATION: ReadonlySet<string> = new Set([
  'connect',
  'strategy',
  'send',
  'watch',
  'block',
  'subscribe',
  'unsubscribe',
])

/** The longest turn of waiting, after which a rehearsal looks whether it was ended, in milliseconds. */
const TURN_MS = 20

/** Nodes on real sockets that go through a scenario, and a watch over the application before them. */
export class Rehearsal {
  readonly #scenario: Scenario
  readonly #nodes: ScenarioNodes
  readonly #clock: Clock
  readonly #speed: number
  readonly #calls: RepeatedCalls[] = []
  readonly #followed: Followed[] = []
  readonly #errors: NotedError[] = []
  readonly #events: MaintEvent[] = []
  readonly #ends: (() => void)[] = []
  #isOver = false

  /** Made by {@link startRehearsal}. */
  constructor(scenario: Scenario, nodes: ScenarioNodes, { clock, speed }: { clock: Clock; speed: number }) {
    this.#scenario = scenario
    this.#nodes = nodes
    this.#clock = clock
    this.#speed = speed
  }

  /** Where the application connects: the node that the scenario calls the configured one, or what leads there where it moves. */
  get url(): string {
    return this.#nodes.configured.url
  }

  /** For what a scenario does not say. */
  get simulator(): Simulator {
    return this.#nodes.simulator
  }

  /**
   * A node by the name that the scenario gives it.
   *
   * @throws RangeError where there is none.
   */
  node(name: string): SimNode {
    return this.#nodes.node(name)
  }

  /** Listens to a client until the rehearsal ends. With that its `error` has a listener. */
  follow<C extends Followed>(client: C): C {
    this.#followed.push(client)
    this.#ends.push(client.maint.onAny(event => this.#events.push(event)))
    client.on('error', error => this.#errors.push({ at: this.#clock.epochMs(), error }))
    return client
  }

  /** Makes a call again and again until it is stopped, or the rehearsal ends. */
  keepCalling(call: () => unknown, options: CallOptions = {}): RepeatedCalls {
    const calls = new RepeatedCalls(call, { clock: this.#clock, ...options })
    this.#calls.push(calls)
    return calls
  }

  /**
   * Lets the nodes go through the scenario, in its own time unless a speed was given. Resolves at the scenario's end, once no hand-off of a followed
   * client is under way.
   *
   * @throws HitlessError `SIMULATOR_UNAVAILABLE` when the rehearsal is ended meanwhile.
   */
  async play(): Promise<void> {
    const startedAt = this.#clock.now()
    for (const step of this.#scenario.steps.filter(isNodeStep)) {
      await this.#waitUntil(startedAt + step.at / this.#speed)
      await this.#nodes.perform(step)
    }
    await this.#waitUntil(startedAt + this.#scenario.end.at / this.#speed)
    await Promise.all(this.#followed.map(({ maint }) => maint.settled()))
  }

  /** What was seen so far. */
  get report(): RehearsalReport {
    const all = this.#calls.map(({ report }) => report)
    const sum = (of: (report: CallsReport) => number): number => all.reduce((total, report) => total + of(report), 0)
    return {
      calls: {
        answered: sum(({ answered }) => answered),
        failed: sum(({ failed }) => failed),
        failures: all.flatMap(({ failures }) => failures),
        longestMs: Math.max(0, ...all.map(({ longestMs }) => longestMs)),
      },
      errors: [...this.#errors],
      events: [...this.#events],
    }
  }

  /**
   * Stops all calls, and resolves with what was seen.
   *
   * @throws AssertionError of `node:assert` where a call failed, none was answered, or a followed client told an `error`. Its
   * message says which, and its `cause` is the first error.
   */
  async assertUnharmed(): Promise<RehearsalReport> {
    await Promise.all(this.#calls.map(calls => calls.stop()))
    const { report } = this
    const problems = problemsOf(report, this.#calls.length > 0)
    if (problems.length === 0) return report
    const message = `"${this.#scenario.title}" did harm:\n${problems.map(problem => `- ${problem}`).join('\n')}`
    const failure = new AssertionError({ message, operator: 'assertUnharmed' })
    const [first] = [...report.calls.failures, ...report.errors]
    throw Object.assign(failure, first && { cause: first.error })
  }

  /** Stops all calls, and ends all nodes. The application closes its clients itself. A second call does nothing. */
  async dispose(): Promise<void> {
    this.#isOver = true
    for (const end of this.#ends.splice(0)) end()
    const stopped = this.#calls.map(calls => calls.stop())
    await this.simulator.dispose()
    // A call of a client that waits for a server is its application's to end.
    void Promise.all(stopped)
  }

  async #waitUntil(instant: number): Promise<void> {
    do await pause(this.#clock, Math.min(TURN_MS, Math.max(0, instant - this.#clock.now())), true)
    while (this.#clock.now() < instant && !this.#isOver)
    if (this.#isOver)
      throw new HitlessError('SIMULATOR_UNAVAILABLE', 'The rehearsal was ended', { facts: { kind: 'disposed' } })
  }
}

/**
 * Starts the nodes of a scenario on loopback, for an application to connect to.
 *
 * @param scenario - One of its own, or the name of one that comes with this library, see {@link listScenarios}.
 * @throws HitlessError `SIMULATOR_SCRIPT` where there is no such scenario, or only a modelled world can play it;
 * `SIMULATOR_UNAVAILABLE` when a port or the data set cannot be had.
 */
export async function startRehearsal(
  scenario: Scenario | string,
  { backend, speed = 1 }: RehearsalOptions = {},
): Promise<Rehearsal> {
  const known = typeof scenario === 'string' ? loadScenario(scenario) : scenario
  const others = known.steps.filter(step => !isNodeStep(step) && !OF_APPLICATION.has(step.do))
  if (others.length > 0) throw unplayable(...new Set(others.map(({ do: what }) => `it says when to ${what}`)))
  return new Rehearsal(known, await ScenarioNodes.start(known, { backend, speed }), { clock: systemClock, speed })
}

function problemsOf({ calls, errors }: RehearsalReport, hasCalls: boolean): readonly string[] {
  const { answered, failed, failures } = calls
  const problems: string[] = []
  if (failed > 0) problems.push(`${failed} of ${answered + failed} calls failed: ${firstOf(failures)}`)
  if (hasCalls && answered === 0) problems.push('no call was answered')
  if (errors.length > 0) problems.push(`clients told ${errors.length} errors: ${firstOf(errors)}`)
  return problems
}

function firstOf([first]: readonly NotedError[]): string {
  const { error } = first ?? {}
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
