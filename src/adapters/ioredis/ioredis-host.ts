import { MOST_LOSSES } from '../../core/replies/remedy.js'
import type {
  ConnectionEvents,
  ConnectionPlan,
  FailureKind,
  Host,
  HostConnection,
  HostErrors,
  ReconnectDecision,
} from '../../engine/ports.js'
import { asUnsent } from '../../engine/topology/cluster/unsent.js'
import {
  CLOSED,
  connectionClosed,
  IoredisConnection,
  type IoredisParts,
  isConnectionClosed,
} from './ioredis-connection.js'
import { isFinal } from './ioredis-dial.js'

/** What the application's client does at each attempt to reconnect. */
export interface ReconnectListener {
  /** A connection is gone, or could not be made. */
  onAway(cause: unknown): void
  /** The next attempt follows after a pause. */
  onPause(afterMs: number): void
  /** What waits is not to wait any longer: so many attempts have failed, or the server refuses the client. */
  onHopeless(error: Error): void
}

/** `ioredis` as a host of the engine, for one client. */
export class IoredisHost implements Host {
  readonly errors: HostErrors = IOREDIS_ERRORS
  /** The application's own strategy, or the host's, which counts the retries of a command by it. */
  readonly pacesReconnects = true
  readonly #parts: IoredisParts
  readonly #listener: ReconnectListener
  #opened = 0

  constructor(parts: IoredisParts, listener: ReconnectListener) {
    this.#parts = parts
    this.#listener = listener
  }

  get isClusterNode(): boolean {
    return this.#parts.isClusterNode
  }

  /** The host's own queue has no bound; our option may give it one. */
  get maxWaitingCommands(): number | undefined {
    const { hitless = {} } = this.#parts.client.options
    const { availability = {} } = hitless === false ? {} : hitless
    return availability === false || availability.maxWaitingCommands === undefined
      ? Number.POSITIVE_INFINITY
      : undefined
  }

  get failsOffline(): boolean {
    return this.#parts.client.options.enableOfflineQueue === false
  }

  /** The host sends everything again at each break, until so many attempts to connect have failed in a row. */
  get mostLosses(): number {
    const { autoResendUnfulfilledCommands: resends = true, maxRetriesPerRequest: most } = this.#parts.client.options
    if (!resends) return MOST_LOSSES
    return typeof most === 'number' && most >= 0 ? most : Number.POSITIVE_INFINITY
  }

  classify(error: unknown): FailureKind {
    const { ReplyError } = this.#parts.module
    if (error instanceof ReplyError) return 'reply'
    if (isConnectionClosed(error)) return 'socket-closed'
    if (!(error instanceof Error)) return 'other'
    if (error.message.startsWith(SOCKET_TIMEOUT)) return 'socket-timeout'
    return KINDS.get(error.message) ?? 'other'
  }

  /** Asks the user's retry strategy, which counts from 1: what is no number ends all attempts. */
  reconnectDelay(retries: number, cause: unknown): ReconnectDecision {
    const { retryStrategy, maxRetriesPerRequest: most } = this.#parts.client.options
    if (isFinal(cause)) return { giveUp: cause }
    const listener = this.#listener
    listener.onAway(cause)
    const times = retries + 1
    this.#parts.client.retryAttempts = times
    const afterMs = typeof retryStrategy === 'function' ? retryStrategy(times) : undefined
    if (typeof afterMs !== 'number') return this.#giveUp(cause)
    listener.onPause(afterMs)
    if (typeof most === 'number' && most >= 0 && times % (most + 1) === 0) listener.onHopeless(tooManyRetries(most))
    // As the host has it, a refused handshake fails what waits, and is tried again all the same.
    if (this.classify(cause) === 'reply') listener.onHopeless(cause as Error)
    return { afterMs }
  }

  /** The host says to everybody that the connection is closed; the error itself it has told. */
  #giveUp(cause: unknown): ReconnectDecision {
    const closed = asUnsent(connectionClosed(cause))
    this.#listener.onHopeless(closed)
    return { giveUp: closed }
  }

  open(plan: ConnectionPlan, events: ConnectionEvents): HostConnection {
    const connection = new IoredisConnection(this.#parts, plan, events)
    // The host counts the connections of a client, and tells of each with its number.
    connection.redis.connectionEpoch = this.#opened
    this.#opened += 1
    return connection
  }
}

/** What the host's socket timeout says first. */
const SOCKET_TIMEOUT = 'Socket timeout.'

const TIMED_OUT = 'Command timed out'
const OFFLINE = "Stream isn't writeable and enableOfflineQueue options is false"
const CONNECT_TIMEOUT = 'connect ETIMEDOUT'
const ABORTED = 'The command was aborted'

const KINDS: ReadonlyMap<string, FailureKind> = new Map([
  [TIMED_OUT, 'timeout'],
  [OFFLINE, 'offline'],
  [CONNECT_TIMEOUT, 'connect-timeout'],
  [ABORTED, 'aborted'],
])

/** The errors that the users of `ioredis` know: it has no classes of its own for them, but words. */
export const IOREDIS_ERRORS: HostErrors = {
  closed: () => new Error(CLOSED),
  offline: () => new Error(OFFLINE),
  queueFull: () => new Error('The queue is full'),
  destroyed: () => new Error(CLOSED),
  timeout: (message = TIMED_OUT) => new Error(message),
  aborted: () => new Error(ABORTED),
  watch: reason => named('WatchError', reason),
  connectTimeout: () => Object.assign(new Error(CONNECT_TIMEOUT), { code: 'ETIMEDOUT', syscall: 'connect' }),
  alreadyOpen: () => new Error('Redis is already connecting/connected'),
}

function tooManyRetries(most: number): Error {
  const message = `Reached the max retries per request limit (which is ${most}). Refer to "maxRetriesPerRequest" option for details.`
  return named('MaxRetriesPerRequestError', message)
}

function named(name: string, message: string): Error {
  return Object.defineProperty(new Error(message), 'name', { value: name, configurable: true, writable: true })
}
