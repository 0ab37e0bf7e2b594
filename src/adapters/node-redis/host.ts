import { type OpenedStream, SharedStream, type StreamListener } from '../../base/shared-stream.js'
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
import { type HostParts, NodeRedisConnection } from './host-connection.js'
import type { HostModule, HostOptions } from './host-module.js'
import type { HostClient } from './internals.js'

/** `@redis/client` as a host of the engine, for one client. */
export class NodeRedisHost implements Host {
  readonly errors: HostErrors
  readonly maxWaitingCommands: number | undefined
  readonly failsOffline: boolean
  readonly pacesReconnects: boolean
  readonly #parts: HostParts
  readonly #credentials: SharedStream<unknown> | undefined

  constructor(parts: HostParts) {
    const { options, credentials } = shareCredentials(parts.options)
    this.#parts = credentials === undefined ? parts : { ...parts, options }
    this.#credentials = credentials
    this.errors = parts.errors
    this.maxWaitingCommands = options.commandsQueueMaxLength
    this.failsOffline = options.disableOfflineQueue === true
    this.pacesReconnects = options.socket?.reconnectStrategy !== undefined
  }

  classify(error: unknown): FailureKind {
    const { module } = this.#parts
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
    destroyed: () => new module.DisconnectsClientError(),
    timeout: message => new module.TimeoutError(message),
    aborted: () => new module.AbortError(),
    watch: reason => new module.WatchError(reason),
    alreadyOpen: () => new Error('Socket already opened'),
  }
}

/** A provider that reports new credentials by itself. */
interface StreamingProvider {
  readonly type: 'streaming-credentials-provider'
  subscribe(listener: StreamListener<unknown>): Promise<OpenedStream<unknown>>
  onReAuthenticationError(error: unknown): void
}

function isStreaming(provider: unknown): provider is StreamingProvider {
  return (provider as { readonly type?: unknown } | undefined)?.type === 'streaming-credentials-provider'
}

/**
 * Shares one subscription to a streaming credentials provider among the connections of a client. Two connections
 * overlap at a hand-off, and each of them subscribes as the host does. Other providers are not changed.
 */
function shareCredentials(options: HostOptions): { options: HostOptions; credentials?: SharedStream<unknown> } {
  const { credentialsProvider: provider } = options
  if (!isStreaming(provider)) return { options }
  const credentials = new SharedStream<unknown>(listener => provider.subscribe(listener))
  const shared: StreamingProvider = {
    type: provider.type,
    onReAuthenticationError: error => provider.onReAuthenticationError(error),
    subscribe: listener => credentials.join(listener),
  }
  return { options: { ...options, credentialsProvider: shared }, credentials }
}
