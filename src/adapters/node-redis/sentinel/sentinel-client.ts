import type { Clock } from '../../../base/clock.js'
import type { Endpoint } from '../../../base/endpoint.js'
import { gateFull } from '../../../engine/commands/waiting/gate.js'
import type { PrimarySource, Topology } from '../../../engine/database/primary-source.js'
import { Checkouts } from '../../../engine/pool/checkouts.js'
import { SharedCheckout } from '../../../engine/pool/shared-checkout.js'
import type { HostErrors } from '../../../engine/ports.js'
import type { Surroundings } from '../client.js'
import type { HostClient } from '../internals.js'
import {
  boundWaits,
  connectWithin,
  endpointOf,
  type NodeClient,
  NodeClients,
  type NodeClientsParts,
  resetIfDirty,
  untilHeardFrom,
} from './node-clients.js'
import { SentinelEvents } from './sentinel-events.js'
import type { CheckoutBackend, HostSentinel, Task } from './sentinel-internals.js'
import { nodeAt, type TakenSentinelOptions } from './sentinel-options.js'

/** What a sentinel client is made of. */
export interface SentinelParts {
  readonly host: HostSentinel
  readonly taken: TakenSentinelOptions
  readonly clock: Clock
  readonly errors: Pick<HostErrors, 'closed' | 'timeout'>
  readonly open: NodeClientsParts['open']
  readonly followed: Required<Pick<Surroundings, 'source'>>
  /** What all clients of this primary in the process share. */
  readonly source: () => PrimarySource
}

/** A sentinel client: the clients of the primary, those of the replicas, and what its application is told of them. */
export class SentinelClient implements CheckoutBackend {
  readonly nodes: NodeClients
  readonly checkouts: Checkouts
  readonly #parts: SentinelParts
  readonly #events: SentinelEvents
  readonly #primaries: readonly NodeClient[]
  readonly #shared: SharedCheckout
  #listening: NodeClient | undefined
  #reserved: { readonly id: number } | undefined
  #isOpen = false
  #wasReady = false
  #unlisten: (() => void) | undefined

