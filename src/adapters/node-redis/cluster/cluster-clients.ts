import type { Clock, Timer } from '../../../base/clock.js'
import { withDeadline } from '../../../base/deadline.js'
import { createDeferred } from '../../../base/deferred.js'
import type { Effect } from '../../../core/decide/link-state.js'
import type { Hooks } from '../../../core/events/hooks.js'
import type { OwnOptions } from '../../../core/options/maint-options.js'
import { boundOf } from '../../../engine/connect/handshake.js'
import type { Link } from '../../../engine/link/link.js'
import type { ChannelKind } from '../../../engine/ports.js'
import { CHANNEL_KINDS, type ChannelListeners } from '../../../engine/session/subscriptions/listeners.js'
import type { EndedChannel } from '../../../engine/topology/cluster/channel-moves.js'
import { pastFirstDial } from '../../../engine/topology/cluster/node-search.js'
import { namedRedirect } from '../../../engine/topology/cluster/redirect-follower.js'
import { openClient, type Surroundings } from '../client.js'
import { toHostShape } from '../facade.js'
import { type HostModule, type HostOptions, mergeOptions, targetOf } from '../host-module.js'
import type { HostClient } from '../internals.js'
import { takeOptions } from '../options.js'
import type { KnownClass } from '../seams.js'
import { type ClassOptions, type NodeClientMaker, nodeClassOf } from './cluster-seams.js'
import { letGo } from './let-go.js'

/** What the clients of the nodes of one cluster are made with. */
export interface NodeClientParts {
  readonly host: HostModule
  readonly own: OwnOptions
  readonly hooks: Hooks
  readonly surroundings: Surroundings
  /** Is told what each link decides. */
  readonly onEffect: (effect: Effect) => void
  /** Sends an item of a pipeline, that a node has refused, where it belongs; `undefined` where no node said so. */
  readonly again: NonNullable<Surroundings['again']>
  /** A node has answered a pipeline, of which the host's cluster sees no answers. Rejects where they do not count. */
  readonly confirm: (client: HostClient, writeOf: () => string) => Promise<void> | undefined
  /** Whether the application has not closed the cluster: then the host ends a client since its node has left. */
  readonly isOpen: () => boolean
  /** A node has told the topology; the host adopts what this resolves with. Must not reject. */
  readonly onTopology: (shards: readonly ToldShard[]) => Promise<readonly ToldShard[]>
  /** A server has ended the subscription to a shard channel. The host acts on it where this rejects. */
  readonly onShardChannelEnded: (client: HostClient, ended: EndedChannel) => Promise<void>
}

/** The clients of the nodes of one cluster: the host makes and ends them through it. */
export class ClusterClients {
  readonly #parts: NodeClientParts
  readonly #links = new Map<HostClient, Link>()
  /** Where the next client leads, where that is not one node. */
  #source: Surroundings['source']

  constructor(parts: NodeClientParts) {
    this.#parts = parts
  }

