import { isIPv6 } from 'node:net'

/** Where a server listens. The host is a name or an address without brackets. */
export interface Endpoint {
  readonly host: string
  readonly port: number
}

const MAX_PORT = 65_535

/**
 * Reads `host:port`, also `[v6]:port` and the bare `v6:port` that some servers print.
 *
 * Returns `undefined` for anything that cannot be dialled: no host, the `?` placeholder, a port of 0 or out of range.
 */
export function toEndpoint(text: string): Endpoint | undefined {
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

/** Whether two endpoints name the same place; host names compare without case. */
export function sameEndpoint(a: Endpoint, b: Endpoint): boolean {
  return a.port === b.port && a.host.toLowerCase() === b.host.toLowerCase()
}

function isHost(host: string, bracketed: boolean): boolean {
  if (bracketed || host.includes(':')) return isIPv6(host)
  return /^[a-z0-9_]([a-z0-9._-]*[a-z0-9_.])?$/i.test(host)
}
