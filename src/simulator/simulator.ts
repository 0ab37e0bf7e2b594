import { type Clock, systemClock } from '../base/clock.js'
import { HitlessError } from '../base/errors.js'
import { AZURE_CHANNEL } from '../notifications/azure-notification.js'
import type { Announcement } from './announcements/announcement.js'
import { History } from './announcements/history.js'
import { type AzureAnnouncement, toAzureMessage } from './azure/azure-announcement.js'
import { publish } from './azure/publish.js'
import { type BackendOptions, createBackend } from './backends/backend.js'
import type { Backend } from './backends/backend-line.js'
import { type ClusterOptions, SimCluster } from './cluster/sim-cluster.js'
import { EventLog, type SimEvent } from './event-log.js'
import { SimNode } from './node.js'
import { type NodeOptions, resolveNodeOptions, type SharedState } from './node-options.js'
import { type SentinelOptions, SimSentinels } from './sentinel/sim-sentinels.js'
import type { Seat } from './store/seat.js'

/** How a simulator is made. */
export interface SimulatorOptions {
  /** The nodes to start with: how many, or the options of each. Default 1. */
  readonly nodes?: number | readonly NodeOptions[]
  /**
   * Makes the nodes a cluster, over the built-in store: each serves its slots and sends clients elsewhere for others.
   * Takes the place of `nodes`.
   */
  readonly cluster?: ClusterOptions
  /** Makes the nodes a primary with replicas, and adds sentinels that watch them. Takes the place of `nodes`. */
  readonly sentinel?: SentinelOptions
  /** The data set behind all nodes. Default the built-in store. */
  readonly backend?: BackendOptions
  /** Keeps a log of what happens on the connections: `true` the last 10,000 events, or as many as given. Default `false`. */
  readonly record?: boolean | number
  /** The number of the first announcement. Default 1; real databases begin at 0. */
  readonly firstSequence?: number
  /** Default the process's own. */
  readonly clock?: Clock
}

/** Several endpoints of one database, which announce maintenance and misbehave when told. */
export interface Simulator {
  readonly nodes: readonly SimNode[]
  /** Which data set is behind the nodes. */
  readonly backend: Backend['kind']
  /** What happened on the connections, oldest first; empty unless `record` is set. */
  readonly log: readonly SimEvent[]
  /** The first node. */
  readonly node: SimNode
  /**
   * The nodes as a cluster.
   *
   * @throws RangeError without the option `cluster`.
   */
  readonly cluster: SimCluster
  /**
   * The sentinels, which are nodes as well.
   *
   * @throws RangeError without the option `sentinel`.
   */
  readonly sentinel: SimSentinels
  /**
   * Adds a node and resolves once it listens.
   *
   * @throws HitlessError `SIMULATOR_UNAVAILABLE` when the port or its certificate cannot be had, or the simulator was disposed of.
   */
  addNode(options?: NodeOptions): Promise<SimNode>
  /** Tells the connections of all nodes, under one number. Resolves with how many were told. */
  notify(announcement: Announcement): Promise<number>
  /**
   * Publishes on the channel `AzureRedisEvents`, as Azure Cache for Redis does: an announcement, or any text. Resolves with
   * how many connections subscribed to it, on all nodes.
   *
   * @param copies - How often it is published: every node of a cache does so. Default 1.
   * @throws HitlessError `SIMULATOR_UNAVAILABLE` when the data set refuses.
   */
  azure(message: AzureAnnouncement | string, copies?: number): Promise<number>
  /** Forgets the last completion, so that new connections are not told of it. */
  forgetCompletion(): void
  /** Resolves with the first logged event that matches, or with the next one that does. */
  when(matches: (event: SimEvent) => boolean): Promise<SimEvent>
  /** Resolves with the next event that matches. */
  next(matches: (event: SimEvent) => boolean): Promise<SimEvent>
  /** Empties the log. */
  clearLog(): void
  /** Ends all sockets, timers and processes. A second call does nothing. */
  dispose(): Promise<void>
}

const DEFAULT_LOG_LIMIT = 10_000

/**
 * Starts a simulator.
 *
 * @example
 * const simulator = await createSimulator({ nodes: 2 })
 * const [a, b] = simulator.nodes
 * await a.notify({ type: 'moving', graceMs: 15_000, endpoint: b })
 *
 * @throws HitlessError `SIMULATOR_UNAVAILABLE` when the data set, a port or a certificate cannot be had.
 */
