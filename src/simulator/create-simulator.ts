import { systemClock } from '../base/clock.js'
import type { Endpoint } from '../base/endpoint.js'
import { HitlessError } from '../base/errors.js'
import { AZURE_CHANNEL } from '../notifications/azure-notification.js'
import type { Announcement } from './announcements/announcement.js'
import { History } from './announcements/history.js'
import { type AzureAnnouncement, toAzureMessage } from './azure/azure-announcement.js'
import { publish } from './azure/publish.js'
import { createBackend } from './backends/backend.js'
import type { Backend } from './backends/backend-line.js'
import { swapRoles } from './backends/swap-roles.js'
import { type ClusterOptions, SimCluster } from './cluster/sim-cluster.js'
import { SimEntrance } from './entrance.js'
import { EventLog, type SimEvent } from './event-log.js'
import { SimNode } from './node.js'
import { type NodeOptions, resolveNodeOptions, type SharedState } from './node-options.js'
import { type SentinelOptions, SimSentinels } from './sentinel/sim-sentinels.js'
import type { Simulator, SimulatorOptions } from './simulator.js'
import type { Seat } from './store/seat.js'

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
  const simulator = new RunningSimulator(shared, options.sharedPort)
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
  readonly seat?: Seat
}

function toShared(shared: SharedState, own: OwnBackend | undefined): SharedState {
  return own === undefined ? shared : { ...shared, backend: own.backend, seatOf: () => own.seat }
}

class RunningSimulator implements Simulator {
  readonly nodes: SimNode[] = []
  readonly #entrances: SimEntrance[] = []
  /** Those that nodes have for themselves. */
  readonly #backends = new Map<SimNode, Backend>()
  readonly #shared: SharedState
  readonly #sharedPort: number | undefined
  #disposed: Promise<void> | undefined
  #cluster: SimCluster | undefined
  #sentinel: SimSentinels | undefined

  constructor(shared: SharedState, sharedPort: number | undefined) {
    this.#shared = shared
    this.#sharedPort = sharedPort
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
    const { store } = this.#shared.backend
    if (store === undefined) throw new RangeError('A cluster is simulated over the built-in store only')
    const addNode = (node: NodeOptions): Promise<SimNode> => this.addNode(node)
    this.#cluster = new SimCluster({ store, addNode, notify: told => this.notify(told) }, options)
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

  async addNode(options: NodeOptions = {}): Promise<SimNode> {
    if (options.backend === undefined) return this.#start(options)
    const backend = await createBackend(options.backend, this.#shared.clock)
    try {
      const node = await this.#start(options, { backend })
      this.#backends.set(node, backend)
      return node
    } catch (error) {
      await backend.dispose()
      throw error
    }
  }

  swapRoles(primary: SimNode, replica: SimNode): Promise<void> {
    return swapRoles(this.#backends.get(primary), this.#backends.get(replica), this.#shared.clock)
  }

  async #start(options: NodeOptions, own?: OwnBackend): Promise<SimNode> {
    const resolved = await resolveNodeOptions({ ...this.#place(), ...options })
    // A node that begins to listen now would never end.
    if (this.#disposed !== undefined)
      throw new HitlessError('SIMULATOR_UNAVAILABLE', 'The simulator was disposed of', { facts: { kind: 'disposed' } })
    const node = new SimNode(this.nodes.length, resolved, toShared(this.#shared, own))
    this.nodes.push(node)
    try {
      await node.accept()
    } catch (error) {
      this.nodes.splice(this.nodes.indexOf(node), 1)
      throw error
    }
    return node
  }

  /** Where the next node listens, unless its own options say it. */
  #place(): NodeOptions {
    if (this.#sharedPort === undefined) return {}
    const [first] = this.nodes
    return { host: `127.0.0.${this.nodes.length + 1}`, port: first?.endpoint.port ?? this.#sharedPort }
  }

  async addEntrance(node: SimNode, place: Partial<Endpoint> = {}): Promise<SimEntrance> {
    const entrance = new SimEntrance(node, place)
    this.#entrances.push(entrance)
    await entrance.leadTo(node)
    return entrance
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

  listen(listener: (event: SimEvent) => void): () => void {
    return this.#shared.log.listen(listener)
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
    await Promise.all([...this.#entrances, ...this.nodes].map(part => part.dispose()))
    await Promise.all([this.#shared.backend, ...this.#backends.values()].map(backend => backend.dispose()))
  }
}
