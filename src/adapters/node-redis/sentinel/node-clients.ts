import type { Clock, Timer } from '../../../base/clock.js'
import { createDeferred } from '../../../base/deferred.js'
import { type Endpoint, placeOf, sameEndpoint } from '../../../base/endpoint.js'
import { pause } from '../../../base/pause.js'
import { MemberCheckout } from '../../../engine/connect/checkout.js'
import type { Link } from '../../../engine/link/link.js'
import type { openClient, Surroundings } from '../client.js'
import type { HostClient } from '../internals.js'
import type { TakenOptions } from '../options.js'
import type { KnownClass } from '../seams.js'
import { shareFieldsets } from '../telemetry.js'
import type { ClientKind } from './sentinel-events.js'

/** How long a client that listens is waited for after a switch, and how often it is looked at, in milliseconds. */
const HEARD = { withinMs: 1_000, everyMs: 10 } as const

/** One client of a node. */
export interface NodeClient {
  readonly client: HostClient & { close(): Promise<void> }
  readonly link: Link
}

/** What the clients of the nodes need. */
export interface NodeClientsParts {
  readonly open: (taken: TakenOptions, around: Partial<Surroundings>) => ReturnType<typeof openClient>
  readonly sentinelId: string | undefined
  /** A client of a node has failed, which goes on by itself. */
  readonly onError: (kind: ClientKind, node: Endpoint | undefined, error: unknown) => unknown
}

/** The clients of one sentinel client, all of one class: of the primary, of each replica, and the one that listens. */
export class NodeClients {
  readonly #parts: NodeClientsParts
  readonly #all = new Set<NodeClient>()
  readonly #replicas = new Map<string, { readonly endpoint: Endpoint; readonly clients: readonly NodeClient[] }>()
  #known: KnownClass | undefined
  #shared: object | undefined
  #turn = 0

  constructor(parts: NodeClientsParts) {
    this.#parts = parts
  }

