import type { Endpoint } from './endpoint.js'

/** Where a node is dialled that others know by another address, by that address without brackets. */
export type AddressMap = Readonly<Record<string, Endpoint>> | ((address: string) => Endpoint | null | undefined)

/** Leads from where a node is said to be to where it is dialled. */
export function mappedBy(map: AddressMap | null | undefined): (endpoint: Endpoint) => Endpoint {
  return endpoint => {
    // The host libraries ask with this text, without brackets.
    const address = `${endpoint.host}:${endpoint.port}`
    return (typeof map === 'function' ? map(address) : map?.[address]) ?? endpoint
  }
}
