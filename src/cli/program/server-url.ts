import { isIPv6 } from 'node:net'

/** A server, and who connects to it. */
export interface ServerUrl {
  readonly host: string
  readonly port: number
  readonly tls: boolean
  readonly username: string | undefined
  readonly password: string | undefined
  readonly database: number | undefined
}

const DEFAULT_PORT = 6_379

/**
 * Reads where a server is: `redis://user:password@host:port/database`, `rediss://` for TLS, or `host:port`. A password that is
 * not in it comes from the environment variable `REDISCLI_AUTH`, as that of `redis-cli` does.
 *
 * @throws RangeError that shows no password.
 */
export function parseServerUrl(
  text: string,
  { REDISCLI_AUTH = '' }: { readonly REDISCLI_AUTH?: string } = process.env,
): ServerUrl {
  const url = toUrl(text)
  if (url === undefined || !/^rediss?:$/.test(url.protocol) || url.hostname === '') {
    throw new RangeError('The server must be given as redis://host:port, rediss://host:port or host:port')
  }
  const { hostname, port, username, password, pathname, protocol } = url
  const database = pathname.replace(/^\//, '')
  if (!/^\d{0,9}$/.test(database)) throw new RangeError('The path of the URL must be the number of a database')
  const secret = password === '' ? REDISCLI_AUTH : decodeURIComponent(password)
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? DEFAULT_PORT : Number(port),
    tls: protocol === 'rediss:',
    username: username === '' ? undefined : decodeURIComponent(username),
    password: secret === '' ? undefined : secret,
    database: database === '' ? undefined : Number(database),
  }
}

/** Prints where a server is, without who connects to it. */
export function printServerUrl({ host, port, tls }: Pick<ServerUrl, 'host' | 'port' | 'tls'>): string {
  return `${tls ? 'rediss' : 'redis'}://${isIPv6(host) ? `[${host}]` : host}:${port}`
}

function toUrl(text: string): URL | undefined {
  try {
    return new URL(text.includes('://') ? text : `redis://${text}`)
  } catch {
    return undefined
  }
}
