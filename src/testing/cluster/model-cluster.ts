import type { Endpoint } from '../../base/endpoint.js'
import type { Hooks } from '../../core/events/hooks.js'
import { oncePerEvent } from '../../core/events/once-per-event.js'
import { slotOf } from '../../core/slots/key-slot.js'
import type { Context } from '../../engine/database/context.js'
import { DatabaseRegistry } from '../../engine/database/database-registry.js'
import type { Link } from '../../engine/link/link.js'
import { awaitKeys, isHalfMoved } from '../../engine/topology/cluster/half-moved.js'
import { NodeSearch } from '../../engine/topology/cluster/node-search.js'
import {
  CONNECT_WITHIN_MS,
  MOST_REDIRECTS,
  RedirectFollower,
  toRedirect,
} from '../../engine/topology/cluster/redirect-follower.js'
import { SlotMoves } from '../../engine/topology/cluster/slot-moves.js'
import { isUnsent } from '../../engine/topology/cluster/unsent.js'
import { keysOf } from '../../simulator/store/command-keys.js'
import { type Application, connectionsByNode, type Which } from '../scenario/application.js'
import type { CallStep } from '../scenario/call-steps.js'
import type { ClusterEnd } from '../scenario/ends.js'
import { ModelClient } from '../scenario/model/model-client.js'
import type { ModelConnection } from '../scenario/model/model-connection.js'
import type { WishStep } from '../scenario/scenario.js'
import { type ModelParts, type Surroundings, surround } from '../scenario/surroundings.js'
import { ModelTopology } from './model-topology.js'

type Task<T> = (link: Link) => Promise<T>

/** The client of a cluster in the modelled world: what follows slots is the engine's, its host only finds the node of a key. */
export class ModelCluster implements Application {
  readonly host: Surroundings['host']
  readonly calls: Surroundings['calls']
  readonly #parts: ModelParts
  readonly #surroundings: Surroundings
  readonly #hooks: Hooks
  readonly #databases: DatabaseRegistry
  readonly #topology: ModelTopology
  readonly #moves: SlotMoves
  readonly #search: NodeSearch
  readonly #follower: RedirectFollower
  /** All clients of nodes that were ever made. */
  readonly #clients: ModelClient[] = []

  constructor(parts: ModelParts) {
    const { clock, server, record } = parts
    this.#parts = parts
    this.#surroundings = surround(parts)
    const { host, calls, hooks, context } = this.#surroundings
    const { random } = context
    this.host = host
    this.calls = calls
    this.#hooks = oncePerEvent(hooks, clock)
    this.#databases = new DatabaseRegistry({ clock, random })
    const topology = new ModelTopology({
      clock,
      places: server.places,
      create: name => this.#create(name),
      record,
      onLooked: askedAt => this.#moves.looked(askedAt),
    })
    this.#topology = topology
    this.#moves = new SlotMoves(clock, random, topology)
    this.#search = new NodeSearch(clock, random, topology)
    this.#follower = new RedirectFollower(clock, { topology, moves: this.#moves })
  }

  get relaxed(): boolean {
    return this.#clients.some(({ relaxed }) => relaxed)
  }

  async connect(): Promise<void> {
    const { scenario, server } = this.#parts
    this.#topology.isOpen = true
    await this.#topology.nodeAt(server.places.endpointOf(scenario.configured)).connected
    await this.#topology.look()
  }

