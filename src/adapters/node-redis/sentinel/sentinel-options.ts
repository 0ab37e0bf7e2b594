import type { AddressMap } from '../../../base/address-map.js'
import { type Endpoint, printEndpoint } from '../../../base/endpoint.js'
import type { OwnOptions } from '../../../core/options/maint-options.js'
import { definedOf, splitOptions } from '../../../core/options/own-options.js'
import type { Lookup } from '../../../core/target.js'
import { digestOf } from '../../../engine/database/database-registry.js'
import { type HostOptions, mergeOptions } from '../host-module.js'
import { forHost, type TakenOptions, takeOptions } from '../options.js'

/** What the user passed: the host's options for a sentinel client, and ours among them. */
export interface GivenSentinelOptions extends OwnOptions {
  readonly name: string
  readonly sentinelRootNodes: readonly Endpoint[]
  readonly nodeClientOptions?: (HostOptions & OwnOptions) | undefined
  readonly sentinelClientOptions?: HostOptions | undefined
  readonly masterPoolSize?: number | undefined
  readonly replicaPoolSize?: number | undefined
  readonly reserveClient?: boolean | undefined
  readonly maxCommandRediscovers?: number | undefined
  readonly scanInterval?: number | undefined
  readonly passthroughClientErrorEvents?: boolean | undefined
  readonly nodeAddressMap?: AddressMap | undefined
  readonly RESP?: 2 | 3 | undefined
  readonly commandOptions?: object | undefined
  readonly [option: string]: unknown
}

/** The user's options, separated. Nothing is shared with the objects that the user passed. */
export interface TakenSentinelOptions {
  readonly given: GivenSentinelOptions
  /** For the host's own sentinel client. */
  readonly host: HostOptions
  /** For the clients of the nodes. They lead to a node, or to wherever the primary is. */
  readonly node: TakenOptions
  /** For the connections to sentinels. */
  readonly sentinels: TakenOptions
  /** Clients with the same key share what they know of the sentinels. */
  readonly key: string
}

/**
 * Separates the user's options.
 *
 * @throws HitlessError `OPTIONS_INVALID` for an option of ours, or an environment variable.
 */
export function takeSentinelOptions(given: GivenSentinelOptions, lookup?: Lookup): TakenSentinelOptions {
  const { nodeClientOptions, sentinelClientOptions } = given
  const { own, plain } = splitOptions(given as HostOptions)
  const inNode = splitOptions(nodeClientOptions ?? {})
  const common = given.RESP === undefined ? {} : { RESP: given.RESP }
  const ours = { ...definedOf(inNode.own), ...definedOf(own) }
  const node = takeOptions(mergeOptions(common, inNode.plain, ours), lookup)
  const sentinels = takeOptions(mergeOptions(common, sentinelClientOptions), lookup)
  const host = mergeOptions(plain, {
    nodeClientOptions: forHost(inNode.plain),
    sentinelClientOptions: forHost(splitOptions(sentinelClientOptions ?? {}).plain),
  })
  return { given, host, node: atNoHost(node), sentinels, key: keyOf(given, node) }
}

/** The options of a client that leads to one node. */
export function nodeAt({ node }: TakenSentinelOptions, { host, port }: Endpoint): TakenOptions {
  const socket = mergeOptions(node.host.socket, { host, port })
  return { ...node, target: { ...node.target, host, port }, host: mergeOptions(node.host, { socket }) }
}

function atNoHost(node: TakenOptions): TakenOptions {
  return { ...node, target: { ...node.target, host: undefined, port: 0, path: undefined } }
}

/** Sentinels that are reached in another way, such as with another password, certificate or map, are not shared. */
function keyOf(
  { name, sentinelRootNodes, nodeAddressMap, ...given }: GivenSentinelOptions,
  node: TakenOptions,
): string {
  const places = sentinelRootNodes.map(printEndpoint).sort().join(',')
  const { username, password, credentialsProvider, RESP, socket } = given.sentinelClientOptions ?? {}
  // How they are tried again is the engine's.
  const { reconnectStrategy: _, ...reached } = socket ?? {}
  const way = [username, password, credentialsProvider, RESP, reached, nodeAddressMap, node.target.tls]
  return `sentinel://${places}/${name} ${digestOf(way)}`
}
