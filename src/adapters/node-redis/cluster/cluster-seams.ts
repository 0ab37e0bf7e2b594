import type { AddressMap } from '../../../base/address-map.js'
import { missingOf, type Seam, seam, unsupported } from '../../../base/seam.js'
import type { HostModule, HostOptions } from '../host-module.js'
import { type HostClient, SEAM_OWNER } from '../internals.js'
import { classOf, type KnownClass } from '../seams.js'
import { discard } from '../telemetry.js'

/** A node as the host keeps it. Replicas have no `pubSub`. */
export interface HostNode {
  readonly id: string
  readonly host: string
  readonly port: number
  /** As the cluster calls it, `host:port`. */
  readonly address: string
  readonly readonly: boolean
  client?: HostClient | undefined
  connectPromise?: Promise<HostClient> | undefined
  pubSub?: { client: HostClient; connectPromise?: Promise<HostClient> | undefined } | undefined
}

/** The nodes of some slots. */
export interface HostShard {
  master: HostNode
  replicas?: HostNode[]
}

/** Where the host keeps the topology. All of it is replaced when it looks again. */
export interface HostSlots {
  slots: (HostShard | undefined)[]
  masters: HostNode[]
  replicas: HostNode[]
  readonly nodeByAddress: Map<string, HostNode>
  pubSubNode?: { address: string; client: HostClient } | undefined
  readonly isOpen: boolean
  rediscover(startWith?: HostClient, excluded?: ReadonlySet<string>): Promise<void>
  nodeClient(node: HostNode): Promise<HostClient>
  getPubSubClient(): Promise<HostClient>
  getShardedPubSubClient(channel: string): Promise<HostClient>
}

/** Sends a command to the client of a node. */
export type HostRun = (client: HostClient, options: unknown) => Promise<unknown>

/** The host's cluster, as far as the adapter uses it. */
export interface HostCluster {
  readonly _slots: HostSlots
  readonly _options: {
    readonly useReplicas?: boolean
    readonly nodeAddressMap?: AddressMap
    readonly maxCommandRedirections?: number
  }
  readonly _self: HostCluster
  duplicate(overrides?: object): HostCluster
  /** Runs a command, a script or a MULTI block on the node of its key, and follows redirects. */
  _execute(key: unknown, isReadonly: unknown, options: unknown, run: HostRun, ...rest: unknown[]): Promise<unknown>
  on(event: string, listener: (...args: never[]) => unknown): unknown
}

/** The options that the host's cluster gives the class of its clients. */
export type ClassOptions = Readonly<Record<string, unknown>> & { readonly RESP?: 2 | 3 }

/** Makes the clients of a cluster in place of the host. */
export type NodeClientMaker = (options: HostOptions) => HostClient

const FACTORY = 'RedisClient.factory'

/** All that the adapter relies on inside the host's cluster, as spec/cluster.md lists it. The first is tried by using it. */
export const CLUSTER_SEAMS: readonly Seam<HostCluster>[] = [
  seam(FACTORY, 'has a cluster make its node clients from ours', () => true),
  seam(
    'cluster._slots',
    'reads and changes which node owns a slot',
    ({ _slots: { slots, masters, replicas, nodeByAddress } }) =>
      [slots, masters, replicas].every(Array.isArray) && nodeByAddress instanceof Map,
  ),
  seam(
    'cluster._slots.rediscover',
    'has the cluster look again, and decides when',
    ({ _slots }) => typeof _slots.rediscover === 'function' && typeof _slots.nodeClient === 'function',
  ),
  seam(
    'cluster._slots.getPubSubClient',
    'carries channels to the next node before the host leaves theirs',
    ({ _slots }) => typeof _slots.getPubSubClient === 'function' && typeof _slots.getShardedPubSubClient === 'function',
  ),
  seam(
    'cluster._execute',
    'learns what nodes answer before the host acts on it',
    cluster => typeof cluster._execute === 'function' && cluster._execute.length >= 4,
  ),
  seam(
    'cluster.prototype',
    'adds members where a cluster and its views inherit them',
    cluster => cluster._self === cluster || Object.getPrototypeOf(cluster) === cluster._self,
  ),
]

interface ClientClass {
  factory: (config?: ClassOptions) => (options?: HostOptions) => HostClient
}

/**
 * Runs something that makes a cluster of the host, and has that cluster make its clients with ours.
 *
 * The host has no option for it. It reads the static `factory` of its client class once, in the constructor of a cluster; it
 * is another one for the length of this synchronous call only.
 *
 * @param make - Is given what the host would have used.
 * @throws HitlessError `HOST_UNSUPPORTED` where the host no longer does it so.
 */
export function withNodeClients(
  host: HostModule,
  make: (plain: NodeClientMaker, config: ClassOptions) => NodeClientMaker,
  construct: () => HostCluster,
): HostCluster {
  const clientClass = clientClassOf(host)
  const { factory } = clientClass
  let isUsed = false
  clientClass.factory = (config = {}) => {
    isUsed = true
    const maker = make(factory.call(clientClass, config), config)
    return (options = {}) => maker(options)
  }
  let cluster: HostCluster
  try {
    cluster = construct()
  } finally {
    clientClass.factory = factory
  }
  const missing = [...(isUsed ? [] : [FACTORY]), ...missingOf(CLUSTER_SEAMS, cluster)]
  if (missing.length > 0) throw unsupported(missing, SEAM_OWNER)
  return cluster
}

/** The class of clients that a cluster of the host would use. */
export function nodeClassOf(host: HostModule, plain: NodeClientMaker, { RESP }: ClassOptions): KnownClass {
  return classOf(host, plain({ maintNotifications: 'disabled', ...(RESP !== undefined && { RESP }) }))
}

const classes = new WeakMap<HostModule, ClientClass>()

/** The class that all clients of the host are of. Versions before 6 do not export it. */
function clientClassOf(host: HostModule): ClientClass {
  const known = classes.get(host)
  if (known !== undefined) return known
  const sample = host.createClient({ maintNotifications: 'disabled' }) as unknown as HostClient
  discard(sample)
  const found = findClass(sample)
  classes.set(host, found)
  return found
}

function findClass(sample: object): ClientClass {
  for (let at: object | null = sample; at !== null; at = Object.getPrototypeOf(at)) {
    const own = Object.getOwnPropertyDescriptor(at.constructor, 'factory')
    if (typeof own?.value === 'function' && own.writable === true) return at.constructor as unknown as ClientClass
  }
  throw unsupported([FACTORY], SEAM_OWNER)
}
