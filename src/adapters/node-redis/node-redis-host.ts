import type { Signal } from '../../base/light-signal.js'
import { type Credentials, credentialsOf } from '../../engine/connect/credentials.js'
import { defaultDelay } from '../../engine/connect/outage.js'
import type {
  ConnectionEvents,
  ConnectionPlan,
  FailureKind,
  Host,
  HostConnection,
  HostErrors,
  ReconnectDecision,
} from '../../engine/ports.js'
import { type HostModule, protocolOf } from './host-module.js'
import type { HostClient } from './internals.js'
import { type HostParts, NodeRedisConnection } from './node-redis-connection.js'

/** `@redis/client` as a host of the engine, for one client. */
export class NodeRedisHost implements Host {
  readonly errors: HostErrors
  readonly maxWaitingCommands: number | undefined
  readonly failsOffline: boolean
  readonly pacesReconnects: boolean
  readonly subscribersOnlyListen: boolean
  readonly impliedTimeoutMs: number | undefined
  readonly isClusterNode: boolean
  readonly #parts: HostParts
  readonly #credentials: Credentials | undefined

  constructor(parts: HostParts) {
    const { credentialsProvider } = parts.options
    this.#credentials = credentialsOf(credentialsProvider)
    const provided = this.#credentials && { credentialsProvider: this.#credentials.provider }
    const options = provided === undefined ? parts.options : { ...parts.options, ...provided }
    this.#parts = provided === undefined ? parts : { ...parts, options }
    this.errors = parts.errors
    this.impliedTimeoutMs = parts.impliedTimeoutMs
    this.isClusterNode = parts.isClusterNode === true
    // The host takes 0 for no bound.
    this.maxWaitingCommands = options.commandsQueueMaxLength || undefined
    this.failsOffline = options.disableOfflineQueue === true
    this.pacesReconnects = options.socket?.reconnectStrategy !== undefined
    this.subscribersOnlyListen = protocolOf(parts.module, options) === 2
  }

  classify(error: unknown): FailureKind {
    const { module } = this.#parts
    if (this.#credentials?.isCauseOf(error) === true) return 'credentials'
    if (error instanceof module.ErrorReply) return 'reply'
    if (error instanceof module.ConnectionTimeoutError) return 'connect-timeout'
    if (error instanceof module.SocketTimeoutError) return 'socket-timeout'
    if (error instanceof module.SocketClosedUnexpectedlyError) return 'socket-closed'
    if (error instanceof module.TimeoutError) return 'timeout'
    if (error instanceof module.AbortError) return 'aborted'
    return error instanceof module.ClientOfflineError ? 'offline' : 'other'
  }

  /**
   * Asks the user's reconnect strategy, as the host does: `false` and errors end all attempts. Where the strategy
   * throws or answers something invalid, the default one decides that time.
   */
  reconnectDelay(retries: number, cause: unknown): ReconnectDecision {
    const { module, options, random } = this.#parts
    const strategy = options.socket?.reconnectStrategy
    if (strategy === undefined) return defaultDelay(this, { retries, cause, random })
    try {
      const answer = typeof strategy === 'function' ? strategy(retries, cause as Error) : strategy
      if (answer === false) return { giveUp: cause }
      if (answer instanceof Error) return { giveUp: new module.ReconnectStrategyError(answer, cause as Error) }
      if (typeof answer === 'number') return { afterMs: answer }
      throw new TypeError(`Reconnect strategy should return \`false | Error | number\`, got ${String(answer)} instead`)
    } catch (thrown) {
      return { ...defaultDelay(this, { retries, cause: thrown, random }), thrown }
    }
  }

  askCredentials(signal: Signal): Promise<() => void> | undefined {
    return this.#credentials?.prepare(signal)
  }

  open(plan: ConnectionPlan, events: ConnectionEvents): HostConnection {
    return new NodeRedisConnection(this.#parts, plan, events)
  }

  /** The host's client behind a connection that this host has opened. */
  clientOf(connection: HostConnection): HostClient {
    if (connection instanceof NodeRedisConnection) return connection.client
    throw new TypeError('A connection of another host')
  }

  dispose(): void {
    this.#credentials?.dispose()
  }
}

/** The errors of one version of `@redis/client`. */
export function hostErrors(module: HostModule): HostErrors {
  return {
    closed: () => new module.ClientClosedError(),
    offline: () => new module.ClientOfflineError(),
    queueFull: () => new Error('The queue is full'),
    destroyed: () => new module.DisconnectsClientError(),
    timeout: message => new module.TimeoutError(message),
    aborted: () => new module.AbortError(),
    watch: reason => new module.WatchError(reason),
    connectTimeout: () => new module.ConnectionTimeoutError(),
    alreadyOpen: () => new Error('Socket already opened'),
  }
}
