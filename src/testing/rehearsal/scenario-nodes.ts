import type { SimEntrance, SimNode, Simulator } from '../../simulator/index.js'
import { keysOf } from '../../simulator/store/command-keys.js'
import type { AzureStep } from '../scenario/azure-step.js'
import type { NodeConduct, NodeSettings } from '../scenario/node-settings.js'
import type { NotifyStep, Step } from '../scenario/scenario.js'
import { toAnnouncement } from './announcement-step.js'
import { type Cast, type CastOptions, movesAway, startCast } from './node-cast.js'
import { problemsOf, unplayable } from './unplayable.js'

/** What happens to servers. The other steps of scenarios are taken by a client, or by a world that only a model has. */
export type NodeStep = Extract<Step, { do: 'notify' | 'node' | 'drop' | 'configure' | 'azure' | 'begin-move' }>

const OF_NODES: ReadonlySet<Step['do']> = new Set(['notify', 'node', 'drop', 'configure', 'azure', 'begin-move'])

/** Whether a step happens to servers. */
export function isNodeStep(step: Step): step is NodeStep {
  return OF_NODES.has(step.do)
}

/** Where the nodes of a scenario are, and how it is played. */
export interface StageOptions extends CastOptions {
  /** How many times faster what is announced comes. Default 1. */
  readonly speed?: number
}

/** The nodes of a scenario on real sockets. */
export class ScenarioNodes {
  readonly simulator: Simulator
  /** Where the configured endpoint leads, where that changes. */
  readonly entrance: SimEntrance | undefined
  readonly #nodes: ReadonlyMap<string, SimNode>
  readonly #settings = new Map<string, NodeSettings>()
  readonly #refusals = new Map<string, () => void>()
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
    const problems = problemsOf(scenario)
    if (problems.length > 0) throw unplayable(...problems)
    const { simulator, nodes } = await startCast(scenario, { backend, ...(sharedPort !== undefined && { sharedPort }) })
    try {
      const place = { port: sharedPort ?? 0 }
      const entrance = movesAway(scenario) ? await simulator.addEntrance(simulator.node, place) : undefined
      const stage = new ScenarioNodes(simulator, nodes, { entrance, speed })
      for (const [name, settings] of Object.entries(scenario.nodes)) await stage.#change(name, settings)
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
    else if (step.do === 'begin-move') {
      this.simulator.cluster.beginMove(step.slot, this.node(step.node)).moveKeys(step.keys ?? [])
    } else if (step.do === 'azure') await this.simulator.azure(atSpeed(step.announcement, this.#speed))
  }

  async #notify(step: NotifyStep): Promise<void> {
    const node = this.node(step.on)
    const announcement = toAnnouncement(step, name => this.node(name))
    await Promise.all(Array.from({ length: step.times ?? 1 }, () => node.notify(announcement)))
  }

  /** Sets how a node treats connections from now on. What was set before stays, as far as nothing else is said. */
  async #change(name: string, changed: NodeSettings): Promise<void> {
    const node = this.node(name)
    if (changed.owns !== undefined) this.simulator.cluster.moveSlots({ slots: changed.owns, to: node })
    if (changed.refuses !== undefined) this.#refuse(name, changed.refuses)
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

  /** Answers an error to commands with a key, or no longer. */
  #refuse(name: string, error: string | null): void {
    this.#refusals.get(name)?.()
    this.#refusals.delete(name)
    if (error === null) return
    const refuse = (words: readonly string[]): string | undefined =>
      keysOf(words.map(word => Buffer.from(word))).length > 0 ? `-${error}\r\n` : undefined
    this.#refusals.set(name, this.node(name).intercept(refuse))
  }
}

/** Has a node treat connections in one of the ways in which a real one can. */
function misbehave(node: SimNode, conduct: NodeConduct): void {
  if (conduct === 'refusing') node.refuse()
  if (conduct === 'silent') node.silent()
  if (conduct === 'hanging-up') node.hangUp('after-first-command')
  if (conduct === 'loading') node.answerLoading('data')
  if (conduct === 'loading-only') node.answerLoading('all')
  if (conduct === 'replica') node.readonly()
  if (conduct === 'lacking-replicas') node.lackReplicas()
  if (conduct === 'pausing-writes') node.pause('writes')
}

/** A start time comes sooner where everything does. */
function atSpeed({ startsInMs, ...announcement }: AzureStep['announcement'], speed: number): AzureStep['announcement'] {
  return startsInMs === undefined ? announcement : { ...announcement, startsInMs: startsInMs / speed }
}
