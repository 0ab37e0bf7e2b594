import {
  type BackendOptions,
  createSimulator,
  type NodeOptions,
  type SimNode,
  type Simulator,
} from '../../simulator/index.js'
import type { Scenario } from '../scenario/scenario.js'
import { unplayable } from './unplayable.js'

/** Where nodes are, and over which data set. */
export interface CastOptions {
  /** Default the built-in store. */
  readonly backend?: BackendOptions | undefined
  /** The port that all nodes share, each at a loopback address of its own. Default: each has a port of its own. */
  readonly sharedPort?: number
}

/** What nodes are started of a scenario. */
export type Cast = Pick<Scenario, 'nodes' | 'configured' | 'steps' | 'cluster'>

/** The nodes of a scenario by their names, the one that clients connect to first. */
export interface StartedCast {
  readonly simulator: Simulator
  readonly nodes: ReadonlyMap<string, SimNode>
}

/** Whether the configured endpoint leads elsewhere at some time, so that it needs an address of its own. */
export function movesAway({ steps }: Pick<Cast, 'steps'>): boolean {
  return steps.some(({ do: does }) => does === 'configure')
}

/** Starts a node for each of the scenario's, over one data set. They do nothing special yet. */
export async function startCast(cast: Cast, options: CastOptions): Promise<StartedCast> {
  const { nodes, configured, cluster = false } = cast
  // The node that clients connect to has the first address.
  const names = [configured, ...Object.keys(nodes).filter(name => name !== configured)]
  if (cluster) return startCluster(names, options)
  const { backend, sharedPort } = options
  const simulator = await createSimulator({ record: true, nodes: [], ...(backend !== undefined && { backend }) })
  try {
    const places = new NodePlaces(simulator, sharedPort, movesAway(cast) ? 2 : 1)
    const started = new Map<string, SimNode>()
    for (const name of names) started.set(name, await places.addNode(nodes[name]?.server ?? 'redis'))
    return { simulator, nodes: started }
  } catch (error) {
    await simulator.dispose()
    throw error
  }
}

/** All nodes are primaries. None owns a slot until it is given some. */
async function startCluster(names: readonly string[], { backend, sharedPort }: CastOptions): Promise<StartedCast> {
  if (backend !== undefined && backend.kind !== 'store') throw unplayable('a cluster is played over the built-in store')
  const cluster = { shards: names.length }
  const simulator = await createSimulator({ record: true, cluster, ...(sharedPort !== undefined && { sharedPort }) })
  simulator.cluster.unassign({ from: 0, to: 16_383 })
  const nodes = new Map(simulator.nodes.map((node, at): [string, SimNode] => [names[at] ?? '', node]))
  return { simulator, nodes }
}

/** Gives nodes their places: a port each, or one for all of them and an address each where the machine has several. */
class NodePlaces {
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
