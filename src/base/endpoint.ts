import { isIPv4, isIPv6 } from 'node:net'

/** Where a server listens. The host is a name or an address without brackets. */
export interface Endpoint {
  readonly host: string
  readonly port: number
}

const MAX_PORT = 65_535

/** A DNS name has at most 253 characters, with its final dot 254. */
const MAX_NAME_LENGTH = 254

/** The longest text that can be an endpoint: a name or a scoped address, brackets, colon, port. */
const MAX_TEXT_LENGTH = 320

/**
 * Reads `host:port`, also `[v6]:port` and the bare `v6:port` that some servers print.
 *
 * A bare IPv6 address is ambiguous: `2001:db8::1:6380` could be an address alone. As a port is never optional here, what
 * follows the last colon is the port, and what stands before it must be a whole address.
 *
 * Returns `undefined` for anything that cannot be dialled: no host, the `?` placeholder, a port of 0 or out of range,
 * a URL, a name with characters that no resolver accepts, digits and dots that are no IPv4 address.
 */
export function toEndpoint(text: string): Endpoint | undefined {
  if (text.length > MAX_TEXT_LENGTH) return undefined
  const match = /^(?:\[([^\]]+)\]|(.+)):(\d{1,5})$/.exec(text.trim())
  if (match === null) return undefined
  const [, bracketed, bare] = match
  const host = bracketed ?? bare ?? ''
  const port = Number(match[3])
  if (port < 1 || port > MAX_PORT || !isHost(host, bracketed !== undefined)) return undefined
  return { host, port }
}

/** Prints an endpoint so that `toEndpoint` reads it back; IPv6 addresses get brackets. */
export function printEndpoint({ host, port }: Endpoint): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/**
 * Whether two endpoints name the same place, as far as that is known without DNS: names compare without case and
 * without the final dot, IPv6 addresses in any spelling, IPv4-mapped ones like the IPv4 address.
 */
export function sameEndpoint(a: Endpoint, b: Endpoint): boolean {
  return a.port === b.port && (a.host === b.host || canonicalHost(a.host) === canonicalHost(b.host))
}

/** One text for all the spellings of an endpoint that {@link sameEndpoint} takes for the same. */
export function placeOf({ host, port }: Endpoint): string {
  return printEndpoint({ host: canonicalHost(host), port })
}

/** Reads what {@link placeOf} printed, or what a host library calls a node: the same without brackets. */
export function fromPlace(place: string): Endpoint {
  const colon = place.lastIndexOf(':')
  return { host: place.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(place.slice(colon + 1)) }
}

/** One spelling for all the spellings of a host that {@link sameEndpoint} takes for the same. */
export function canonicalHost(host: string): string {
  if (!isIPv6(host)) return host.toLowerCase().replace(/\.$/, '')
  const [address = '', zone] = host.split('%', 2)
  const short = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(short)
  if (mapped !== null) return dotted(Number.parseInt(`${mapped[1]}`, 16), Number.parseInt(`${mapped[2]}`, 16))
  return zone === undefined ? short : `${short}%${zone}`
}

function dotted(high: number, low: number): string {
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.')
}

function isHost(host: string, bracketed: boolean): boolean {
  if (bracketed || host.includes(':')) return isIPv6(host)
  if (/^[\d.]+$/.test(host)) return isIPv4(host)
  return host.length <= MAX_NAME_LENGTH && /^[a-z0-9_]([a-z0-9_-]|\.(?!\.))*$/i.test(host)
}
