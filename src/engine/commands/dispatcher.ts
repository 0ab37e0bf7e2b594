import { type CommandKind, kindOf } from '../../core/commands/command-kind.js'
import { isReadCommand } from '../../core/commands/read-commands.js'
import type { Context } from '../database/context.js'
import type { SendOptions } from '../ports.js'
import type { Connection } from '../session/connection.js'
import { type Command, newCommand, type Return, type SentCommand } from './issued-command.js'
import { NeverSent, toldOf } from './never-sent.js'
import type { Recovery } from './recovery.js'
import type { CommandToSend } from './stateful-commands.js'
import type { Timeouts } from './timeouts.js'
import { type Run, WaitingLine } from './waiting-line.js'

/** Whose commands are dispatched. */
export interface DispatcherOwner {
  readonly recovery: Recovery
  /** Why commands fail instead of waiting, because the database is unavailable; `undefined` while they wait. */
  unavailable(): Error | undefined
  /** Sends a command that needs more than to be sent. */
  sendSpecial(kind: CommandKind, command: CommandToSend): Promise<unknown>
}

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
  readonly timeouts: Timeouts
  /** Whether it is to be noted when the application sent something last, and when that was, in clock milliseconds. */
  notesUse = false
  usedAt = 0
  #mode: DispatcherMode = 'closed'
  /** The connection that takes reads while writes wait. */
  #reader: Connection | undefined
  /** Whether it takes them also while a write waits that was issued before. */
  #readsOvertake = false
  /** How much the application has issued. */
  #issued = 0
  readonly #line: WaitingLine
  readonly #context: Context
  readonly #owner: DispatcherOwner

  readonly #take = (connection: Connection): void => {
    this.current = connection
  }

  constructor(context: Context, owner: DispatcherOwner) {
    this.#context = context
    this.#owner = owner
    this.#line = new WaitingLine(context, owner)
    this.timeouts = this.#line.timeouts
  }

  /** Where new commands go. */
  get mode(): DispatcherMode {
    return this.#mode
  }

  /** How many commands wait. */
  get waiting(): number {
    return this.#line.length
  }

  /** Whether a connection serves, also while new commands are paused. */
  get isReady(): boolean {
    return this.#mode === 'open' || this.#mode === 'paused' || this.#mode === 'writes-paused'
  }

  /** New commands wait from now on. */
  pause(mode: 'offline' | 'paused'): void {
    if (this.#mode === 'closed' && mode === 'paused') return
    this.#mode = mode
    this.#stop()
  }

  /** A connection is gone: if it took commands, they wait. */
  lose(connection: Connection): void {
    const isTaking = [this.current, this.#reader, this.#line.connection].includes(connection)
    if (isTaking) this.pause('offline')
  }

  /**
   * New commands wait from now on, but for those that only read. What comes behind a write that waits does so as well, as its
   * answer would be older than that of the write.
   *
   * @param readsOvertake - Whether reads go on all the same: the write waits for what was announced, and may do so for long.
   */
  pauseWrites(reader: Connection, readsOvertake: boolean): void {
    if (this.#mode === 'closed') return
    this.#mode = 'writes-paused'
    this.#stop()
    this.#reader = reader
    this.#readsOvertake = readsOvertake
    // Reads that wait already are not worth taking the queue apart: they wait for a fence, or come behind a write.
  }

  /** New commands go to a connection; those that wait go first. */
  resume(connection: Connection): void {
    // A listener may have closed the client in the middle of a hand-off, before this effect.
    if (this.#mode === 'closed') return
    this.#mode = 'open'
    this.#stop()
    this.#line.clear(connection, this.#take)
  }

  /**
   * A server refuses commands for now: what is to be sent to it waits, and the first of it goes ahead after a pause.
   *
   * @param pauseMs - Asked for the pause, unless one is being made.
   */
  holdUp(connection: Connection, pauseMs: () => number): void {
    const isTaking = connection === this.current || connection === this.#line.connection
    if (!isTaking || this.#line.isResting) return
    this.current = undefined
    this.#line.goIn(connection, pauseMs(), this.#take)
  }

  /** New commands fail, and so do those that wait. */
  close(error: unknown): void {
    this.#mode = 'closed'
    this.#stop()
    this.#line.fail(error)
  }

  /** While nothing serves, commands that wait fail. New ones follow their own rules. */
  failWaiting(error: unknown): void {
    if (this.#mode === 'offline') this.#line.fail(error)
  }

  /** Sends a command now, or when there is a connection. */
  command(args: readonly unknown[], options: SendOptions | undefined): Promise<unknown> {
    const { current } = this
    this.#issued += 1
    const command = newCommand(args, options, this.#issued)
    return current === undefined ? this.#later(command) : this.#send(current, command)
  }

  /** Does something with the connection now, or when there is one; what was never written is done once more. */
  run<T>(send: Run<T>, options?: SendOptions): Promise<T> {
    if (this.notesUse) this.usedAt = this.#context.clock.now()
    this.#issued += 1
    const order = this.#issued
    const unlessUnsent: Run<T> = connection => {
      return send(connection, order).catch(error => {
        if (error instanceof NeverSent) return this.runAgain(unlessUnsent, error, { order, options })
        throw error
      })
    }
    return this.current === undefined ? this.#wait(unlessUnsent, { order, options }) : unlessUnsent(this.current, order)
  }

  /** Does something once more, before what was issued later. Fails with `error` where nothing may wait any more. */
  runAgain<T>(send: Run<T>, error: unknown, how: Return): Promise<T> {
    const { current } = this
    if (current !== undefined && how.apart !== true) return send(current, how.order)
    const { failsOffline } = this.#context.host
    if (this.#mode === 'closed' || (this.#mode === 'offline' && failsOffline)) return Promise.reject(toldOf(error))
    // Why it failed says more than that the wait for another connection was too long.
    const returned = this.#wait(send, how, () => toldOf(error))
    if (current === undefined) return returned
    this.current = undefined
    this.#line.goApart(current, this.#take)
    return returned
  }

  /** Gives a failed command what it deserves: another try, or its error. */
  async recover(error: unknown, sent: SentCommand): Promise<unknown> {
    const { connection, command, repeatable } = sent
    const { recovery } = this.#owner
    const outcome = recovery.recover({ error, connection, args: command.args, history: command.history, repeatable })
    if (outcome.type === 'fail') throw outcome.error
    return this.#sendAgain({ ...command, history: outcome.history }, { error, apart: outcome.apart })
  }

  #send(connection: Connection, command: Command): Promise<unknown> {
    const { args } = command
    if (this.notesUse) this.usedAt = this.#context.clock.now()
    const options = this.timeouts.relax(command.options)
    const kind = kindOf(args)
    const sent =
      kind === undefined ? connection.send(args, options) : this.#owner.sendSpecial(kind, { connection, args, options })
    // What is tied to its connection cannot be sent on another one.
    const repeatable = (kind === undefined || kind === 'blocking' || kind === 'script') && !connection.isTied
    return sent.catch(error => this.recover(error, { connection, command, sequence: 0, repeatable }))
  }

  #sendAgain(
    command: Command,
    { error, apart }: { readonly error: unknown; readonly apart: boolean },
  ): Promise<unknown> {
    const { args, order, options } = command
    const reader = this.#reader
    if (reader?.isReady === true && this.#mayRead(args)) return this.#send(reader, command)
    const dueAt = command.dueAt ?? this.timeouts.dueAt(options)
    const how = { order, options, dueAt, apart, blocks: kindOf(args) === 'blocking' }
    return this.runAgain(next => this.#send(next, { ...command, dueAt }), error, how)
  }

  #later(command: Command): Promise<unknown> {
    const { args, options, order } = command
    const reader = this.#reader
    if (reader !== undefined && this.#mayRead(args)) return this.#send(reader, command)
    return this.#wait(connection => this.#send(connection, command), { order, options })
  }

  /** Whether a command may go to the connection that takes reads. */
  #mayRead(args: readonly unknown[]): boolean {
    return (this.#readsOvertake || this.#line.length === 0) && isReadCommand(args)
  }

  #wait<T>(send: Run<T>, how: Return, onTimeout?: () => unknown): Promise<T> {
    const { host } = this.#context
    if (this.#mode === 'closed') return Promise.reject(host.errors.closed())
    if (this.#mode === 'offline') {
      const reason = host.failsOffline ? host.errors.offline() : this.#owner.unavailable()
      if (reason !== undefined) return Promise.reject(reason)
    }
    return this.#line.wait(send, how, onTimeout)
  }

  /** No connection takes anything. */
  #stop(): void {
    this.current = undefined
    this.#reader = undefined
    this.#line.stop()
  }
}