  /** Those of all clients that have not ended, the newest last. */
  get links(): readonly Link[] {
    return [...this.#links.values()]
  }

  linkOf(client: HostClient): Link | undefined {
    return this.#links.get(client)
  }

  /** What the host makes its clients with in place of its own factory. */
  maker(plain: NodeClientMaker, config: ClassOptions): NodeClientMaker {
    const { modules, functions, scripts, RESP } = config
    const common = { modules, functions, scripts, RESP } as HostOptions
    let known: KnownClass | undefined
    return options => {
      const { maintNotifications } = options
      // Only those that ask for the topology, and end then, are made with it.
      if (maintNotifications === 'disabled') return this.#probe(plain(options), options)
      known ??= nodeClassOf(this.#parts.host, plain, config)
      return this.#open(mergeOptions(common, options), known)
    }
  }

  /** The client that is made in this synchronous call leads where a source says. */
  withSource<T>(source: NonNullable<Surroundings['source']>, make: () => T): T {
    this.#source = source
    try {
      return make()
    } finally {
      this.#source = undefined
    }
  }

  /** The cluster was closed: what still serves for a while ends now. */
  endAll(): void {
    for (const client of [...this.#links.keys()]) if (client.isOpen) client.destroy()
  }

  #probe(client: HostClient, options: HostOptions): HostClient {
    tellTopology(client, String(targetOf(options).host), this.#parts.onTopology)
    return boundProbe(client, options, this.#parts.surroundings.clock)
  }

  #open(options: HostOptions, known: KnownClass): HostClient {
    const { host, own, hooks, surroundings } = this.#parts
    const onEffect = pastFirstDial(this.#parts.onEffect)
    const taken = takeOptions(mergeOptions(options, own))
    const again: NodeClientParts['again'] = (error, ...refused) =>
      this.#parts.again(namedRedirect(error, taken.target.host), ...refused)
    const source = this.#source && { source: this.#source }
    const around = mergeOptions<Surroundings>(surroundings, { hooks, known, onEffect, again }, source)
    const { client, link } = openClient(host, taken, around)
    const made = client as unknown as HostClient
    this.#links.set(made, link)
    made.once('end', () => this.#links.delete(made))
    this.#endGently(made, link)
    this.#followChannels(made, link)
    this.#confirmPipelines(made)
    offerListeners(made, link)
    boundConnect(made, boundOf(taken.target.connectTimeoutMs), surroundings.clock)
    return made
  }

  #endGently(client: HostClient, link: Link): void {
    const { isOpen, surroundings } = this.#parts
    const { errors, clock } = surroundings
    const { destroy } = client
    client.destroy = () => {
      if (isOpen()) letGo({ client, link, errors, clock, destroy: () => destroy.call(client) })
      else destroy.call(client)
    }
  }

  #confirmPipelines(client: HostClient): void {
    const { _executePipeline: execute } = client
    client._executePipeline = async (...block) => {
      const replies = await execute.apply(client, block)
      await this.#parts.confirm(client, () => 'a pipeline')
      return replies
    }
  }

  /** The host would look again for each channel of a slot, and subscribe after that. */
  #followChannels(client: HostClient, from: Link): void {
    const { onShardChannelEnded } = this.#parts
    const { on } = client
    client.on = (event, listener) => {
      if (event !== 'sharded-channel-moved') return on.call(client, event, listener)
      return on.call(client, event, (channel: string, listeners: ChannelListeners | undefined) => {
        // It was moved before.
        if (listeners === undefined) return
        onShardChannelEnded(client, { channel, listeners, from }).catch(() => listener(channel, listeners))
      })
    }
  }
}

/** What the host reads of a node's answer. */
export interface ToldShard {
  readonly from: number
  readonly to: number
  readonly master: ToldNode
  readonly replicas: readonly ToldNode[]
}

/** A node as another one tells it. */
export interface ToldNode {
  readonly host: string
  readonly port: number
  readonly id: string
}

/** The host adopts what a node tells at once, and ends the clients of all nodes that are not among it. */
function tellTopology(client: HostClient, askedHost: string, onTopology: NodeClientParts['onTopology']): void {
  const asking = client as unknown as { clusterSlots(): Promise<readonly ToldShard[]> }
  const { clusterSlots } = asking
  // Nodes for which no host is named are where this one was found.
  const named = (node: ToldNode): ToldNode => ({ ...node, host: node.host || askedHost })
  asking.clusterSlots = async () => {
    const told = await clusterSlots.call(asking)
    return onTopology(
      told.map(({ master, replicas, ...range }) => ({
        ...range,
        master: named(master),
        replicas: replicas.map(named),
      })),
    )
  }
}

/** The host takes the listeners of a node that goes from the queue of its client, which knows none. */
function offerListeners(client: HostClient, { session }: Link): void {
  const take = (kind: ChannelKind): Map<string, unknown> => {
    const listeners = [...session.subscriptions.listenersOf(kind)]
    session.subscriptions.remove(kind)
    return new Map(listeners.map(([key, given]) => [key, toHostShape(given)]))
  }
  const removeAllPubSubListeners = (): object => Object.fromEntries(CHANNEL_KINDS.map(kind => [kind, take(kind)]))
  Object.assign(client._getQueue(), { removeAllPubSubListeners })
}

/**
 * The host waits for all nodes before it goes on. One that cannot be reached in time counts as there: its client goes on
 * trying, and holds what it is given.
 */
function boundConnect(client: HostClient, withinMs: number, clock: Clock): void {
  const { connect } = client
  client.connect = function (this: HostClient) {
    return withDeadline(connect.call(this), { clock, withinMs, onLate: () => this })
  }
}

/** The host waits without an end for a node that accepts connections and answers nothing. */
function boundProbe(client: HostClient, options: HostOptions, clock: Clock): HostClient {
  const { connectTimeoutMs } = targetOf(options)
  const { connect, destroy } = client
  const late = createDeferred<never>()
  late.promise.catch(() => {})
  const expect = (): Timer =>
    clock.after(boundOf(connectTimeoutMs), () => {
      late.reject(new Error('The node did not say in time how the cluster is laid out'))
      client.destroy()
    })
  let timer: Timer | undefined
  let isOver = false
  client.destroy = () => {
    timer?.dispose()
    if (!isOver) destroy.call(client)
    isOver = true
  }
  client.connect = async function (this: HostClient) {
    const connecting = expect()
    timer = connecting
    const connected = await Promise.race([connect.call(this), late.promise]).finally(() => connecting.dispose())
    // From now on for the answer.
    if (!isOver) timer = expect()
    return connected
  }
  return client
}
