import { type CommandKind, kindOf } from '../../core/commands/command-kind.js'
import { isReadCommand } from '../../core/commands/read-commands.js'
import type { Context } from '../database/context.js'
import type { SendOptions, UnsentCommand } from '../ports.js'
import type { Connection } from '../session/connection.js'
import { Gate, type Patience, type Turn } from './gate.js'
import type { Recovery } from './recovery.js'
import type { CommandToSend } from './stateful-commands.js'

/** Whose commands are dispatched. */
export interface DispatcherOwner {
  readonly recovery: Recovery
  /** Why commands fail instead of waiting, because the database is unavailable; `undefined` while they wait. */
  unavailable(): Error | undefined
  /** Sends a command that needs more than to be sent. */
  sendSpecial(kind: CommandKind, command: CommandToSend): Promise<unknown>
}

/** A command of the application. */
export interface Command {
  readonly args: readonly unknown[]
  readonly options: SendOptions | undefined
  /** How often it was sent already. */
  readonly tries: number
}

/** A command that failed. */
export interface FailedCommand {
  readonly connection: Connection
  readonly command: Command
  /** Whether it could be sent on another connection at all. */
  readonly repeatable: boolean
}

/** How to send something, on the connection that serves when its turn comes. */
export type Run<T> = (connection: Connection) => Promise<T>

/** Where new commands go; see {@link Dispatcher}. */
export type DispatcherMode = 'closed' | 'offline' | 'paused' | 'writes-paused' | 'open'

/**
 * Where commands go: to the connection that serves, or to the gate.
 *
 * `closed`: the application has not connected, or has closed the client; commands fail. `offline`: no connection
 * serves. `paused`: one serves, but new commands wait for the next one. `writes-paused`: one serves commands that only
 * read.
 */
export class Dispatcher {
  /** The connection that takes commands right now. Read for every command, hence a plain field. */
  current: Connection | undefined
  /** What command timeouts are raised to; `undefined` while they are not. */
  relaxedMs: number | undefined
  /** Whether to note when the application last sent something, and when that was, in clock milliseconds. */
  notesUse = false
  usedAt = 0
  #mode: DispatcherMode = 'closed'
  /** The connection that takes reads while writes wait. */
  #reader: Connection | undefined
  readonly #gate: Gate<Connection>
  readonly #context: Context
  readonly #owner: DispatcherOwner

  constructor(context: Context, owner: DispatcherOwner) {
    const { host, clock, maint } = context
    this.#context = context
    this.#owner = owner
    this.#gate = new Gate(clock, host.maxWaitingCommands ?? maint.maxWaitingCommands)
  }

  /** Where new commands go. */
  get mode(): DispatcherMode {
    return this.#mode
  }

  /** How many commands wait. */
  get waiting(): number {
    return this.#gate.length
  }

  /** Whether a connection serves, also while new commands are paused. */
  get isReady(): boolean {
    return this.#mode === 'open' || this.#mode === 'paused' || this.#mode === 'writes-paused'
  }

