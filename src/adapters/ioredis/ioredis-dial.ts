import net, { type Socket, type TcpNetConnectOpts } from 'node:net'
import tls from 'node:tls'
import type { Endpoint } from '../../base/endpoint.js'
import { answerWith, hostNameOf, servernameFor } from '../../core/target.js'
import type { ConnectionPlan } from '../../engine/ports.js'
import { SOCKET_SHAPE } from '../../engine/session/own-socket.js'
import {
  type HostConnector,
  type HostRedis,
  type IoredisModule,
  type IoredisOptions,
  isEncrypted,
} from './ioredis-module.js'
import { createSentinelConnector } from './sentinel/sentinel-connector.js'

/** What one connection is made of. */
export interface DialParts {
  readonly module: IoredisModule
  /** The application's client. Its options are read at each dial: some users change credentials there. */
  readonly client: HostRedis
  readonly plan: ConnectionPlan
  /** Whether a host name as endpoint is the name that its certificate must have. */
  readonly tlsNameFromTarget: boolean
  /** Whether the options name no host: the certificate must have the name of each endpoint. */
  readonly namesNoHost?: boolean
  /** The socket is being connected. It is told before the host listens to it. */
  readonly onSocket: (socket: Socket) => void
}

type Dial = DialParts & {
  /** The user's options, as they are now. */
  readonly options: IoredisOptions
}
type SocketAim = Pick<Dial, 'options' | 'plan' | 'tlsNameFromTarget' | 'namesNoHost'>

/** What is the link's business, and none of its connections'. */
const OURS = {
  lazyConnect: true,
  retryStrategy: null,
  reconnectOnError: null,
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: null,
  enableOfflineQueue: true,
  commandTimeout: undefined,
  enableAutoPipelining: false,
  scripts: undefined,
  monitor: false,
  // Commands come with their prefix.
  keyPrefix: '',
} as const

/** The options of the host client that is one connection. */
export function optionsFor(parts: DialParts): IoredisOptions {
  const { client, plan } = parts
  const { maintNotifications: _, hitless: __, ...options } = client.options
  const place = plan.route.type === 'endpoint' ? { path: undefined, ...plan.route.endpoint } : {}
  // Assigned: objects that get members behind those that were spread have a shape each.
  return Object.assign({}, options, place, OURS, {
    db: plan.database ?? options.db ?? 0,
    connectTimeout: plan.way?.connectTimeoutMs ?? options.connectTimeout ?? 0,
    Connector: OnceConnector.bind(undefined, { options, ...parts }),
    // The engine asks by itself whether a server serves; which role it has, only the host's connector for sentinels asks.
    enableReadyCheck: Boolean(options.sentinels) && options.enableReadyCheck !== false,
  })
}

const finals = new WeakSet<object>()

/** What Node says of options that lead nowhere. */
const INVALID = /^ERR_(?:INVALID_ARG|MISSING_ARGS|OUT_OF_RANGE|SOCKET_BAD_PORT)/

/** Whether an error is that of a connector which has tried all that it may, or of the options: the host tries no further then. */
export function isFinal(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  return finals.has(error) || ('code' in error && INVALID.test(String(error.code)))
}

/** With it the host opens its socket, once. */
class OnceConnector implements HostConnector {
  readonly #inner: HostConnector
  #isOver = false
  constructor(dial: Dial) {
    this.#inner = connectorOf(dial)
  }
  async connect(emit: (event: string, error: unknown) => void): Promise<Socket> {
    try {
      return await this.#inner.connect(emit)
    } catch (error) {
      if (!this.#isOver) finals.add(error as object)
      throw error
    }
  }
  disconnect(): void {
    this.#isOver = true
    this.#inner.disconnect()
  }
  check(info: object): boolean {
    return this.#inner.check(info)
  }
}

/** Where the options lead; with sentinels no place and no name is configured. */
function placeOf({ options, plan: { route }, namesNoHost }: SocketAim): Endpoint {
  if ((options.sentinels || namesNoHost === true) && route.type === 'endpoint') return route.endpoint
  const { host, port = 6379 } = options
  return { host: hostNameOf(host), port }
}

/** The options of one socket, as the host makes them of its own. */
function socketOptionsOf(dial: SocketAim): object {
  const { options, plan, tlsNameFromTarget } = dial
  const { path } = options
  const secure = isEncrypted(options) ? options.tls : undefined
  const { route, way } = plan
  const configured = placeOf(dial)
  if (route.type === 'configured' && path) return { path, ...secure, ...(secure && plan.tls) }
  const place = route.type === 'endpoint' ? route.endpoint : { family: options.family, ...configured }
  const byAddress = way && { lookup: answerWith(way.address) }
  if (!secure) return Object.assign({}, SOCKET_SHAPE, place, byAddress)
  const name = servernameFor(secure.servername ?? configured.host, place.host, tlsNameFromTarget)
  // The host lets the options of TLS count before its own: they may name the place.
  const aim = route.type === 'endpoint' ? { ...secure, ...place } : { ...place, ...secure }
  return { ...aim, ...plan.tls, ...(name !== undefined && { servername: name }), ...byAddress }
}

class SocketConnector implements HostConnector {
  /** Where the host looks for why there is no socket. */
  firstError: unknown
  readonly #dial: Dial
  #socket: Socket | undefined

  constructor(dial: Dial) {
    this.#dial = dial
  }

  async connect(): Promise<Socket> {
    const options = socketOptionsOf(this.#dial)
    // Instrumentation and tests replace these two.
    const socket = isEncrypted(this.#dial.options)
      ? tls.connect(options)
      : net.createConnection(options as TcpNetConnectOpts)
    this.#socket = socket
    socket.once('error', error => {
      this.firstError = error
    })
    this.#dial.onSocket(socket)
    return socket
  }

  disconnect(): void {
    this.#socket?.destroy()
  }

  check(): boolean {
    return true
  }
}

/** Sentinels are asked by the host's own connector, and the application may have one. */
function connectorOf(dial: Dial): HostConnector {
  const { module, options, client, plan, onSocket } = dial
  const { sentinels, Connector } = options
  const isAsked = plan.route.type === 'configured' && (Connector || sentinels)
  if (!isAsked) return new SocketConnector(dial)
  const connector = Connector ? new Connector(options) : createSentinelConnector(module, options, client)
  const ask = connector.connect.bind(connector)
  connector.connect = async () => {
    // It tells of what it cannot reach, and goes on.
    const socket = await ask((event, error) => client.silentEmit(event, error))
    onSocket(socket)
    return socket
  }
  return connector
}

/** The event with which a socket of these options is there. */
export function connectEventOf(options: IoredisOptions): 'connect' | 'secureConnect' {
  return isEncrypted(options) ? 'secureConnect' : 'connect'
}
