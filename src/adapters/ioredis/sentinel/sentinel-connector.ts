import type { Endpoint } from '../../../base/endpoint.js'
import type { HostConnector, HostRedis, IoredisModule, IoredisOptions, SentinelIterator } from '../ioredis-module.js'

/** A connector that asks sentinels, as far as the adapter uses it. */
interface AskingConnector extends HostConnector {
  /** Resolves with where a sentinel says that the server is. */
  resolve?(sentinel: object): Promise<Endpoint | null>
}

/** Whether sentinels lead to the primary that a client of such options wants: a replica, or another connector, is the host's. */
export function followsPrimary({ sentinels, role, Connector }: IoredisOptions): boolean {
  return Boolean(sentinels) && role !== 'slave' && !Connector
}

const known = new WeakMap<HostRedis, () => readonly Endpoint[]>()
const iterators = new WeakMap<HostRedis, SentinelIterator>()
const found = new WeakMap<HostRedis, Endpoint>()

/**
 * Makes the host's own connector, which asks its sentinels, and knows how to go on where one of them does not answer. In which
 * order it asks is known to the client: a sentinel that was wrong is not the first again.
 */
export function createSentinelConnector(
  { SentinelConnector }: Pick<IoredisModule, 'SentinelConnector'>,
  options: IoredisOptions,
  client: HostRedis,
): HostConnector {
  // The host's detector ends the connection, with what is in flight; ours hands it off.
  const own = followsPrimary(options) ? { ...options, failoverDetector: false } : options
  const connector: AskingConnector = new SentinelConnector(own)
  connector.emitter = client
  keepOrder(connector, client)
  if (options.updateSentinels !== false)
    for (const sentinel of known.get(client)?.() ?? []) connector.sentinelIterator?.add?.(sentinel)
  const { resolve } = connector
  if (resolve === undefined) return connector
  connector.resolve = async sentinel => {
    const endpoint = await resolve.call(connector, sentinel)
    if (endpoint !== null) found.set(client, { host: endpoint.host, port: Number(endpoint.port) })
    return endpoint
  }
  return connector
}

/** Has a client ask other sentinels as well when it connects again: those of its options may be gone by then. */
export function askAlso(client: HostRedis, sentinels: () => readonly Endpoint[]): void {
  known.set(client, sentinels)
}

/** Where the sentinels sent a client last. */
export function foundFor(client: HostRedis): Endpoint | undefined {
  return found.get(client)
}

function keepOrder(connector: AskingConnector, client: HostRedis): void {
  const iterator = iterators.get(client) ?? connector.sentinelIterator
  if (iterator === undefined) return
  iterator.reset(false)
  iterators.set(client, iterator)
  connector.sentinelIterator = iterator
}