  /** Their links. */
  get links(): readonly Link[] {
    return [...this.#all].map(({ link }) => link)
  }

  get known(): KnownClass | undefined {
    return this.#known
  }

  /** How many clients of each replica are ready. */
  get replicas(): readonly (readonly [Endpoint, number])[] {
    return [...this.#replicas.values()].map(({ endpoint, clients }) => [endpoint, clients.filter(isReady).length])
  }

  /** Makes a client; it does not connect. */
  make(kind: ClientKind, taken: TakenOptions, around: Partial<Surroundings>): NodeClient {
    const { open, sentinelId, onError } = this.#parts
    const own = { ...taken, host: { ...taken.host, ...this.#shared } }
    const known = this.#known && { known: this.#known }
    const { client, link, known: made } = open(own, { ...around, checkout: new MemberCheckout(), ...known })
    const node: NodeClient = { client: client as unknown as NodeClient['client'], link }
    this.#known = made
    this.#shared ??= shareFieldsets(node.client)
    node.client._setIdentity?.('sentinelClient', sentinelId)
    client.on('error', error => onError(kind, endpointOf(node), error))
    this.#all.add(node)
    return node
  }

  /** Ends a client at once. */
  end(node: NodeClient): void {
    this.#all.delete(node)
    node.client.destroy()
  }

  /**
   * Makes clients for replicas that have none, and ends those of others.
   *
   * @returns What changed, and the promises of the new connections, which never reject.
   */
  follow(
    endpoints: readonly Endpoint[],
    size: number,
    takenOf: (endpoint: Endpoint) => TakenOptions,
  ): { readonly added: readonly Endpoint[]; readonly removed: readonly Endpoint[]; readonly ready: Promise<unknown> } {
    const wanted = new Map(endpoints.map(endpoint => [placeOf(endpoint), endpoint]))
    const removed = [...this.#replicas].flatMap(([place, { endpoint, clients }]) => {
      if (wanted.has(place)) return []
      this.#replicas.delete(place)
      for (const node of clients) this.end(node)
      return [endpoint]
    })
    const added = [...wanted].flatMap(([place, endpoint]) => (this.#replicas.has(place) ? [] : [endpoint]))
    const connecting = added.flatMap(endpoint => {
      const clients = Array.from({ length: size }, () => this.make('REPLICA', takenOf(endpoint), {}))
      this.#replicas.set(placeOf(endpoint), { endpoint, clients })
      return clients.map(({ client }) => client.connect().catch(() => {}))
    })
    return { added, removed, ready: Promise.all(connecting) }
  }

  /** A client of a replica that is ready, each in turn; `undefined` where none is. */
  nextReplica(): HostClient | undefined {
    const ready = [...this.#replicas.values()].flatMap(({ clients }) => clients).filter(isReady)
    this.#turn += 1
    return ready[this.#turn % Math.max(ready.length, 1)]?.client
  }

  /** Waits for the answers of all, then ends them. Those of the primary may connect again. */
  async close(): Promise<void> {
    const open = [...this.#all].filter(({ client }) => client.isOpen)
    await Promise.all(open.map(({ client }) => client.close().catch(() => {})))
    this.destroy()
  }

  destroy(): void {
    for (const { client } of this.#all) if (client.isOpen) client.destroy()
    for (const { clients } of this.#replicas.values()) for (const node of clients) this.end(node)
    this.#replicas.clear()
  }
}

/** The node that a client is connected to, or was last. */
export function endpointOf({ link }: NodeClient): Endpoint | undefined {
  const { current } = link
  if (current === undefined) return undefined
  return current.route.type === 'endpoint' ? current.route.endpoint : current.reached
}

function isReady({ client }: NodeClient): boolean {
  return client.isReady
}

/** Resolves when what a checkout left open has ended; `undefined` where it left nothing. */
export function resetIfDirty({ client, link }: NodeClient, database: number): Promise<unknown> | undefined {
  if (!client.isReady) return undefined
  if ((link.session.database ?? database) !== database || link.session.monitor !== undefined) return client.reset()
  return link.current?.isTied === true ? client.reset() : undefined
}

/** Connects all. Rejects with the last error where some are still away that long after the first. */
export async function connectWithin(
  nodes: readonly NodeClient[],
  { clock, withinMs }: { readonly clock: Clock; readonly withinMs: number },
): Promise<void> {
  const failed = createDeferred<never>()
  let timer: Timer | undefined
  let last: unknown
  const onError = (error: unknown): void => {
    last = error
    timer ??= clock.after(withinMs, () => failed.reject(last), true)
  }
  for (const { client } of nodes) client.on('error', onError)
  try {
    await Promise.race([Promise.all(nodes.map(({ client }) => client.connect())), failed.promise])
  } finally {
    timer?.dispose()
    for (const { client } of nodes) client.off('error', onError)
  }
}

/** Commands wait for a primary that long; then each attempt that fails fails those that wait, as with the host. */
export function boundWaits(
  { client, link }: NodeClient,
  terms: { readonly clock: Clock; readonly withinMs: number },
): void {
  const { clock, withinMs } = terms
  let awaySince: number | undefined
  client.on('ready', () => {
    awaySince = undefined
  })
  client.on('error', (error: unknown) => {
    awaySince ??= clock.now()
    if (clock.now() - awaySince >= withinMs) link.dispatcher.failWaiting(error)
  })
}

/**
 * Resolves once a client that listens is served by a node, with all that it listens to, or after a second; `undefined` where it
 * is served by it already, or listens to nothing.
 */
export function untilHeardFrom(node: NodeClient, endpoint: Endpoint, clock: Clock): Promise<void> | undefined {
  const isHeard = (): boolean => {
    const served = isReady(node) ? endpointOf(node) : undefined
    return served !== undefined && sameEndpoint(served, endpoint)
  }
  if (!node.link.session.subscriptions.isActive || isHeard()) return undefined
  const until = clock.now() + HEARD.withinMs
  const look = async (): Promise<void> => {
    while (!isHeard() && clock.now() < until) await pause(clock, HEARD.everyMs)
  }
  return look()
}