  async close(): Promise<void> {
    this.#stop()
    await Promise.all(this.#open.map(client => client.close().catch(() => {})))
  }

  destroy(): void {
    this.#stop()
    for (const client of this.#open) client.destroy()
  }

  call(step: CallStep): void {
    const slot = slotOfCall(step)
    this.calls.make(step, task => this.#perform(slot, task))
  }

  wish(step: WishStep): void {
    for (const client of this.#open) client.wish(step)
  }

  connectionsTo(node: string, which?: Which): readonly ModelConnection[] {
    return this.#clients.flatMap(client => client.connectionsTo(node, which))
  }

  endAt(at: number): ClusterEnd {
    return {
      at,
      slots: this.#topology.printed(),
      relaxed: this.relaxed,
      connections: connectionsByNode(this, this.#parts.server),
    }
  }

  get #open(): readonly ModelClient[] {
    return this.#clients.filter(({ isOpen }) => isOpen)
  }

  async #perform<T>(slot: number, task: Task<T>): Promise<T> {
    let attempt = (): Promise<T> => task(this.#ownerOf(slot))
    for (let failures = 0; ; failures += 1) {
      try {
        return await attempt()
      } catch (error) {
        const link = failures < MOST_REDIRECTS ? await this.#elsewhere(error, slot, failures) : undefined
        if (link === undefined) throw error
        attempt = () => this.#ask(error, link, task)
      }
    }
  }

  /** Where a command belongs that a node has refused; `undefined` where it belongs nowhere else. */
  async #elsewhere(error: unknown, slot: number, failures: number): Promise<Link | undefined> {
    if (isUnsent(error)) return this.#ownerOf(slot)
    if (isHalfMoved(error)) {
      await awaitKeys(this.#parts.clock, failures)
      return this.#ownerOf(slot)
    }
    const redirect = toRedirect(error)
    if (redirect === undefined) return undefined
    if (redirect.kind === 'ASK') {
      await this.#topology.prepare(redirect.target, CONNECT_WITHIN_MS, [])
      return this.#topology.find(redirect.target)?.client.link
    }
    if (!(await this.#follower.follow(redirect))) await this.#topology.look()
    return this.#ownerOf(slot)
  }

  #ask<T>(error: unknown, link: Link, task: Task<T>): Promise<T> {
    if (toRedirect(error)?.kind === 'ASK') link.dispatcher.command(['ASKING'], undefined).catch(() => {})
    return task(link)
  }

  #ownerOf(slot: number): Link {
    const owner = this.#topology.ownerOf(slot)
    if (owner === undefined) throw new RangeError(`Nobody is known to own slot ${slot}`)
    return owner.client.link
  }

  #create(name: string): ModelClient {
    const { host, calls, context } = this.#surroundings
    const client: ModelClient = new ModelClient(
      this.#parts,
      { host, calls, hooks: this.#hooks, context: this.#contextOf(name, context) },
      {
        member: name,
        hooks: this.#hooks,
        onEffect: effect => {
          // A connection was lost, or its server says nothing.
          if (effect.type === 'dial') this.#search.begin()
          this.#moves.onEffect(effect)
        },
        onChannelEnded: channel => this.#onChannelEnded(client, channel),
      },
    )
    this.#clients.push(client)
    return client
  }

  /** Each node is a database of its own. */
  #contextOf(name: string, context: Context): Context {
    const { host, port }: Endpoint = this.#parts.server.places.endpointOf(name)
    const target = { ...context.target, host, port }
    const database = this.#databases.for(name, { target, maint: context.maint, source: undefined })
    return { ...context, host: this.host.at(name), target, database }
  }

  #onChannelEnded({ link }: ModelClient, channel: string): void {
    const listeners = link.session.subscriptions.release('SHARDED', channel)
    // It was moved before.
    if (listeners === undefined) return
    const isOwner = this.#topology.ownerOf(slotOf(channel))?.client.link === link
    const look = isOwner ? (): Promise<void> => this.#topology.look() : undefined
    this.#topology.channels.onEnded({ channel, listeners, from: link }, look).catch(() => {})
  }

  #stop(): void {
    this.#topology.isOpen = false
    this.#moves.stop()
    this.#search.stop()
  }
}

/** The slot of the first key, or shard channel. Those of one call belong to one slot. Channels and patterns are the first slot's. */
function slotOfCall(step: CallStep): number {
  switch (step.do) {
    case 'send':
      return slotOfWords(step.command)
    case 'block':
      return slotOfWords(step.commands[0] ?? [])
    case 'watch':
      return slotOf(step.keys[0] ?? '')
    default:
      return step.kind === 'sharded' ? slotOf(step.channels[0] ?? '') : 0
  }
}

function slotOfWords(words: readonly string[]): number {
  const [key] = keysOf(words.map(word => Buffer.from(word)))
  return key === undefined ? 0 : slotOf(key)
}
