import { lookup as systemLookup } from 'node:dns'
import { isIP } from 'node:net'
import type { HostSocketOptions, Lookup } from './host.js'

/** Learns which address a connection reached, without a DNS query of its own. */
export interface PeerWatch {
  /** To be put into the socket options: the user's own lookup, or Node's, observed. */
  readonly lookup: Lookup
  /** The first address that the last lookup gave, or the host itself where it is an address. */
  readonly address: () => string | undefined
}

/** Watches the lookups that one connection makes. */
export function watchPeer({ host, lookup }: HostSocketOptions): PeerWatch {
  let address = host !== undefined && isIP(host) !== 0 ? host : undefined
  const resolve = lookup ?? (systemLookup as Lookup)
  return {
    address: () => address,
    lookup: (hostname, options, callback) =>
      resolve(hostname, options, (error, found, family) => {
        if (!error) address = typeof found === 'string' ? found : found[0]?.address
        callback(error, found, family)
      }),
  }
}
