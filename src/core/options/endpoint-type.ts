import { BlockList, isIPv6 } from 'node:net'

/** What kind of address the server shall name in MOVING; `none` asks for no address at all. */
export const ENDPOINT_TYPES = ['internal-ip', 'internal-fqdn', 'external-ip', 'external-fqdn', 'none'] as const

/** One of {@link ENDPOINT_TYPES}. */
export type EndpointType = (typeof ENDPOINT_TYPES)[number]

const PRIVATE_SUBNETS = [
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['::1', 128, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
] as const

const privateAddresses = new BlockList()
for (const [network, prefix, family] of PRIVATE_SUBNETS) privateAddresses.addSubnet(network, prefix, family)

/**
 * Chooses the endpoint type from the address that the connection reached. No DNS query is made for it.
 *
 * Under TLS the type is a name, since certificates seldom contain addresses. IPv4 addresses mapped into IPv6 count as
 * IPv4.
 *
 * @param address - The address behind the socket, `undefined` where it is not known: then it counts as external.
 */
export function endpointTypeOf(address: string | undefined, tls: boolean): EndpointType {
  const form = tls ? 'fqdn' : 'ip'
  return address !== undefined && isPrivateAddress(address) ? `internal-${form}` : `external-${form}`
}

/** The last result: most connections of a process lead to the same address. */
let latest = { address: '', isPrivate: false }

function isPrivateAddress(address: string): boolean {
  if (address !== latest.address) latest = { address, isPrivate: isInPrivateSubnet(address) }
  return latest.isPrivate
}

function isInPrivateSubnet(address: string): boolean {
  const bare = address.replace(/%.*$/, '')
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1]
  if (mapped !== undefined) return privateAddresses.check(mapped, 'ipv4')
  return privateAddresses.check(bare, isIPv6(bare) ? 'ipv6' : 'ipv4')
}
