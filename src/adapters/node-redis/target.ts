import type { Lookup, Target } from '../../engine/ports.js'
import { CONNECT_TIMEOUT_MS, type HostOptions, type HostSocketOptions } from './host-module.js'

/**
 * Where a client goes, by its options; the only reader of `url` and of the place in `socket`. As with the host, the URL
 * counts before `socket`. The host refuses what is wrong with either when the client is made.
 *
 * @param byDefault - Resolves names where the options have no lookup.
 */
export function targetOf({ url, socket }: HostOptions, byDefault?: Lookup): Target {
  const given: HostSocketOptions = { ...socket, ...(url === undefined ? {} : socketOf(url)) }
  const { host = 'localhost', port = 6379, path, tls, lookup = byDefault, connectTimeout = CONNECT_TIMEOUT_MS } = given
  const { family, hints } = given
  const place = path === undefined ? { host: withoutBrackets(host), port, path } : { host: undefined, port: 0, path }
  return { ...place, tls: tls === true, connectTimeoutMs: connectTimeout, lookup, family, hints }
}

/** Host versions before 6 keep the brackets of an IPv6 address, which no resolver understands. */
export function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1')
}

function socketOf(url: string): HostSocketOptions {
  const [, path] = /^unix:(?:\/\/[^/]*)?([^?]*)/.exec(url) ?? []
  if (path !== undefined) return { path }
  if (!URL.canParse(url)) return {}
  const { protocol, hostname, port } = new URL(url)
  return { host: hostname, tls: protocol === 'rediss:', ...(port !== '' && { port: Number(port) }) }
}
