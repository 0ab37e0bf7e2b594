import type * as redis from '@redis/client'
import { answerWith, hostNameOf, type Lookup, servernameFor, type Target, type Way } from '../../core/target.js'
import type { ConnectionPlan } from '../../engine/ports.js'

/** The error classes by which failures are distinguished, and which the adapter makes itself. */
export const HOST_ERRORS = [
  'AbortError',
  'ClientClosedError',
  'ClientOfflineError',
  'ConnectionTimeoutError',
  'DisconnectsClientError',
  'ErrorReply',
  'ReconnectStrategyError',
  'SocketClosedUnexpectedlyError',
  'SocketTimeoutError',
  'TimeoutError',
  'WatchError',
] as const

/** The host library's module. It is passed in, so that one adapter works with every version of it. */
export type HostModule = Pick<
  typeof redis,
  'createClient' | 'createClientPool' | 'createCluster' | (typeof HOST_ERRORS)[number]
>

/** The part of the host's socket options that the adapter reads or sets. */
export interface HostSocketOptions {
  readonly host?: string
  readonly port?: number
  readonly path?: string
  readonly tls?: boolean
  readonly servername?: string
  readonly connectTimeout?: number
  readonly socketTimeout?: number
  readonly reconnectStrategy?: false | number | ((retries: number, cause: Error) => false | Error | number)
  readonly lookup?: Lookup
  readonly [option: string]: unknown
}

/** How long the host gives a connection where the options say nothing, in milliseconds. */
const CONNECT_TIMEOUT_MS = 5_000

/** The part of the host's client options that the adapter reads or sets. */
export interface HostOptions {
  readonly url?: string | undefined
  readonly socket?: HostSocketOptions
  readonly database?: number
  readonly RESP?: 2 | 3
  readonly disableOfflineQueue?: boolean
  readonly commandsQueueMaxLength?: number
  readonly emitInvalidate?: boolean
  readonly [option: string]: unknown
}

/** Merges options: later ones count first. A copy that is made by spreading gets a shape of its own, heavier than the copy. */
export function mergeOptions<T extends object = HostOptions>(...options: readonly (object | undefined)[]): T {
  return Object.assign({}, ...options)
}

/** The host's events that the application gets from any connection. Each listener costs memory: most clients need one. */
export function forwardedBy({ emitInvalidate, pingInterval }: HostOptions): readonly string[] {
  return [
    'sharded-channel-moved',
    ...(emitInvalidate ? ['invalidate'] : []),
    ...(pingInterval ? ['ping-interval'] : []),
  ]
}

/** The protocol that the host speaks when the options name none: 2 before version 6. */
export function protocolOf(host: HostModule, options: HostOptions): 2 | 3 {
  const byDefault: unknown = Reflect.get(host, 'DEFAULT_RESP')
  return options.RESP ?? (byDefault === 3 ? 3 : 2)
}

/**
 * Where a client's options lead. Only this function reads `url` and the host and port in `socket`. As with the host,
 * the URL takes precedence over `socket`. The host refuses invalid values when the client is made.
 *
 * @param byDefault - Resolves names where the options have no lookup.
 */
export function targetOf({ url, socket }: HostOptions, byDefault?: Lookup): Target {
  const given: HostSocketOptions = { ...socket, ...(url === undefined ? {} : socketOf(url)) }
  const { host, port = 6379, path, tls, lookup, connectTimeout = CONNECT_TIMEOUT_MS, family, hints } = given
  const [name, portOf] = path === undefined ? [withoutBrackets(hostNameOf(host)), port] : [undefined, 0]
  const common = { tls: tls === true, connectTimeoutMs: connectTimeout, lookup: lookup ?? byDefault, family, hints }
  return { host: name, port: portOf, path, ...common }
}

/** Host versions before 6 keep the brackets of an IPv6 address, which resolvers do not understand. */
export function withoutBrackets(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host
}

function socketOf(url: string): HostSocketOptions {
  const [, path] = /^unix:(?:\/\/[^/]*)?([^?]*)/.exec(url) ?? []
  if (path !== undefined) return { path }
  try {
    const { protocol, hostname: host, port } = new URL(url)
    return { host, tls: protocol === 'rediss:', ...(port !== '' && { port: Number(port) }) }
  } catch {
    return {}
  }
}

/** What decides where a socket leads. */
interface Aim {
  /** The user's options with the URL resolved. */
  readonly options: HostOptions
  /** Whether a host name as endpoint is the name that its certificate must have. */
  readonly tlsNameFromTarget: boolean
  readonly namesNoHost?: boolean | undefined
  readonly plan: Pick<ConnectionPlan, 'route' | 'way' | 'tls'>
}

/** The socket options of one connection. */
export function socketFor(aim: Aim): HostSocketOptions {
  return mergeOptions(leadToEndpoint(aim), aim.plan.tls, leadToAddress(aim.plan.way))
}

function leadToEndpoint({ options, plan: { route }, tlsNameFromTarget, namesNoHost }: Aim): HostSocketOptions {
  const { socket = {} } = options
  if (route.type === 'configured') return socket
  const aimed = mergeOptions(socket, route.endpoint)
  if (socket.tls !== true || (namesNoHost === true && socket.servername === undefined)) return aimed
  const configured = hostNameOf(socket.servername ?? socket.host)
  const name = servernameFor(configured, route.endpoint.host, tlsNameFromTarget)
  return name === undefined ? aimed : mergeOptions(aimed, { servername: name })
}

/** Dials one address of a name. The name stays, for its certificate. */
function leadToAddress(way: Way | undefined): HostSocketOptions {
  if (way === undefined) return {}
  return { lookup: answerWith(way.address), connectTimeout: way.connectTimeoutMs }
}
