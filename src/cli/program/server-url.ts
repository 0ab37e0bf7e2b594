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
  const { hostname, port, username, password, pathname, protocol } = url
  const database = pathname.replace(/^\//, '')
  if (!/^\d{0,9}$/.test(database))
    throw new RangeError('The path of the URL must be the number of a database; a / in a password is written as %2F')
  const secret = password === '' ? REDISCLI_AUTH : decoded(password)
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? DEFAULT_PORT : Number(port),
    tls: protocol === 'rediss:',
    username: username === '' ? undefined : decoded(username),
    password: secret === '' ? undefined : secret,
    database: database === '' ? undefined : Number(database),
  }
}

/** Prints where a server is, without who connects to it. */
export function printServerUrl({ host, port, tls }: Pick<ServerUrl, 'host' | 'port' | 'tls'>): string {
  return `${tls ? 'rediss' : 'redis'}://${isIPv6(host) ? `[${host}]` : host}:${port}`
}

const FORMS = 'The server must be given as redis://host:port, rediss://host:port or host:port'

function toUrl(text: string): URL {
  if (/^(?:unix:|redis-socket:|\/)/.test(text)) throw new RangeError(`${FORMS}, not as a unix socket`)
  if (/^rediss?:\/(?!\/)/.test(text)) throw new RangeError(`${FORMS}: a / is missing`)
  const url = parsedUrl(text)
  if (!/^rediss?:$/.test(url.protocol)) throw new RangeError(`${FORMS}, not as ${url.protocol}//`)
  if (url.hostname === '') throw new RangeError(`${FORMS}: the host is missing`)
  return url
}

function parsedUrl(text: string): URL {
  try {
    return new URL(withScheme(text))
  } catch {
    throw new RangeError(
      `${FORMS}; a port is at most 65535, and a password has %2F, %23, %3F and %40 for /, #, ? and @`,
    )
  }
}

function withScheme(text: string): string {
  if (isIPv6(text)) return `redis://[${text}]`
  return text.includes('://') ? text : `redis://${text}`
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new RangeError('A % in the user or the password of the URL must be written as %25')
  }
}
