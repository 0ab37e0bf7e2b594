import { printEndpoint } from '../../base/endpoint.js'
import {
  type BackendOptions,
  createSimulator,
  findRedisServer,
  type SimNode,
  type Simulator,
} from '../../simulator/index.js'
import { textOf } from '../program/error-text.js'
import { makeTrusted, type TrustedCertificate } from './trusted-certificate.js'

/** The nodes of a rehearsal. The client is configured with A. */
export const NODE_NAMES = ['A', 'B', 'C'] as const

/** One of {@link NODE_NAMES}. */
export type NodeName = (typeof NODE_NAMES)[number]

/** The data set behind the nodes: `auto` takes a redis-server process where the binary is found, else the store. */
export type BackendChoice = 'auto' | 'store' | 'spawn'

/** How a node is doing. */
export interface NodeView {
  readonly name: NodeName
  readonly endpoint: string
  readonly listening: boolean
  readonly connections: number
}

/** The nodes that a client is played to, and what is seen of it from there. */
export interface Stage {
  readonly simulator: Simulator
  readonly url: string
  /** Another endpoint of the same data set, which nothing happens to. */
  readonly controlUrl: string
  /** The file of a certificate that clients must trust; `undefined` where the nodes speak no TLS. */
  readonly trusted: string | undefined
  /** What is behind the nodes, for people. */
  readonly backend: string
  node(name: NodeName): SimNode
  nodes(): readonly NodeView[]
  /** Connections accepted since the start. */
  connections(): number
  /** Looks which node took most commands since the last look; without any, it is the one before. */
  look(): NodeName
  /** The node that took most commands at the last look. */
  serving(): SimNode
  dispose(): Promise<void>
}

/**
 * Starts three nodes over one data set.
 *
 * @throws HitlessError `SIMULATOR_UNAVAILABLE` when a port, or the back end that was asked for, cannot be had.
 */
export async function createStage(
  choice: BackendChoice,
  { tls = false }: { readonly tls?: boolean } = {},
): Promise<Stage> {
  const certificate = tls ? await makeTrusted() : undefined
  const { simulator, backend } = await startSimulator(choice, certificate).catch(async error => {
    await certificate?.remove()
    throw error
  })
  const nodeAt = (index: number): SimNode => {
    const found = simulator.nodes[index]
    if (found === undefined) throw new RangeError(`There is no node ${index}`)
    return found
  }
  const node = (name: NodeName): SimNode => nodeAt(NODE_NAMES.indexOf(name))
  const look = createLook(node)
  let serving: NodeName = 'A'
  return {
    simulator,
    backend,
    trusted: certificate?.file,
    url: node('A').url,
    controlUrl: nodeAt(NODE_NAMES.length).url,
    node,
    nodes: () => NODE_NAMES.map(name => viewOf(name, node(name))),
    connections: () => NODE_NAMES.reduce((sum, name) => sum + node(name).totalConnections, 0),
    look: () => {
      serving = look()
      return serving
    },
    serving: () => node(serving),
    dispose: async () => {
      await simulator.dispose()
      await certificate?.remove()
    },
  }
}

async function startSimulator(
  choice: BackendChoice,
  certificate: TrustedCertificate | undefined,
): Promise<{ simulator: Simulator; backend: string }> {
  const options = certificate === undefined ? {} : { tls: certificate.identity }
  const nodes = Array.from({ length: NODE_NAMES.length + 1 }, () => options)
  const start = (backend: BackendOptions): Promise<Simulator> => createSimulator({ nodes, backend })
  const binary = findRedisServer()
  if (choice === 'store') return { simulator: await start({ kind: 'store' }), backend: 'built-in store' }
  if (choice === 'spawn') return { simulator: await start({ kind: 'spawn' }), backend: `redis-server (${binary})` }
  if (binary === undefined) {
    return { simulator: await start({ kind: 'store' }), backend: 'built-in store (no redis-server was found)' }
  }
  try {
    return { simulator: await start({ kind: 'spawn' }), backend: `redis-server (${binary})` }
  } catch (error) {
    const reason = textOf(error)
    return { simulator: await start({ kind: 'store' }), backend: `built-in store (${reason})` }
  }
}

function viewOf(name: NodeName, node: SimNode): NodeView {
  const { endpoint, listening } = node
  return { name, endpoint: printEndpoint(endpoint), listening, connections: node.connections().length }
}

function createLook(node: (name: NodeName) => SimNode): () => NodeName {
  const seen = new Map<number, number>()
  let current: NodeName = 'A'
  return () => {
    let most = 0
    for (const name of NODE_NAMES) {
      let taken = 0
      for (const { id, commands } of node(name).connections()) {
        taken += commands - (seen.get(id) ?? 0)
        seen.set(id, commands)
      }
      if (taken <= most) continue
      most = taken
      current = name
    }
    return current
  }
}
