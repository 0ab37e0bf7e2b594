import type { Clock } from '../../../base/clock.js'
import type { Target } from '../../../core/target.js'
import type {
  ConnectionEvents,
  ConnectionPlan,
  FailureKind,
  Host,
  HostErrors,
  ReconnectDecision,
} from '../../../engine/ports.js'
import { messageOf } from '../places.js'
import type { LogEntry } from '../scenario.js'
import { ModelConnection } from './model-connection.js'
import { ModelError } from './model-error.js'
import { CONFIGURED_ADDRESS, type ModelServer } from './model-server.js'

/** What a modelled host needs. */
export interface ModelHostParts {
  readonly server: ModelServer
  readonly clock: Clock
  /** Is told when the reconnect strategy is asked. */
  readonly record: (entry: LogEntry) => void
  /** The node that its clients are made for. Default: where the configured endpoint leads. */
  readonly home?: string
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
  readonly #root: ModelHost | undefined
  readonly #connections: WeakMap<object, ModelConnection>

  /** @param root - Where it is one of several of an application: the first of them. */
  constructor(parts: ModelHostParts, root?: ModelHost) {
    this.#parts = parts
    this.#root = root
    this.#connections = root === undefined ? new WeakMap() : root.#connections
  }

  get isClusterNode(): boolean {
    return this.#parts.home !== undefined
  }

  /** A host for the clients of one node of a cluster. */
  at(home: string): ModelHost {
    return new ModelHost({ ...this.#parts, home }, this)
  }

  classify(error: unknown): FailureKind {
    if (!(error instanceof ModelError)) return 'other'
    const { kind } = error
    return kind === 'closed' || kind === 'watch' ? 'other' : kind
  }

  reconnectDelay(retries: number, cause: unknown): ReconnectDecision {
    const { record, clock } = this.#parts
    record({ at: clock.now(), event: 'strategy:asked', retries, message: messageOf(cause) })
    const { strategy } = this.#root ?? this
    return strategy === 'give-up' ? { giveUp: cause } : { afterMs: strategy }
  }

  open(plan: ConnectionPlan, events: ConnectionEvents): ModelConnection {
    const { server, clock, home = null } = this.#parts
    const node = server.nodeAt(plan, home)
    const connection = new ModelConnection({ plan, node, clock, store: node.store, events })
    this.#connections.set(connection, connection)
    return connection
  }

  /** The modelled connection behind one that this host has opened. */
  modelOf(connection: object | undefined): ModelConnection | undefined {
    return connection === undefined ? undefined : this.#connections.get(connection)
  }
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
