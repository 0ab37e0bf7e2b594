import type { Clock } from '../../base/clock.js'
import { Gate, type Patience } from '../../core/gate.js'
import { kindOf } from './command-kind.js'
import type { ConnectionGeneration } from './generation.js'
import type { HostModule } from './host.js'
import type { HostCommandOptions, UnsentCommand } from './internals.js'
import type { SendSpecial } from './special-commands.js'

/** What the traffic of one client needs. */
export interface TrafficParts {
  readonly host: HostModule
  readonly clock: Clock
  /** How many commands may wait. */
  readonly capacity: number
  /** Whether commands fail instead of waiting while there is no connection. */
  readonly failOffline: boolean
  /** Sends a command that needs more than to be sent. */
  readonly sendSpecial: SendSpecial
}

/** How to send something, on whatever connection there is when its turn comes. */
export type Send<T> = (generation: ConnectionGeneration) => Promise<T>

/**
 * Where commands go: to the connection that serves, or to the gate.
 *
 * `closed`: nobody has connected, or the client was closed; commands fail. `offline`: no connection serves. `held`: one
 * does, but new commands wait for the next one.
 */
export class Traffic {
  /** The connection that takes commands right now. Read for every command, hence a plain field. */
  open: ConnectionGeneration | undefined
  /** What command timeouts are raised to, while they are. */
  relaxedMs: number | undefined
  #mode: 'closed' | 'offline' | 'held' | 'open' = 'closed'
  readonly #gate: Gate<ConnectionGeneration>
  readonly #parts: TrafficParts

  constructor(parts: TrafficParts) {
    this.#parts = parts
    this.#gate = new Gate(parts.clock, parts.capacity)
  }

  /** How many commands wait. */
  get waiting(): number {
    return this.#gate.length
  }

  /** Whether a connection serves, be it that new commands wait for a moment. */
  get isReady(): boolean {
    return this.#mode === 'open' || this.#mode === 'held'
  }

  /** New commands wait from now on. */
  hold(mode: 'offline' | 'held'): void {
    this.#mode = mode
    this.open = undefined
  }

  /** New commands go to a connection; those that wait go first. */
  serve(generation: ConnectionGeneration): void {
    // A listener may have closed the client in the middle of a hand-off, whose last effect this is then.
    if (this.#mode === 'closed') return
    this.#mode = 'open'
    this.open = generation
    this.#gate.open(generation)
  }

  /** New commands fail, and so do those that wait. */
  close(error: unknown): void {
    this.#mode = 'closed'
    this.open = undefined
    this.#gate.fail(error)
  }

  /** Sends a command now, or when there is a connection. */
  command(args: readonly unknown[], options: HostCommandOptions | undefined): Promise<unknown> {
    const { open } = this
    if (open === undefined) return this.#wait(generation => this.#send(generation, args, options), options)
    return this.#send(open, args, options)
  }

  /** Does something with the connection now, or when there is one. */
  run<T>(send: Send<T>, options?: HostCommandOptions): Promise<T> {
    return this.open === undefined ? this.#wait(send, options) : send(this.open)
  }

  /** Lets commands that a broken connection never wrote go before all others. */
  rescue(unsent: readonly UnsentCommand[]): void {
    if (this.#mode === 'closed') {
      for (const command of unsent) command.reject(new this.#parts.host.ClientClosedError())
      return
    }
    this.#gate.enterFirst(
      unsent.map(command => [
        { run: generation => resend(generation, command), reject: command.reject },
        this.#patience({ timeout: command.timeout?.originalTimeout, abortSignal: command.abort?.signal }),
      ]),
    )
    if (this.open !== undefined) this.#gate.open(this.open)
  }

  #send(
    generation: ConnectionGeneration,
    args: readonly unknown[],
    options: HostCommandOptions | undefined,
  ): Promise<unknown> {
    const kind = kindOf(args)
    if (kind === undefined) return generation.client.sendCommand(args, this.#relaxed(options))
    return this.#parts.sendSpecial(kind, { generation, args, options: this.#relaxed(options) })
  }

  #wait<T>(send: Send<T>, options: HostCommandOptions | undefined): Promise<T> {
    const { host, failOffline } = this.#parts
    if (this.#mode === 'closed') return Promise.reject(new host.ClientClosedError())
    if (this.#mode === 'offline' && failOffline) return Promise.reject(new host.ClientOfflineError())
    return new Promise((resolve, reject) => {
      const run = (generation: ConnectionGeneration): void => {
        send(generation).then(resolve, reject)
      }
      this.#gate.enter({ run, reject }, this.#patience(this.#relaxed(options)))
    })
  }

  #patience(options: HostCommandOptions | undefined): Patience {
    const { host } = this.#parts
    return {
      timeoutMs: options?.timeout,
      signal: options?.abortSignal,
      onTimeout: () => new host.TimeoutError(),
      onAbort: () => new host.AbortError(),
    }
  }

  /** Raises a timeout while a window is open. Longer ones stay, disabled ones stay disabled. */
  #relaxed(options: HostCommandOptions | undefined): HostCommandOptions | undefined {
    const { relaxedMs } = this
    if (relaxedMs === undefined || !options?.timeout || options.timeout >= relaxedMs) return options
    return { ...options, timeout: relaxedMs }
  }
}

function resend(generation: ConnectionGeneration, command: UnsentCommand): void {
  // The subscriptions are carried over as a whole, this one among them.
  if (command.channelsCounter !== undefined) return command.resolve()
  const { chainId, typeMapping, timeout, abort } = command
  const options = { chainId, typeMapping, timeout: timeout?.originalTimeout, abortSignal: abort?.signal }
  generation.client.sendCommand(command.args, options).then(command.resolve, command.reject)
}
