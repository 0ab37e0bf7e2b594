import { HitlessError } from '../../base/errors.js'
import {
  type BackendOptions,
  createSimulator,
  type NodeOptions,
  type SimEntrance,
  type SimNode,
  type Simulator,
} from '../../simulator/index.js'
import type { AzureStep } from '../scenario/azure-step.js'
import type { NodeConduct, NodeSettings } from '../scenario/node-settings.js'
import type { NotifyStep, Scenario, Step } from '../scenario/scenario.js'
import { toAnnouncement } from './announcement-step.js'

/** What happens to servers. The other steps of scenarios are taken by a client, or by a world that only a model has. */
export type NodeStep = Extract<Step, { do: 'notify' | 'node' | 'drop' | 'configure' | 'azure' }>

const OF_NODES: ReadonlySet<Step['do']> = new Set(['notify', 'node', 'drop', 'configure', 'azure'])

/** Whether a step happens to servers. */
export function isNodeStep(step: Step): step is NodeStep {
  return OF_NODES.has(step.do)
}

/** Where the nodes of a scenario are, and how it is played. */
export interface StageOptions {
  /** Default the built-in store. */
  readonly backend?: BackendOptions | undefined
  /** The port that all nodes share, each at a loopback address of its own. Default: each has a port of its own. */
  readonly sharedPort?: number
  /** How many times faster what is announced comes. Default 1. */
  readonly speed?: number
}

/** What nodes are started of a scenario. */
type Cast = Pick<Scenario, 'nodes' | 'configured' | 'steps'>

/** The nodes of a scenario on real sockets. */
export class ScenarioNodes {
  readonly simulator: Simulator
  /** Where the configured endpoint leads, where that changes. */
  readonly entrance: SimEntrance | undefined
  readonly #nodes: ReadonlyMap<string, SimNode>
  readonly #settings = new Map<string, NodeSettings>()
  readonly #speed: number

  private constructor(
    simulator: Simulator,
    nodes: ReadonlyMap<string, SimNode>,
    { entrance, speed }: { readonly entrance: SimEntrance | undefined; readonly speed: number },
  ) {
    this.simulator = simulator
    this.entrance = entrance
    this.#nodes = nodes
    this.#speed = speed
  }

  /**
   * Starts a node for each of the scenario's, over one data set, and an entrance where the configured endpoint moves.
   *
   * @throws HitlessError `SIMULATOR_SCRIPT` where no real node can do what one of them does; `SIMULATOR_UNAVAILABLE` when a
   * port or the data set cannot be had.
   */
  static async start(scenario: Cast, { backend, sharedPort, speed = 1 }: StageOptions = {}): Promise<ScenarioNodes> {
    const { nodes, configured, steps } = scenario
    const problems = problemsOf(scenario)
    if (problems.length > 0) throw unplayable(...problems)
    const simulator = await createSimulator({ record: true, nodes: [], ...(backend !== undefined && { backend }) })
    try {
      const moves = steps.some(({ do: does }) => does === 'configure')
      const places = new Places(simulator, sharedPort, moves ? 2 : 1)
      const started = new Map<string, SimNode>()
      // The node that clients connect to has the first address.
      const names = [configured, ...Object.keys(nodes).filter(name => name !== configured)]
      for (const name of names) {
        const { server = 'redis' } = nodes[name] ?? {}
        started.set(name, await places.addNode(server))
      }
      const entrance = moves ? await simulator.addEntrance(simulator.node, { port: sharedPort ?? 0 }) : undefined
      const stage = new ScenarioNodes(simulator, started, { entrance, speed })
      for (const [name, settings] of Object.entries(nodes)) await stage.#change(name, settings)
      return stage
    } catch (error) {
      await simulator.dispose()
      throw error
    }
  }

  /** The nodes by the names that the scenario gives them, the one that clients connect to first. */
  get byName(): ReadonlyMap<string, SimNode> {
    return this.#nodes
  }

  /** Where clients connect. */
  get configured(): SimEntrance | SimNode {
    return this.entrance ?? this.simulator.node
  }

  /** @throws RangeError where the scenario has no such node. */
  node(name: string): SimNode {
    const node = this.#nodes.get(name)
    if (node !== undefined) return node
    throw new RangeError(`There is no node ${JSON.stringify(name)}: ${[...this.#nodes.keys()].join(', ')}`)
  }