  /** New commands wait from now on. */
  pause(mode: 'offline' | 'paused'): void {
    if (this.#mode === 'closed' && mode === 'paused') return
    this.#mode = mode
    this.current = undefined
    this.#reader = undefined
  }

  /** The connection that took commands is lost, if there was one. */
  lose(): void {
    if (this.current !== undefined || this.#reader !== undefined) this.pause('offline')
  }

  /** New commands wait from now on, except those that only read. */
  pauseWrites(reader: Connection): void {
    if (this.#mode === 'closed') return
    this.#mode = 'writes-paused'
    this.current = undefined
    this.#reader = reader
    // Reads that wait already stay in the queue: they wait for a fence, or for a write before them.
  }

  /** New commands go to a connection; those that wait go first. */
  resume(connection: Connection): void {
    // A listener may have closed the client in the middle of a hand-off, before this effect.
    if (this.#mode === 'closed') return
    this.#mode = 'open'
    this.current = connection
    this.#reader = undefined
    this.#gate.open(connection)
  }

  /** New commands fail, and so do those that wait. */
  close(error: unknown): void {
    this.#mode = 'closed'
    this.current = undefined
    this.#reader = undefined
    this.#gate.fail(error)
  }

  /** While nothing serves, commands that wait fail. New ones follow their own rules. */
  failWaiting(error: unknown): void {
    if (this.#mode === 'offline') this.#gate.fail(error)
  }

  /** Sends a command now, or when there is a connection. */
  command(args: readonly unknown[], options: SendOptions | undefined): Promise<unknown> {
    const { current } = this
    const command = { args, options, tries: 0 }
    return current === undefined ? this.#later(command) : this.#send(current, command)
  }

  /** Runs something with the connection now, or when there is one. */
  run<T>(send: Run<T>, options?: SendOptions): Promise<T> {
    if (this.notesUse) this.usedAt = this.#context.clock.now()
    return this.current === undefined ? this.#wait(send, options) : send(this.current)
  }

  /** Runs something once more, before the commands that wait. Fails with `error` where nothing may wait any more. */
  runAgain<T>(send: Run<T>, error: unknown, options?: SendOptions): Promise<T> {
    if (this.current !== undefined) return send(this.current)
    const { failsOffline } = this.#context.host
    if (this.#mode === 'closed' || (this.#mode === 'offline' && failsOffline)) return Promise.reject(error)
    // The first error says more than a timeout of the wait for another connection.
    return this.#wait(send, options, { turn: 'returned', onTimeout: () => error })
  }

  /** Sends a failed command again, or throws its error, as recovery says. */
  async recover(error: unknown, { connection, command, repeatable }: FailedCommand): Promise<unknown> {
    const { args, options, tries } = command
    const outcome = this.#owner.recovery.recover({ error, connection, args, tries, repeatable })
    if (outcome.type === 'fail') throw outcome.error
    const again = { args, options, tries: tries + 1 }
    const reader = this.#reader
    if (reader?.isReady === true && reader !== connection && isReadCommand(args)) return this.#send(reader, again)
    return this.runAgain(next => this.#send(next, again), error, options)
  }

  /** Puts commands that a broken connection never wrote before all others. */
  rescue(unsent: readonly UnsentCommand[]): void {
    if (this.#mode === 'closed') {
      for (const command of unsent) command.reject(this.#context.host.errors.closed())
      return
    }
    const reason = this.#mode === 'offline' ? this.#owner.unavailable() : undefined
    for (const command of unsent) {
      if (reason !== undefined) {
        command.reject(reason)
        continue
      }
      const run = ({ physical }: Connection): void => command.resend(physical)
      const reject = (error: unknown): void => command.reject(error)
      this.#gate.enter({ run, reject }, this.#patience(command.patience), 'unsent')
    }
    if (this.current !== undefined) this.#gate.open(this.current)
  }

  #send(connection: Connection, command: Command): Promise<unknown> {
    const { args } = command
    if (this.notesUse) this.usedAt = this.#context.clock.now()
    const options = this.#relaxed(command.options)
    const kind = kindOf(args)
    const sent =
      kind === undefined ? connection.send(args, options) : this.#owner.sendSpecial(kind, { connection, args, options })
    // What is tied to its connection cannot be sent on another one.
    const repeatable = (kind === undefined || kind === 'blocking') && !connection.isTied
    return sent.catch(error => this.recover(error, { connection, command, repeatable }))
  }

  #later(command: Command): Promise<unknown> {
    const reader = this.#reader
    if (reader !== undefined && isReadCommand(command.args)) return this.#send(reader, command)
    return this.#wait(connection => this.#send(connection, command), command.options)
  }

  #wait<T>(
    send: Run<T>,
    options: SendOptions | undefined,
    { turn = 'new', onTimeout }: { readonly turn?: Turn; readonly onTimeout?: () => unknown } = {},
  ): Promise<T> {
    const { host } = this.#context
    if (this.#mode === 'closed') return Promise.reject(host.errors.closed())
    if (this.#mode === 'offline') {
      const reason = host.failsOffline ? host.errors.offline() : this.#owner.unavailable()
      if (reason !== undefined) return Promise.reject(reason)
    }
    return new Promise((resolve, reject) => {
      const run = (connection: Connection): void => {
        send(connection).then(resolve, reject)
      }
      const patience = this.#patience(this.#relaxed(options))
      this.#gate.enter({ run, reject }, onTimeout === undefined ? patience : { ...patience, onTimeout }, turn)
    })
  }

  #patience(options: SendOptions | undefined): Patience {
    const { errors } = this.#context.host
    return {
      timeoutMs: options?.timeout,
      signal: options?.abortSignal,
      onTimeout: () => errors.timeout(),
      onAbort: () => errors.aborted(),
    }
  }

  /** Raises a timeout while a window is open. Longer ones stay, disabled ones stay disabled. */
  #relaxed(options: SendOptions | undefined): SendOptions | undefined {
    const { relaxedMs } = this
    if (relaxedMs === undefined || !options?.timeout || options.timeout >= relaxedMs) return options
    return { ...options, timeout: relaxedMs }
  }
}
