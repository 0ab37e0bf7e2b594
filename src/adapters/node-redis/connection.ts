import { isIP } from 'node:net'
import type { Clock } from '../../base/clock.js'
import { withDeadline } from '../../base/deadline.js'
import type { Endpoint } from '../../base/endpoint.js'
import { HitlessError } from '../../base/errors.js'
import type { ConnectionId } from '../../core/decide/phase.js'
import { leadTo, type Way } from '../../engine/connect/address-steps.js'
import { type ClientIdentity, learnIdentity } from '../../engine/connect/connection-identity.js'
import type { HostClientFactory, HostModule, HostOptions, HostSocketOptions } from './host.js'
import {
  type HostClient,
  listenForBytes,
  listenForPushes,
  relaxSocketTimeout,
  takeUnsent,
  type UnsentCommand,
} from './internals.js'

/** What a connection tells its link. */
export interface ConnectionListener {
  /** The socket is connected; the handshake is about to be written. */
  onConnect(connection: Connection): void
  /** The connection broke after it was ready. Called before the host rejects what was in flight. */
  onLost(connection: Connection, cause: unknown, unsent: readonly UnsentCommand[]): void
  /** An error of the host that did not end the connection. */
  onError(connection: Connection, error: unknown): void
  /** A push that the host has no use for. Returns whether it was one of ours. */
  onPush(connection: Connection, items: readonly unknown[]): boolean
  /** An event of the host that means the same on any connection. */
  onEvent(connection: Connection, event: string, args: readonly unknown[]): void
}

/** The host's events that are the application's business whatever connection they come from. */
const FORWARDED_EVENTS = ['invalidate', 'ping-interval', 'sharded-channel-moved'] as const

/** What a connection is made of. */
export interface ConnectionParts {
  readonly id: ConnectionId
  readonly host: HostModule
  readonly createClient: HostClientFactory
  /** The user's options with the URL resolved. */
  readonly options: HostOptions
  /** Where to connect; `null` leads to the configured endpoint. */
  readonly endpoint: Endpoint | null
  /** Which of the endpoint's addresses to take; `undefined` where it has no name. */
  readonly way: Way | undefined
  /** Whether a host name as endpoint is the name that its certificate must have. */
  readonly tlsNameFromTarget: boolean
  readonly clock: Clock
  readonly listener: ConnectionListener
}

const PING = ['PING'] as const

/**
 * One connection of the host library: it is made once, never reconnects, and ends for good.
 *
 * The host believes that it may reconnect until its strategy is asked; at that moment what was not written yet can be
 * taken out, and everything else of the host's own clean-up runs as usual.
 */
export class Connection {
  readonly id: ConnectionId
  readonly endpoint: Endpoint | null
  readonly client: HostClient
  /** Blocking commands without an answer. */
  blocked = 0
  /** When the last byte arrived, or when it was made. */
  lastHeardAt: number
  /** Set when it is left because it owes answers and says nothing. */
  unresponsive: HitlessError | undefined
  /** What ties the application to this very connection: open WATCH and MULTI commands sent by themselves. */
  readonly pins: Set<string> = new Set()
  readonly #parts: ConnectionParts
  readonly #sockets = new AbortController()
  #life: 'connecting' | 'ready' | 'over' = 'connecting'
  #sawError = false
  #identity: Promise<ClientIdentity | undefined> | undefined