  /** Takes a step; resolves once the servers have taken it. Steps of clients do nothing. */
  async perform(step: Step): Promise<void> {
    if (step.do === 'notify') await this.#notify(step)
    else if (step.do === 'node') await this.#change(step.node, step)
    else if (step.do === 'drop') this.node(step.node).reset()
    else if (step.do === 'configure') await this.entrance?.leadTo(this.node(step.node))
    else if (step.do === 'azure') await this.simulator.azure(atSpeed(step.announcement, this.#speed))
  }

  async #notify(step: NotifyStep): Promise<void> {
    const node = this.node(step.on)
    const announcement = toAnnouncement(step, name => this.node(name))
    await Promise.all(Array.from({ length: step.times ?? 1 }, () => node.notify(announcement)))
  }

  /** Sets how a node treats connections from now on. What was set before stays, as far as nothing else is said. */
  async #change(name: string, changed: NodeSettings): Promise<void> {
    const node = this.node(name)
    const before = this.#settings.get(name)
    const settings = { ...before, ...changed }
    this.#settings.set(name, settings)
    // Commands that wait meet the new conduct.
    const wasPausing = before?.conduct === 'pausing-writes'
    if (!wasPausing && changed.conduct !== undefined && changed.conduct !== 'refusing') await node.heal()
    const { conduct, handshakeMs, answerMs, follows } = settings
    if (handshakeMs !== undefined) node.delayHandshake(handshakeMs)
    if (answerMs !== undefined) node.slow({ delayMs: answerMs })
    if (conduct !== undefined) misbehave(node, conduct)
    node.follow(conduct === 'replica' && follows !== undefined ? this.node(follows) : undefined)
    if (wasPausing && conduct !== 'pausing-writes') node.unpause()
  }
}

/** What no real node can do of what the nodes of a scenario do. */
export function problemsOf({ nodes, steps }: Pick<Scenario, 'nodes' | 'steps'>): readonly string[] {
  const changes = steps.filter(step => step.do === 'node').map((step): [string, NodeSettings] => [step.node, step])
  return [...Object.entries<NodeSettings>(nodes), ...changes].flatMap(([name, { forbids, names }]) => [
    ...(forbids === undefined ? [] : [`${name} forbids commands`]),
    ...(names === undefined ? [] : [`${name} is a sentinel`]),
  ])
}

/** Gives nodes their places: a port each, or one for all of them and an address each where the machine has several. */
class Places {
  readonly #simulator: Simulator
  readonly #first: number
  #port: number | undefined

  /** @param first - The number of the first node's loopback address. */
  constructor(simulator: Simulator, port: number | undefined, first: number) {
    this.#simulator = simulator
    this.#port = port
    this.#first = first
  }

  async addNode(server: NonNullable<NodeOptions['server']>): Promise<SimNode> {
    if (this.#port === undefined) return this.#simulator.addNode({ server })
    const number = this.#simulator.nodes.length + this.#first
    // A resolver turns an address into itself, so that the name of a node leads to it and to no other.
    const place = { host: `127.0.0.${number}`, name: number === 1 ? 'localhost' : `127.0.0.${number}` }
    try {
      const node = await this.#simulator.addNode({ ...place, port: this.#port, server })
      this.#port = node.endpoint.port
      return node
    } catch (error) {
      // The user asked for this port: the first node is where it is, or nowhere. Not every system has more addresses.
      if (number === 1) throw error
      return this.#simulator.addNode({ port: 0, name: 'localhost', server })
    }
  }
}

/** Has a node treat connections in one of the ways in which a real one can. */
export function misbehave(node: SimNode, conduct: NodeConduct): void {
  if (conduct === 'refusing') node.refuse()
  if (conduct === 'silent') node.silent()
  if (conduct === 'hanging-up') node.hangUp('after-first-command')
  if (conduct === 'loading') node.answerLoading('data')
  if (conduct === 'replica') node.readonly()
  if (conduct === 'lacking-replicas') node.lackReplicas()
  if (conduct === 'pausing-writes') node.pause('writes')
}

/** Only a modelled world can play this. */
export function unplayable(...problems: readonly string[]): HitlessError<'SIMULATOR_SCRIPT'> {
  const message = `This scenario cannot be played on real sockets: ${problems.join('; ')}`
  return new HitlessError('SIMULATOR_SCRIPT', message, { facts: { problems } })
}

/** A start time comes sooner where everything does. */
function atSpeed({ startsInMs, ...announcement }: AzureStep['announcement'], speed: number): AzureStep['announcement'] {
  return startsInMs === undefined ? announcement : { ...announcement, startsInMs: startsInMs / speed }
}
