import type { Clock } from '../../base/clock.js'
import { withDeadline } from '../../base/deadline.js'
import { type Endpoint, fromPlace, placeOf } from '../../base/endpoint.js'
import { SingleFlight } from '../../base/single-flight.js'
import { SLOT_COUNT } from '../../core/slots/key-slot.js'
import {
  differs,
  isWithin,
  listSlots,
  type OwnedRange,
  readOwnedRanges,
  toOwnedRanges,
  toRanges,
} from '../../core/slots/owned-ranges.js'
import type { Link } from '../../engine/link/link.js'
import { type ChannelCarriers, ChannelMoves } from '../../engine/topology/cluster/channel-moves.js'
import type { SearchedNodes } from '../../engine/topology/cluster/node-search.js'
import type { RedirectedTopology } from '../../engine/topology/cluster/redirect-follower.js'
import { asUnsent } from '../../engine/topology/cluster/unsent.js'
import type { SlotRange } from '../../notifications/notification.js'
import type { ModelClient } from '../scenario/model/model-client.js'
import { ModelError } from '../scenario/model/model-error.js'
import type { Places } from '../scenario/places.js'
import type { LogEntry } from '../scenario/scenario.js'

/** A node as the client of a cluster knows it. */
export interface ClusterNode extends Endpoint {
  readonly name: string
  readonly client: ModelClient
  /** Resolves once it is connected for the first time, or never will be. */
  readonly connected: Promise<unknown>
}

/** What the topology inside a modelled client of a cluster needs. */
export interface ModelTopologyParts {
  readonly clock: Clock
  readonly places: Places
  /** Makes the client of a node; it does not connect. */
  readonly create: (name: string) => ModelClient
  readonly record: (entry: LogEntry) => void
  /** Is told when a node has told the topology, and that was adopted. */
  readonly onLooked: (askedAt: number) => void
}

/** How long a node may take that is asked who owns the slots, in milliseconds. */
const ANSWER_WITHIN_MS = 1_000

/** What a host library keeps of a cluster: its nodes with their clients, and who owns which slots. */
export class ModelTopology implements RedirectedTopology, SearchedNodes, ChannelCarriers<ClusterNode> {
  isOpen = false
  readonly channels: ChannelMoves<ClusterNode>
  readonly #parts: ModelTopologyParts
  readonly #nodes = new Map<string, ClusterNode>()
  readonly #owners: (ClusterNode | undefined)[] = Array.from({ length: SLOT_COUNT })
  readonly #looks = new SingleFlight<void>()

  constructor(parts: ModelTopologyParts) {
    this.#parts = parts
    this.channels = new ChannelMoves(parts.clock, this)
  }