  constructor(parts: ConnectionParts) {
    this.#parts = parts
    this.id = parts.id
    this.endpoint = parts.endpoint
    const socket = aim(parts)
    this.client = parts.createClient({
      ...parts.options,
      // The link queues; a connection must take its own handshake at any time.
      disableOfflineQueue: false,
      socket: {
        ...socket,
        ...leadTo(parts.way),
        signal: this.#sockets.signal,
        reconnectStrategy: (_, cause) => this.#end(cause),
      },
    })
    this.client.on('error', error => this.#onError(error))
    this.client.on('connect', () => parts.listener.onConnect(this))
    for (const event of FORWARDED_EVENTS) {
      this.client.on(event, (...args) => parts.listener.onEvent(this, event, args))
    }
    listenForPushes(this.client, items => parts.listener.onPush(this, items))
    this.lastHeardAt = parts.clock.now()
    listenForBytes(this.client, () => {
      this.lastHeardAt = parts.clock.now()
    })
  }

  /** Whether commands can be sent to it. */
  get isReady(): boolean {
    return this.#life === 'ready'
  }

  /** Whether anything sent, or to be sent, has no answer. */
  get owesAnswers(): boolean {
    return !this.client._getQueue().isEmpty()
  }

  /** Whether keys are watched on it, or were when it broke. */
  get isWatching(): boolean {
    return this.client.isWatching || this.client.isDirtyWatch || this.pins.has('WATCH')
  }

  /** Nothing is watched any more. */
  forgetWatch(): void {
    this.pins.delete('WATCH')
    this.client.setDirtyWatch(undefined)
  }

  /** Whether the application has begun something on it that it cannot end elsewhere. */
  get isTied(): boolean {
    return this.client.isWatching || this.pins.size > 0
  }

  /** Where the connection leads, as an address where that is known: a name may lead elsewhere by now. */
  get peer(): Endpoint {
    const { host = 'localhost', port = 6379 } = aim(this.#parts)
    return { host: this.peerAddress ?? host, port }
  }

  /** The address that the connection leads to; `undefined` for a unix socket. */
  get peerAddress(): string | undefined {
    const { host = 'localhost', path } = aim(this.#parts)
    if (path !== undefined) return undefined
    return isIP(host) === 0 ? this.#parts.way?.address : host
  }

  /** Connects and shakes hands. Rejects with the host's error; then the connection is over. */
  async connect(): Promise<void> {
    await this.client.connect()
    if (this.#life === 'over') throw new this.#parts.host.ClientClosedError()
    this.#life = 'ready'
  }

  /** Resolves with whether everything sent before was answered within the time; never rejects. */
  fence(clock: Clock, withinMs: number): Promise<boolean> {
    const answered = this.ping().then(
      () => true,
      // An error that the server answered came in its turn like any other answer.
      () => this.#life === 'ready',
    )
    return withDeadline(answered, { clock, withinMs, onLate: () => false })
  }

  /** Resolves once nothing is left to be answered, or the connection broke; never rejects. */
  async drained(): Promise<void> {
    if (this.isReady && this.owesAnswers) await this.ping().catch(() => {})
  }

  /** Resolves with the server's answer to a PING that waits behind everything else. */
  ping(): Promise<unknown> {
    return this.client.sendCommand(PING, { timeout: undefined, abortSignal: undefined })
  }

  /** Resolves with how the server knows this connection, `undefined` where it does not tell; asked once. */
  learnIdentity(): Promise<ClientIdentity | undefined> {
    this.#identity ??= learnIdentity(this.client)
    return this.#identity
  }

  /** Raises the socket's idle timeout, or sets it back. One that the user disabled stays so. */
  relax(relaxedMs: number | undefined): void {
    const configured = this.#parts.options.socket?.socketTimeout
    if (!configured) return
    relaxSocketTimeout(this.client, relaxedMs === undefined ? undefined : Math.max(configured, relaxedMs))
  }

  /** Ends it at once: no socket, timer or subscription of it is left. Idempotent. */
  destroy(): void {
    this.#life = 'over'
    try {
      this.client.destroy()
    } catch {
      // Host versions before 6.3 refuse to destroy a client whose connection is gone already.
    }
    this.#sockets.abort()
  }

  #end(cause: unknown): false {
    const wasReady = this.#life === 'ready'
    this.#life = 'over'
    if (wasReady) this.#parts.listener.onLost(this, cause, takeUnsent(this.client, cause))
    // Where the host has told the error it has also rejected what was in flight, and must be destroyed while it still
    // believes in reconnecting; newer versions ask first and can be destroyed at any time.
    if (this.#sawError || !wasReady) this.destroy()
    else queueMicrotask(() => this.destroy())
    return false
  }

  #onError(error: unknown): void {
    this.#sawError = true
    queueMicrotask(() => {
      this.#sawError = false
      if (this.#life === 'ready') this.#parts.listener.onError(this, error)
    })
  }
}

/** The error of a connection that did not become ready in time. */
export function connectionTimeout(endpoint: Endpoint | null, withinMs: number): HitlessError {
  const message = `The connection was not ready within ${Math.round(withinMs)} ms`
  return new HitlessError('HANDOFF_FAILED', message, { retryable: true, facts: { endpoint, withinMs } })
}

/** Leads the socket options to an endpoint. Under TLS the configured name stays the one that the certificate must have. */
function aim({ options, endpoint, tlsNameFromTarget }: ConnectionParts): HostSocketOptions {
  const { socket = {} } = options
  if (endpoint === null) return socket
  const aimed = { ...socket, host: endpoint.host, port: endpoint.port }
  if (socket.tls !== true) return aimed
  if (tlsNameFromTarget && isIP(endpoint.host) === 0) return { ...aimed, servername: endpoint.host }
  const configured = socket.servername ?? socket.host ?? 'localhost'
  return isIP(configured) === 0 ? { ...aimed, servername: configured } : aimed
}
