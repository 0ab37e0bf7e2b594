import type { Random } from '../../base/random.js'
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
import { SharedCredentials } from './credentials.js'
import { NodeRedisConnection } from './host-connection.js'
import type { HostModule, HostOptions, HostSocketOptions } from './host-module.js'
import type { HostClient, HostClientFactory } from './internals.js'

/** What one client of `@redis/client` is set up with. */
export interface HostParts {
  readonly module: HostModule
  readonly createClient: HostClientFactory
  /** The user's options with the URL resolved. */
  readonly options: HostOptions
  readonly tlsNameFromTarget: boolean
  readonly random: Random
}

/** `@redis/client` as the engine sees it, for one client. */
export class NodeRedisHost implements Host {
  readonly errors: HostErrors
  readonly maxWaitingCommands: number | undefined
  readonly failsOffline: boolean
  readonly pacesReconnects: boolean
  readonly #parts: HostParts
  readonly #credentials: SharedCredentials
  readonly #clients = new WeakMap<HostConnection, HostClient>()

  constructor(parts: HostParts) {
    const { module, options } = parts
    this.#parts = parts
    this.#credentials = new SharedCredentials(options)
    this.errors = hostErrors(module)
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

  reconnectDelay(retries: number, cause: unknown): ReconnectDecision {
    const { module, options, random } = this.#parts
    const byDefault = (given: unknown): ReconnectDecision => defaultDelay(this, { retries, cause: given, random })
    return askStrategy(module, options.socket?.reconnectStrategy, { retries, cause, byDefault })
  }

  open(plan: ConnectionPlan, events: ConnectionEvents): HostConnection {
    const { module: host, createClient, tlsNameFromTarget } = this.#parts
    const options = this.#credentials.applyTo(this.#parts.options)
    const connection = new NodeRedisConnection({ host, createClient, options, plan, tlsNameFromTarget, events })
    this.#clients.set(connection, connection.client)
    return connection
  }

  /** The host's client behind a connection that this host has opened. */
  clientOf(connection: HostConnection): HostClient {
    const client = this.#clients.get(connection)
    if (client === undefined) throw new TypeError('A connection of another host')
    return client
  }

  dispose(): void {
    this.#credentials.dispose()
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

/**
 * Asks the user's reconnect strategy, with the meaning that the host gives it: `false` and errors end all attempts, a
 * strategy that throws or answers nonsense is replaced by the default one for that time.
 *
 * @param byDefault - Decides where the user has no strategy.
 */
function askStrategy(
  host: Pick<HostModule, 'ReconnectStrategyError'>,
  strategy: HostSocketOptions['reconnectStrategy'],
  { retries, cause, byDefault }: { retries: number; cause: unknown; byDefault: (cause: unknown) => ReconnectDecision },
): ReconnectDecision {
  if (strategy === undefined) return byDefault(cause)
  try {
    const answer = typeof strategy === 'function' ? strategy(retries, cause as Error) : strategy
    if (answer === false) return { giveUp: cause }
    if (answer instanceof Error) return { giveUp: new host.ReconnectStrategyError(answer, cause as Error) }
    if (typeof answer === 'number') return { afterMs: answer }
    throw new TypeError(`Reconnect strategy should return \`false | Error | number\`, got ${String(answer)} instead`)
  } catch (thrown) {
    return { ...byDefault(thrown), thrown }
  }
}