  /** Those that are connected, or will be. */
  get nodes(): readonly ClusterNode[] {
    return [...this.#nodes.values()]
  }

  ranges(): readonly OwnedRange[] {
    return toOwnedRanges(this.#owners, placeOf)
  }

  /** The slots of each node by its name, as `0-99,200`. */
  printed(): Readonly<Record<string, string>> {
    const owned = this.nodes.map((node): [string, string] => [node.name, print(this.#slotsOf(node))])
    return Object.fromEntries(owned.filter(([, slots]) => slots !== ''))
  }

  ownerOf(slot: number): ClusterNode | undefined {
    return this.#owners[slot]
  }

  serves(target: Endpoint): boolean {
    const node = this.find(target)
    return node !== undefined && isReady(node)
  }

  find(target: Endpoint): ClusterNode | undefined {
    return this.#nodes.get(placeOf(target))
  }

  /** The node at a place. Its client is made and connects where there is none. */
  nodeAt(endpoint: Endpoint): ClusterNode {
    const known = this.find(endpoint)
    if (known !== undefined) return known
    const name = this.#parts.places.nameOf(endpoint) ?? ''
    const client = this.#parts.create(name)
    const node: ClusterNode = { ...endpoint, name, client, connected: client.connect().catch(() => {}) }
    this.#nodes.set(placeOf(endpoint), node)
    return node
  }

  async prepare(target: Endpoint, withinMs: number, slots: readonly SlotRange[]): Promise<boolean> {
    const { clock } = this.#parts
    const node = this.nodeAt(target)
    const connecting = node.connected.then(() => isReady(node))
    const serves = await withDeadline(connecting, { clock, withinMs, onLate: () => false })
    if (serves) await this.channels.moveTo(node, slot => isWithin(slot, slots))
    return serves
  }

  assign(target: Endpoint, slots: readonly SlotRange[]): void {
    this.#give(this.nodeAt(target), slots.flatMap(listSlots))
  }

  letGo(): void {
    const idle = this.nodes.filter(node => this.#slotsOf(node).length === 0)
    if (idle.length === this.#nodes.size) return
    for (const node of idle) if (!node.client.link.session.subscriptions.isActive) this.#leave(node)
  }

  look(): Promise<void> {
    return this.#looks.run(async () => {
      const { clock, onLooked } = this.#parts
      const askedAt = clock.now()
      const { node, rows } = await this.#ask()
      this.#record({ event: 'slots:looked', node: node.name })
      await this.#adopt(rows)
      onLooked(askedAt)
    })
  }

  get isMissing(): boolean {
    return this.nodes.some(node => !isReady(node))
  }

  async differs(): Promise<boolean> {
    return differs((await this.#ask()).rows, this.ranges())
  }

  *carriers(): Iterable<readonly [ClusterNode, Link]> {
    for (const node of this.nodes) yield [node, node.client.link]
  }

  async open({ client, connected }: ClusterNode): Promise<Link> {
    await connected
    return client.link
  }

  async #ask(): Promise<{ readonly node: ClusterNode; readonly rows: readonly OwnedRange[] }> {
    const { clock } = this.#parts
    const node = this.nodes.find(isReady)
    if (node === undefined) throw new ModelError('other', 'No node answers')
    const onLate = (): never => {
      throw new ModelError('timeout', 'The node did not answer in time')
    }
    const told = node.client.link.dispatcher.command(['CLUSTER', 'SLOTS'], undefined)
    const rows = await withDeadline(told, { clock, withinMs: ANSWER_WITHIN_MS, onLate })
    return { node, rows: readOwnedRanges(rows, node.host) }
  }

  /** Channels are subscribed to at their next node before the table changes. A slot of which nothing was told keeps its owner. */
  async #adopt(rows: readonly OwnedRange[]): Promise<void> {
    const owned = new Map<ClusterNode, number[]>()
    for (const row of rows) {
      const node = this.nodeAt(fromPlace(row.node))
      owned.set(node, [...(owned.get(node) ?? []), ...listSlots(row)])
    }
    const moved = [...owned].map(async ([node, slots]) => {
      const own = new Set(slots)
      await this.channels.moveTo(node, slot => own.has(slot))
    })
    await Promise.all(moved)
    for (const [node, slots] of owned) this.#give(node, slots)
    for (const node of this.nodes) if (this.#slotsOf(node).length === 0) this.#leave(node)
  }

  #give(node: ClusterNode, slots: readonly number[]): void {
    const changed = slots.filter(slot => this.#owners[slot] !== node)
    for (const slot of changed) this.#owners[slot] = node
    if (changed.length > 0) this.#record({ event: 'slots:owned', node: node.name, slots: print(changed) })
  }

  /** One that serves answers what it was sent. What was never written to another one is sent elsewhere. */
  #leave(node: ClusterNode): void {
    this.#nodes.delete(placeOf(node))
    this.#record({ event: 'node:left', node: node.name })
    if (isReady(node)) return void node.client.close().catch(() => {})
    node.client.link.dispatcher.close(asUnsent(new ModelError('closed', 'The node has left')))
    node.client.destroy()
  }

  #slotsOf(node: ClusterNode): readonly number[] {
    return this.#owners.flatMap((owner, slot) => (owner === node ? [slot] : []))
  }

  #record(entry: Omit<LogEntry, 'at'>): void {
    const { record, clock } = this.#parts
    record({ at: clock.now(), ...entry })
  }
}

function isReady({ client }: ClusterNode): boolean {
  return client.servingNode !== null
}

function print(slots: readonly number[]): string {
  return toRanges(slots)
    .map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`))
    .join(',')
}
