import type { Clock } from '../../src/base/clock.js'
import type { Random } from '../../src/base/random.js'
import { defaultDelay } from '../../src/engine/connect/outage.js'
import type { Shared } from '../../src/engine/link/client-context.js'
import type {
  ConnectionEvents,
  ConnectionPlan,
  FailureKind,
  Host,
  HostConnection,
  HostErrors,
  ReconnectDecision,
} from '../../src/engine/ports.js'
import { ToyConnection } from './toy-connection.js'
import { TOY_ERRORS, ToyError, type ToyOptions } from './toy-options.js'

/** The smallest host library that the engine can drive, and an example for the author of a real one. */
export class ToyHost implements Host {
  readonly errors: HostErrors = TOY_ERRORS
  readonly maxWaitingCommands: number | undefined
  readonly failsOffline: boolean
  readonly pacesReconnects: boolean
  readonly #options: ToyOptions
  readonly #clock: Clock
  readonly #random: Random

  constructor(options: ToyOptions, { clock, random }: Pick<Shared, 'clock' | 'random'>) {
    this.#options = options
    this.#clock = clock
    this.#random = random
    this.maxWaitingCommands = options.maxWaitingCommands
    this.failsOffline = options.offlineQueue === false
    this.pacesReconnects = options.reconnect !== undefined
  }

  classify(error: unknown): FailureKind {
    return error instanceof ToyError ? error.kind : 'other'
  }

  reconnectDelay(retries: number, cause: unknown): ReconnectDecision {
    const { reconnect } = this.#options
    if (reconnect === undefined) return defaultDelay(this, { retries, cause, random: this.#random })
    const afterMs = reconnect(retries, cause)
    return afterMs === false ? { giveUp: cause } : { afterMs }
  }

  open(plan: ConnectionPlan, events: ConnectionEvents): HostConnection {
    return new ToyConnection(plan, events, this.#options, this.#clock)
  }
}
