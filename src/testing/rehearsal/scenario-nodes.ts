import { HitlessError } from '../../base/errors.js'
import { type BackendOptions, createSimulator, type SimNode, type Simulator } from '../../simulator/index.js'
import type { NodeConduct, NodeSettings, NotifyStep, Scenario, Step } from '../scenario/scenario.js'
import { toAnnouncement } from './announcement-step.js'

/** What happens to servers. The other steps of scenarios are taken by a client, or by a world that only a model has. */
export type NodeStep = Extract<Step, { do: 'notify' | 'node' | 'drop' }>

const OF_NODES: ReadonlySet<Step['do']> = new Set(['notify', 'node', 'drop'])

/** Whether a step happens to servers. */
export function isNodeStep(step: Step): step is NodeStep {
  return OF_NODES.has(step.do)
}

/** The nodes of a scenario on real sockets. */
export class ScenarioNodes {
  readonly simulator: Simulator
  readonly #nodes: ReadonlyMap<string, SimNode>

  private constructor(simulator: Simulator, names: readonly string[]) {
    this.simulator = simulator
    this.#nodes = new Map(simulator.nodes.map((node, at): [string, SimNode] => [names[at] ?? '', node]))
  }

  /**
   * Starts a node for each of the scenario's, over one data set.
   *
   * @param backend - Default the built-in store.
   * @throws HitlessError `SIMULATOR_SCRIPT` where no real node can do what one of them does; `SIMULATOR_UNAVAILABLE` when a
   * port or the data set cannot be had.
   */
  static async start({ nodes }: Scenario, backend?: BackendOptions): Promise<ScenarioNodes> {
    const names = Object.keys(nodes)
    const simulator = await createSimulator({
      record: true,
      nodes: names.length,
      ...(backend !== undefined && { backend }),
    })
    const started = new ScenarioNodes(simulator, names)
    try {
      for (const [name, settings] of Object.entries(nodes)) await started.#change(name, settings)
    } catch (error) {
      await simulator.dispose()
      throw error
    }
    return started
  }

  /** The nodes by the names that the scenario gives them. */
  get byName(): ReadonlyMap<string, SimNode> {
    return this.#nodes
  }

  /** @throws RangeError where the scenario has no such node. */
  node(name: string): SimNode {
    const node = this.#nodes.get(name)
    if (node === undefined) throw new RangeError(`There is no node ${name}`)
    return node
  }

  /** Takes a step; resolves once the servers have taken it. */
  async perform(step: NodeStep): Promise<void> {
    switch (step.do) {
      case 'notify':
        return this.#notify(step)
      case 'node':
        return this.#change(step.node, step)
      default:
        this.node(step.node).reset()
    }
  }

  async #notify(step: NotifyStep): Promise<void> {
    assertExact(step)
    const node = this.node(step.on)
    const announcement = toAnnouncement(step, name => this.node(name))
    await Promise.all(Array.from({ length: step.times ?? 1 }, () => node.notify(announcement)))
  }

  async #change(name: string, { conduct, handshakeMs, answerMs, forbids }: NodeSettings): Promise<void> {
    const node = this.node(name)
    if (forbids !== undefined) throw unplayable(`${name} forbids commands`)
    if (conduct === 'serving') await node.heal()
    else if (conduct !== undefined) misbehave(node, conduct)
    if (handshakeMs !== undefined) node.delayHandshake(handshakeMs)
    if (answerMs !== undefined) node.slow({ delayMs: answerMs })
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
}

/** What is compared with a scenario must be announced just as it says. */
function assertExact({ sequence, graceMs = 0, closesAfterMs = graceMs }: NotifyStep): void {
  if (sequence === null) throw new RangeError('The simulator numbers everything that it announces')
  if (closesAfterMs !== null && closesAfterMs !== graceMs) throw new RangeError('The simulator closes in time')
}

/** Only a modelled world can play this. */
export function unplayable(...problems: readonly string[]): HitlessError<'SIMULATOR_SCRIPT'> {
  const message = `This scenario cannot be played on real sockets: ${problems.join('; ')}`
  return new HitlessError('SIMULATOR_SCRIPT', message, { facts: { problems } })
}