  constructor(parts: SentinelParts) {
    this.#parts = parts
    const { host, taken, open, followed } = parts
    const size = taken.given.masterPoolSize ?? 1
    const { maxWaitingCommands } = taken.node.maint
    this.checkouts = new Checkouts(size, maxWaitingCommands, gateFull)
    this.#shared = new SharedCheckout({
      clock: parts.clock,
      take: () => this.checkouts.take(),
      giveBack: id => this.releaseClientLease({ id }),
      late: () => parts.errors.timeout(),
    })
    const passesErrors = taken.given.passthroughClientErrorEvents === true
    this.#events = new SentinelEvents({ emitter: host, passesErrors })
    this.nodes = new NodeClients({
      open,
      sentinelId: host.identity?.id,
      onError: (...failure) => this.#isOpen && this.#events.fail(...failure),
    })
    this.#primaries = Array.from({ length: size }, () => this.nodes.make('MASTER', taken.node, followed))
    for (const node of this.#primaries) {
      for (const event of ['ready', 'reconnecting']) node.client.on(event, () => this.#noteReady())
      boundWaits(node, { clock: parts.clock, withinMs: this.#patienceMs })
    }
  }

  get keyPrefix(): unknown {
    return this.#parts.host._keyPrefix
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  get isReady(): boolean {
    return this.#isOpen && this.#primaries.some(({ client }) => client.isReady)
  }

  /** How many wait for a checkout. */
  get tasksQueueLength(): number {
    return this.checkouts.waiting
  }

  get sentinelNode(): Endpoint | undefined {
    return this.#isOpen ? this.#parts.source().sentinel : undefined
  }

  get masterNode(): Endpoint | undefined {
    const ready = this.#primaries.find(({ client }) => client.isReady)
    return ready && endpointOf(ready)
  }

  async connect(): Promise<void> {
    if (this.#isOpen) throw new Error('already attempting to open')
    this.#isOpen = true
    this.#unlisten = this.#parts.source().listen(topology => this.#onTopology(topology))
    this.#events.emit('connect')
    try {
      await this.#connectPrimaries()
      await this.#connectReplicas()
      if (this.#parts.taken.given.reserveClient === true) this.#reserved = { id: await this.checkouts.take() }
    } catch (error) {
      if (this.#isOpen) this.destroy()
      throw error
    }
  }

  /**
   * Runs a task on a client of a replica, or of the primary: as the host does, all share one client of it.
   *
   * @param withinMs - How long it may wait for a client that the application has not kept for itself; 0 and `undefined` set no limit.
   */
  async run(isReadonly: boolean | undefined, task: Task, withinMs?: number): Promise<unknown> {
    if (isReadonly === true && this.#replicaSize > 0) {
      const replica = this.nodes.nextReplica()
      if (replica !== undefined) return task(replica)
    }
    if (this.#reserved !== undefined) return this.execute(task, this.#reserved)
    return this.#shared.use(id => this.execute(task, { id }), withinMs)
  }

  async execute(task: Task, { id }: { readonly id: number }): Promise<unknown> {
    const node = this.#primaries[id]
    if (node === undefined) throw new Error('No client with this number')
    return task(node.client)
  }

  /** The next one finds the client as a new one: no watched keys, and the database of the options. */
  releaseClientLease(checkout: { readonly id: number }): Promise<void> | undefined {
    const node = this.#primaries[checkout.id]
    const reset = node === undefined ? undefined : resetIfDirty(node, this.#parts.taken.node.host.database ?? 0)
    if (reset === undefined) return void this.checkouts.giveBack(checkout.id)
    return reset.catch(() => {}).then(() => this.checkouts.giveBack(checkout.id))
  }

  /** The client that listens; it is made with the first subscription. */
  async listening(): Promise<HostClient> {
    if (this.#listening === undefined) {
      const { taken, followed } = this.#parts
      this.#listening = this.nodes.make('PUBSUBPROXY', taken.node, followed)
    }
    const { client } = this.#listening
    if (this.#isOpen && !client.isOpen) await client.connect()
    return client
  }

  /** Nothing may be left to listen to. */
  noteUnsubscribed(): void {
    const node = this.#listening
    if (node === undefined || node.link.session.subscriptions.isActive) return
    this.#listening = undefined
    this.nodes.end(node)
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return
    this.#end()
    await this.nodes.close()
    this.#forget()
  }

  destroy(): void {
    const wasOpen = this.#isOpen
    this.#end()
    this.nodes.destroy()
    if (wasOpen) this.#forget()
  }

  get #replicaSize(): number {
    return this.#parts.taken.given.replicaPoolSize ?? 0
  }

  /** The host gives up after so many attempts, one a second. */
  get #patienceMs(): number {
    return (this.#parts.taken.given.maxCommandRediscovers ?? 16) * 1_000
  }

  #connectPrimaries(): Promise<void> {
    const nodes = [...this.#primaries, ...(this.#listening === undefined ? [] : [this.#listening])]
    return connectWithin(nodes, { clock: this.#parts.clock, withinMs: this.#patienceMs })
  }

  async #connectReplicas(): Promise<void> {
    if (this.#replicaSize === 0) return
    const source = this.#parts.source()
    await source.listReplicas()
    await this.#followReplicas(source.replicas)
  }

  #followReplicas(endpoints: readonly Endpoint[]): Promise<unknown> {
    const { taken } = this.#parts
    const change = this.nodes.follow(endpoints, this.#replicaSize, endpoint => nodeAt(taken, endpoint))
    for (const node of change.removed) this.#events.emit('topology-change', { type: 'REPLICA_REMOVE', node })
    for (const node of change.added) this.#events.emit('topology-change', { type: 'REPLICA_ADD', node })
    return change.ready
  }

  #onTopology(topology: Topology): void {
    switch (topology.type) {
      case 'primary':
        return this.#onPrimary(topology.endpoint)
      case 'replicas':
        if (this.#replicaSize > 0) void this.#followReplicas(topology.endpoints)
        return
      default:
        return this.#events.sentinels(topology)
    }
  }

  /** It is told once what listens is there too: what its application publishes then is heard. */
  #onPrimary(endpoint: Endpoint): void {
    const tell = (): void => this.#events.emit('topology-change', { type: 'MASTER_CHANGE', node: endpoint })
    const heard = this.#listening && untilHeardFrom(this.#listening, endpoint, this.#parts.clock)
    if (heard === undefined) tell()
    else void heard.then(() => this.#isOpen && tell())
  }

  #noteReady(): void {
    const { isReady } = this
    if (!this.#isOpen || isReady === this.#wasReady) return
    this.#wasReady = isReady
    this.#events.emit(isReady ? 'ready' : 'reconnecting')
  }

  /** Nothing is connected any more. */
  #forget(): void {
    if (this.#listening !== undefined) this.nodes.end(this.#listening)
    this.#listening = undefined
    this.#events.emit('end')
  }

  #end(): void {
    this.#isOpen = false
    this.#wasReady = false
    this.#unlisten?.()
    this.checkouts.failWaiting(this.#parts.errors.closed())
    if (this.#reserved !== undefined) this.checkouts.giveBack(this.#reserved.id)
    this.#reserved = undefined
    this.#parts.host.clientSideCache?.onPoolClose?.()
  }
}
