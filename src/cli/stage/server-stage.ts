import { createSimulator, type SimNode, type Simulator, type SimulatorOptions } from '../../simulator/index.js'
import type { NodeSettings, NotifyStep, Step } from '../../testing/index.js'
import { toAnnouncement } from '../../testing/rehearsal/announcement-step.js'
import { misbehave } from '../../testing/rehearsal/scenario-nodes.js'

/** The nodes of a scenario on real sockets, by their names. */
export class ServerStage {
  readonly simulator: Simulator
  readonly nodes: ReadonlyMap<string, SimNode>

  private constructor(simulator: Simulator, nodes: ReadonlyMap<string, SimNode>) {
    this.simulator = simulator
    this.nodes = nodes
  }

  /**
   * Starts a node for each name: on one port and an address for each where the machine has them, as servers do.
   *
   * @throws HitlessError `SIMULATOR_UNAVAILABLE`.
   */
  static async start(
    names: readonly string[],
    { port, ...options }: Omit<SimulatorOptions, 'nodes'> & { readonly port: number },
  ): Promise<ServerStage> {
    const simulator = await createSimulator({ ...options, nodes: [{ port, name: nameOf(0) }] })
    const shared = simulator.node.endpoint.port
    const nodes = new Map<string, SimNode>()
    try {
      for (const [index, name] of names.entries()) {
        const node = index === 0 ? simulator.node : await addNode(simulator, index, shared)
        nodes.set(name, node)
      }
    } catch (error) {
      await simulator.dispose()
      throw error
    }
    return new ServerStage(simulator, nodes)
  }

  /** Takes a step of the servers. Steps of clients do nothing. */
  async perform(step: Step): Promise<void> {
    if (step.do === 'notify') await this.#notify(step)
    else if (step.do === 'node') await this.#change(step.node, step)
    else if (step.do === 'drop') this.node(step.node).reset()
  }

  /** Sets how a node treats connections from now on. */
  async #change(name: string, { conduct, handshakeMs, answerMs }: NodeSettings): Promise<void> {
    const node = this.node(name)
    if (conduct !== undefined && conduct !== 'refusing') await node.heal()
    if (handshakeMs !== undefined) node.delayHandshake(handshakeMs)
    if (answerMs !== undefined) node.slow({ delayMs: answerMs })
    if (conduct !== undefined) misbehave(node, conduct)
  }

  async #notify(step: NotifyStep): Promise<void> {
    const announcement = toAnnouncement(step, name => this.node(name))
    for (let times = step.times ?? 1; times > 0; times -= 1) await this.node(step.on).notify(announcement)
  }

  /** The node of a name. */
  node(name: string): SimNode {
    const node = this.nodes.get(name)
    if (node === undefined)
      throw new RangeError(`There is no node ${JSON.stringify(name)}: ${[...this.nodes.keys()].join(', ')}`)
    return node
  }
}

async function addNode(simulator: Simulator, index: number, port: number): Promise<SimNode> {
  const host = `127.0.0.${index + 1}`
  try {
    return await simulator.addNode({ host, port, name: nameOf(index) })
  } catch {
    // Not every system has more than one loopback address.
    return simulator.addNode({ port: 0, name: 'localhost' })
  }
}

/** A name that leads to the address of the node, and to no other: resolvers turn addresses into themselves. */
function nameOf(index: number): string {
  return index === 0 ? 'localhost' : `127.0.0.${index + 1}`
}
