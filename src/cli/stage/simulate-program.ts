import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { type Clock, systemClock } from '../../base/clock.js'
import { type Endpoint, printEndpoint } from '../../base/endpoint.js'
import type { SimEvent } from '../../simulator/index.js'
import type { Scenario, Step } from '../../testing/index.js'
import type { Cast } from '../../testing/rehearsal/node-cast.js'
import { ScenarioNodes } from '../../testing/rehearsal/scenario-nodes.js'
import type { CommandParts } from '../command-line/cli-command.js'
import { startControl } from '../control/control-server.js'
import { textOf } from '../program/error-text.js'
import { type Finding, runProgram } from '../program/frame.js'
import { toJsonLine } from '../program/json-line.js'
import { untilEnded } from '../program/until-ended.js'
import { describeStep } from './describe-step.js'
import { findScenario, readShelf, serverSteps } from './scenario-shelf.js'
import { parseSimulateArgs, SIMULATE_COMMAND_USAGE, type SimulateArgs } from './simulate-args.js'
import { parseSpoken } from './spoken-steps.js'

/** Starts servers and plays a scenario. Resolves with the exit code; never rejects. */
export function runSimulator(argv: readonly string[], parts: CommandParts): Promise<number> {
  const run = (args: SimulateArgs): Promise<Finding> => simulate(args, parts)
  return runProgram({ usage: SIMULATE_COMMAND_USAGE, parse: parseSimulateArgs, run }, argv, parts.terminal)
}

async function simulate(args: SimulateArgs, parts: CommandParts): Promise<Finding> {
  const { port, backend, exit, json, speed } = args
  const { signal, terminal } = parts
  if (args.http !== undefined) return standBy(args.http, args, parts)
  const scenario = args.scenario === undefined ? undefined : await findScenario(parts.scenarios, args.scenario)
  const stage = await ScenarioNodes.start(scenario ?? castOf(args.nodes), { backend, sharedPort: port, speed })
  const ending = new AbortController()
  try {
    const [first = ''] = stage.byName.keys()
    terminal.print(json ? toJsonLine(placesOf(stage)) : describePlaces(stage, first))
    const play = new ScenePlay(stage, args, parts)
    const played = scenario === undefined ? play.listen(first) : play.scenario(scenario)
    let failure: { readonly error: unknown } | undefined
    void played.then(
      () => exit && ending.abort(),
      (error: unknown) => {
        failure = { error }
        ending.abort()
      },
    )
    await untilEnded(AbortSignal.any([signal, ending.signal]))
    play.stop()
    if (failure !== undefined) throw failure.error
    const connections = stage.simulator.nodes.reduce((sum, { totalConnections }) => sum + totalConnections, 0)
    return { ok: true, report: undefined, lines: [`${connections} connections were made`] }
  } finally {
    await stage.simulator.dispose()
  }
}

/** Does what is asked for by HTTP, until it is interrupted. */
async function standBy(listen: Endpoint, args: SimulateArgs, parts: CommandParts): Promise<Finding> {
  const { port, backend, json, proxyPorts, announced } = args
  const { terminal, signal } = parts
  const scenarios = async (): Promise<readonly object[]> =>
    (await readShelf(parts.scenarios)).map(({ name, isRehearsal, scenario: { title, why } }) => ({
      name,
      title,
      why,
      isRehearsal,
    }))
  const control = await startControl({ listen, backend, port, proxyPorts, announced, scenarios })
  const { endpoint, database } = control
  const proxies = control.proxies.all().map(({ id }) => id)
  terminal.print(
    json
      ? toJsonLine({ http: endpoint, database: database.describe(), proxies })
      : `http://${printEndpoint(endpoint)} controls the databases; ${database.name} is at localhost:${database.port}`,
  )
  await untilEnded(signal)
  await control.close()
  return { ok: true, report: undefined, lines: [] }
}

/** Has servers take steps, and says so. */
class ScenePlay {
  readonly #stage: ScenarioNodes
  readonly #args: SimulateArgs
  readonly #parts: CommandParts
  readonly #clock: Clock = systemClock
  #isOver = false

  constructor(stage: ScenarioNodes, args: SimulateArgs, parts: CommandParts) {
    this.#stage = stage
    this.#args = args
    this.#parts = parts
  }

  /** Takes what is written to the program, a step a line. Resolves when that ends. */
  async listen(first: string): Promise<void> {
    let told = Promise.resolve()
    const lines = createInterface({ input: Readable.from(this.#parts.input) })
    lines.on('line', line => {
      if (line.trim() !== '') told = told.then(() => this.#tell(line, first))
    })
    await once(lines, 'close')
    await told
  }

  /** Plays a scenario from the first connection that opts in or says something else on. Resolves when it is over. */
  async scenario(scenario: Scenario): Promise<void> {
    await this.#stage.simulator.when(isUse)
    const startedAt = this.#clock.now()
    const firstAt = scenario.steps.find(({ do: does }) => does === 'connect')?.at ?? 0
    for (const step of serverSteps(scenario)) {
      await this.#until(startedAt + (step.at - firstAt) / this.#args.speed)
      if (this.#isOver) return
      await this.#perform(step)
    }
  }

  /** No step is taken any more. */
  stop(): void {
    this.#isOver = true
  }

  #until(instant: number): Promise<void> {
    return new Promise(resolve => void this.#clock.after(instant - this.#clock.now(), resolve, true))
  }

  async #tell(line: string, first: string): Promise<void> {
    try {
      await this.#perform(parseSpoken(line, first))
    } catch (error) {
      this.#parts.terminal.complain(textOf(error))
    }
  }

  async #perform(step: Step): Promise<void> {
    const { json } = this.#args
    await this.#stage.perform(step)
    this.#parts.terminal.print(json ? toJsonLine(step) : describeStep(step))
  }
}

/** What connections begin with, before they are of use. */
const GREETINGS: ReadonlySet<string> = new Set(['AUTH', 'CLIENT', 'COMMAND', 'HELLO', 'INFO', 'SELECT'])

/** Whether a client is there that is to live through a scenario: it opted in, or does not know how and works. */
function isUse({ type, words: [name = ''] }: SimEvent): boolean {
  return type === 'opted-in' || (type === 'command' && !GREETINGS.has(name.toUpperCase()))
}

function placesOf({ byName, entrance, simulator }: ScenarioNodes): object {
  const nodes = [...byName].map(([name, node]) => ({ name, ...node.endpoint }))
  return { nodes, ...(entrance && { entrance: entrance.endpoint }), backend: simulator.backend }
}

function describePlaces({ byName, entrance }: ScenarioNodes, first: string): string {
  const places = [...byName].map(([name, node]) => `${name} at ${printEndpoint(node.endpoint)}`).join(', ')
  const place = entrance === undefined ? first : `${printEndpoint(entrance.endpoint)}, which leads to ${first} at first`
  return `${places}; connect a client to ${place}`
}

/** Nodes that do nothing by themselves. */
function castOf(count: number): Cast {
  const names = lettersUpTo(count)
  return { nodes: Object.fromEntries(names.map(name => [name, {}])), configured: names[0] ?? '', steps: [] }
}

function lettersUpTo(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => (index < 26 ? String.fromCharCode(97 + index) : `n${index + 1}`))
}
