import type { Clock } from '../../base/clock.js'
import type { Target } from '../../core/target.js'
import type {
  ConnectionEvents,
  ConnectionPlan,
  FailureKind,
  Host,
  HostErrors,
  ReconnectDecision,
} from '../../engine/ports.js'
import { ModelConnection } from './model-connection.js'
import { ModelError } from './model-error.js'
import { CONFIGURED_ADDRESS, type ModelServer } from './model-server.js'
import { messageOf } from './places.js'
import type { LogEntry } from './scenario.js'

/** What a modelled host needs. */
export interface ModelHostParts {
  readonly server: ModelServer
  readonly clock: Clock
  /** Is told when the reconnect strategy is asked. */
  readonly record: (entry: LogEntry) => void
}

const ERRORS: HostErrors = {
  closed: () => new ModelError('closed', 'The client is closed'),
  offline: () => new ModelError('offline', 'The client is offline'),
  queueFull: () => new ModelError('other', 'The queue is full'),
  destroyed: () => new ModelError('closed', 'The client was closed'),
  timeout: (message = 'The command timed out') => new ModelError('timeout', message),
  aborted: () => new ModelError('aborted', 'The command was aborted'),
  watch: reason => new ModelError('watch', reason),
  connectTimeout: () => new ModelError('connect-timeout', 'The connection took too long'),
  alreadyOpen: () => new ModelError('other', 'The client is open'),
}

const CONFIGURED_NAME = 'redis.test'

/** The host that connects the engine to the modelled world. */
export class ModelHost implements Host {
  readonly errors: HostErrors = ERRORS
  readonly maxWaitingCommands: undefined
  readonly failsOffline = false
  readonly pacesReconnects = true
  /** The pause that the reconnect strategy answers, in milliseconds. */
  strategy: number | 'give-up' = 100
  readonly #parts: ModelHostParts
  readonly #connections = new WeakMap<object, ModelConnection>()

  constructor(parts: ModelHostParts) {
    this.#parts = parts
  }

  classify(error: unknown): FailureKind {
    if (!(error instanceof ModelError)) return 'other'
    const { kind } = error
    return kind === 'closed' || kind === 'watch' ? 'other' : kind
  }

  reconnectDelay(retries: number, cause: unknown): ReconnectDecision {
    const { record, clock } = this.#parts
    record({ at: clock.now(), event: 'strategy:asked', retries, message: messageOf(cause) })
    return this.strategy === 'give-up' ? { giveUp: cause } : { afterMs: this.strategy }
  }

  open(plan: ConnectionPlan, events: ConnectionEvents): ModelConnection {
    const { server, clock } = this.#parts
    const node = server.nodeAt(plan)
    const connection = new ModelConnection({ plan, node, clock, store: node.store, events })
    this.#connections.set(connection, connection)
    return connection
  }

  /** The modelled connection behind one that this host has opened. */
  modelOf(connection: object | undefined): ModelConnection | undefined {
    return connection === undefined ? undefined : this.#connections.get(connection)
  }

  dispose(): void {}
}

/** Where the configured route leads: a name whose address may change, or an address. */
export function modelTarget(server: ModelServer, followsAddress: boolean): Target {
  return {
    host: followsAddress ? CONFIGURED_NAME : CONFIGURED_ADDRESS,
    port: 6379,
    path: undefined,
    tls: false,
    connectTimeoutMs: 0,
    lookup: (hostname, _, answer) => answer(null, [{ address: server.addressOf(hostname), family: 4 }]),
    family: undefined,
    hints: undefined,
  }
}
