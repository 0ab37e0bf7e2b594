import { createHash } from 'node:crypto'
import type { Backend } from '../backends/backend-line.js'
import type { SimNode } from '../node.js'
import type { NodeOptions } from '../node-options.js'
import { publish } from '../store/channels.js'
import type { Seat } from '../store/seat.js'
import {
  messagesAtTheEnd,
  messagesOfFollower,
  messagesOfLeader,
  type SentinelMessage,
  type ToldFailover,
} from './sentinel-messages.js'
import { SentinelSeat, type SentinelView } from './sentinel-seat.js'

/** How a group with sentinels is simulated. */
export interface SentinelOptions {
  /** The name of the primary. Default `mymaster`. */
  readonly name?: string
  /** How many replicas the primary has. Default 2. */
  readonly replicas?: number
  /** How many sentinels watch it. Default 3; more than half of them have to agree. */
  readonly sentinels?: number
  /** How each data node is made, the primary first. Default: with the defaults of {@link NodeOptions}. */
  readonly node?: (index: number) => NodeOptions
  /** How each sentinel is made. Default: with the same defaults. */
  readonly sentinel?: (index: number) => NodeOptions
}

/** How the primary changes. */
export interface SimFailover {
  /** The replica that becomes the primary. Default the first one. */
  readonly to?: SimNode
  /** The sentinel that leads. Default the first one. */
  readonly leader?: SimNode
  /** Whether somebody asked for it (`SENTINEL FAILOVER`). Otherwise the primary was found to be down. Default `true`. */
  readonly asked?: boolean
}

/** What the sentinels need of the simulator. */
export interface SentinelHost {
  /** Starts a node over the data set of the simulator, or over one of its own. */
  addNode(options: NodeOptions, own?: { readonly backend: Backend; readonly seat: Seat }): Promise<SimNode>
  createBackend(): Promise<Backend>
}

interface Sentinel {
  readonly id: string
  readonly node: SimNode
  readonly backend: Backend
  /** What it believes, where that is not the truth. */
  belief: SentinelView | undefined
}

/** A primary, its replicas, and sentinels that watch them: they change the primary when told, and tell their clients of it. */
export class SimSentinels {
  /** The name by which clients ask for the primary. */
  readonly name: string
  readonly #host: SentinelHost
  readonly #options: SentinelOptions
  readonly #sentinels: Sentinel[] = []
  readonly #servers: SimNode[] = []
  #primary: SimNode | undefined
  #epoch = 0
  #flags = 'master'

  /** Use `createSimulator` with `sentinel`. */
  constructor(host: SentinelHost, options: SentinelOptions) {
    this.#host = host
    this.#options = options
    this.name = options.name ?? 'mymaster'
  }

  /** The nodes that are sentinels. */
  get sentinels(): readonly SimNode[] {
    return this.#sentinels.map(({ node }) => node)
  }