export async function createSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { clock = systemClock, firstSequence = 1, record = false, nodes = 1, backend, cluster, sentinel } = options
  const limit = record === true ? DEFAULT_LOG_LIMIT : Number(record)
  let connections = 0
  const shared: SharedState = {
    clock,
    backend: await createBackend(backend ?? { kind: 'store' }, clock),
    history: new History(firstSequence),
    log: new EventLog(clock, limit),
    nextConnectionId: () => {
      connections += 1
      return connections
    },
    seatOf: index => simulator.seatOf(index),
  }
  const simulator = new RunningSimulator(shared)
  try {
    if (cluster !== undefined) await simulator.formCluster(cluster)
    else if (sentinel !== undefined) await simulator.formSentinels(sentinel)
    else for (const node of toNodeOptions(nodes)) await simulator.addNode(node)
  } catch (error) {
    await simulator.dispose()
    throw error
  }
  return simulator
}

function toNodeOptions(nodes: number | readonly NodeOptions[]): readonly NodeOptions[] {
  return typeof nodes === 'number' ? Array.from({ length: nodes }, () => ({})) : nodes
}

/** What a node has that does not share the data set of the others. */
interface OwnBackend {
  readonly backend: Backend
  readonly seat: Seat
}

function toShared(shared: SharedState, own: OwnBackend | undefined): SharedState {
  return own === undefined ? shared : { ...shared, backend: own.backend, seatOf: () => own.seat }
}

class RunningSimulator implements Simulator {
  readonly nodes: SimNode[] = []
  readonly #shared: SharedState
  #disposed: Promise<void> | undefined
  #cluster: SimCluster | undefined
  #sentinel: SimSentinels | undefined

  constructor(shared: SharedState) {
    this.#shared = shared
  }

  get backend(): Backend['kind'] {
    return this.#shared.backend.kind
  }

  get log(): readonly SimEvent[] {
    return this.#shared.log.events
  }

  get node(): SimNode {
    const [first] = this.nodes
    if (first === undefined) throw new RangeError('The simulator has no node')
    return first
  }

  get cluster(): SimCluster {
    if (this.#cluster === undefined) throw new RangeError('The simulator was made without a cluster')
    return this.#cluster
  }

  async formCluster(options: ClusterOptions): Promise<void> {
    const { history, backend } = this.#shared
    const { store } = backend
    if (store === undefined) throw new RangeError('A cluster is simulated over the built-in store only')
    const addNode = (node: NodeOptions): Promise<SimNode> => this.addNode(node)
    this.#cluster = new SimCluster({ store, history, addNode, notify: told => this.notify(told) }, options)
    await this.#cluster.form()
  }

  get sentinel(): SimSentinels {
    if (this.#sentinel === undefined) throw new RangeError('The simulator was made without sentinels')
    return this.#sentinel
  }

  async formSentinels(options: SentinelOptions): Promise<void> {
    const { clock } = this.#shared
    const createOwn = (): Promise<Backend> => createBackend({ kind: 'store' }, clock)
    const host = { createBackend: createOwn, addNode: this.#start.bind(this) }
    this.#sentinel = new SimSentinels(host, options)
    await this.#sentinel.form()
  }

  seatOf(index: number): Seat | undefined {
    return this.#cluster?.seatOf(index)
  }

  addNode(options: NodeOptions = {}): Promise<SimNode> {
    return this.#start(options)
  }

  async #start(options: NodeOptions, own?: OwnBackend): Promise<SimNode> {
    const resolved = await resolveNodeOptions(options)
    // A node that begins to listen now would never end.
    if (this.#disposed !== undefined)
      throw new HitlessError('SIMULATOR_UNAVAILABLE', 'The simulator was disposed of', { facts: { kind: 'disposed' } })
    const node = new SimNode(this.nodes.length, resolved, toShared(this.#shared, own))
    this.nodes.push(node)
    await node.accept()
    return node
  }

  async notify(announcement: Announcement): Promise<number> {
    const numbered = this.#shared.history.number(announcement)
    const told = await Promise.all(this.nodes.map(node => node.notify(numbered)))
    return told.reduce((sum, count) => sum + count, 0)
  }

  async azure(message: AzureAnnouncement | string, copies = 1): Promise<number> {
    const { backend, clock } = this.#shared
    const text = typeof message === 'string' ? message : toAzureMessage(message, clock.epochMs())
    const told = await Promise.all(Array.from({ length: copies }, () => publish(backend, AZURE_CHANNEL, text)))
    return Math.max(0, ...told)
  }

  forgetCompletion(): void {
    this.#shared.history.forget()
  }

  when(matches: (event: SimEvent) => boolean): Promise<SimEvent> {
    return this.#shared.log.when(matches)
  }

  next(matches: (event: SimEvent) => boolean): Promise<SimEvent> {
    return this.#shared.log.next(matches)
  }

  clearLog(): void {
    this.#shared.log.clear()
  }

  dispose(): Promise<void> {
    this.#disposed ??= this.#end()
    return this.#disposed
  }

  async #end(): Promise<void> {
    this.#shared.log.dispose()
    await Promise.all(this.nodes.map(node => node.dispose()))
    await this.#shared.backend.dispose()
  }
}