  /** The node that is the primary now. */
  get primary(): SimNode {
    return found(this.#primary)
  }

  /** All servers but the primary. */
  get replicas(): readonly SimNode[] {
    return this.#servers.filter(server => server !== this.#primary)
  }

  /**
   * Makes a replica the primary, and the primary a replica. Sentinels that are stale do not hear of it; the others tell
   * their clients what real ones tell, in the same order: the one that leads names the new primary last.
   */
  failover({ to, leader, asked = true }: SimFailover = {}): void {
    const from = this.primary
    const next = found(to ?? this.replicas[0])
    const told = this.#toTold({ from, to: next, asked, leader: this.#of(leader ?? found(this.sentinels[0])) })
    this.#primary = next
    this.#flags = 'master'
    this.#assignRoles()
    const hearing = this.#sentinels.filter(({ belief }) => belief === undefined)
    const leading = hearing.filter(({ id }) => id === told.leader.id)
    for (const sentinel of leading) this.#tell(sentinel, messagesOfLeader(told))
    for (const sentinel of hearing) if (!leading.includes(sentinel)) this.#tell(sentinel, messagesOfFollower(told))
    for (const sentinel of leading) this.#tell(sentinel, messagesAtTheEnd(told))
  }

  /** The sentinels say that the primary is down: each by itself, and then all of them. */
  primaryDown(): void {
    this.#flags = 's_down,o_down,master'
    const { host, port } = this.primary.endpoint
    const place = `master ${this.name} ${host} ${port}`
    this.publish('+sdown', place)
    this.publish('+odown', `${place} #quorum ${this.#quorum}/${this.#quorum}`)
  }

  /** The sentinels say that the primary is there again. */
  primaryUp(): void {
    this.#flags = 'master'
    const { host, port } = this.primary.endpoint
    this.publish('-sdown', `master ${this.name} ${host} ${port}`)
    this.publish('-odown', `master ${this.name} ${host} ${port}`)
  }

  /** Has a sentinel name another primary than the true one; it hears of no failover. */
  lie(sentinel: SimNode, primary: SimNode): void {
    const view = this.#viewOf(this.#of(sentinel))
    this.#of(sentinel).belief = { ...view, primary: primary.endpoint }
  }

  /** Has a sentinel hear of nothing from now on: it says what is true now. */
  freeze(sentinel: SimNode): void {
    this.#of(sentinel).belief = this.#viewOf(this.#of(sentinel))
  }

  /** Ends what `lie` and `freeze` began. */
  enlighten(sentinel: SimNode): void {
    this.#of(sentinel).belief = undefined
  }

  /** Publishes on a channel of some sentinels, by default of all that are not stale. Returns how many clients heard it. */
  publish(channel: string, text: string, sentinels?: readonly SimNode[]): number {
    const meant = sentinels?.map(node => this.#of(node)) ?? this.#sentinels.filter(({ belief }) => belief === undefined)
    return meant.reduce((sum, sentinel) => sum + this.#tell(sentinel, [[channel, text]]), 0)
  }

  /** Starts the nodes. The simulator calls it. */
  async form(): Promise<void> {
    const { replicas = 2, sentinels = 3, node, sentinel } = this.#options
    for (let at = 0; at <= replicas; at += 1) this.#servers.push(await this.#host.addNode(node?.(at) ?? {}))
    this.#primary = this.#servers[0]
    this.#assignRoles()
    for (let at = 0; at < sentinels; at += 1) await this.#startSentinel(at, sentinel?.(at) ?? {})
  }

  async #startSentinel(at: number, options: NodeOptions): Promise<void> {
    const id = createHash('sha1').update(`sentinel ${at}`).digest('hex')
    const backend = await this.#host.createBackend()
    const view = (): SentinelView => this.#viewOf(found(this.#sentinels[at]))
    const leader = (): SimNode => found(this.#sentinels[at]).node
    const seat = new SentinelSeat({ id, view, failover: () => this.failover({ leader: leader() }) })
    const node = await this.#host.addNode(options, { backend, seat })
    this.#sentinels.push({ id, node, backend, belief: undefined })
  }

  #assignRoles(): void {
    for (const server of this.#servers) server.follow(server === this.#primary ? undefined : this.primary)
  }

  #viewOf(sentinel: Sentinel): SentinelView {
    if (sentinel.belief !== undefined) return sentinel.belief
    return {
      name: this.name,
      quorum: this.#quorum,
      primary: this.primary.endpoint,
      replicas: this.replicas.map(({ endpoint }) => endpoint),
      others: this.#sentinels
        .filter(other => other !== sentinel)
        .map(({ id, node }) => ({ id, endpoint: node.endpoint })),
      flags: this.#flags,
      epoch: this.#epoch,
    }
  }

  #toTold({ from, to, asked, leader }: { from: SimNode; to: SimNode; asked: boolean; leader: Sentinel }): ToldFailover {
    this.#epoch += 1
    return {
      name: this.name,
      from: from.endpoint,
      to: to.endpoint,
      others: this.replicas.filter(other => other !== to).map(({ endpoint }) => endpoint),
      quorum: this.#quorum,
      epoch: this.#epoch,
      leader: { id: leader.id, endpoint: leader.node.endpoint },
      asked,
    }
  }

  #tell({ backend }: Sentinel, messages: readonly SentinelMessage[]): number {
    const clients = backend.store?.clients
    let heard = 0
    for (const [channel, text] of messages)
      heard += publish(clients?.values() ?? [], Buffer.from(channel), Buffer.from(text))
    return heard
  }

  #of(node: SimNode): Sentinel {
    return found(this.#sentinels.find(sentinel => sentinel.node === node))
  }

  get #quorum(): number {
    return Math.floor((this.#options.sentinels ?? 3) / 2) + 1
  }
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new RangeError('No such node is among the sentinels or their servers')
  return value
}
