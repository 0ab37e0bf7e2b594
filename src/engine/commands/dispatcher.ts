import { isMovable, kindOf } from '../../core/commands/command-kind.js'
import type { Context } from '../database/context.js'
import type { SendOptions } from '../ports.js'
import type { Connection } from '../session/connection.js'
import type { DispatcherMode, DispatcherOwner } from './dispatcher-owner.js'
import {
  type Command,
  type Endurance,
  newCommand,
  type Retry,
  type Return,
  type SentCommand,
} from './issued-command.js'
import { ReadsMeanwhile } from './reads-meanwhile.js'
import { isTooEarly } from './recovery/answer-order.js'
import { NeverSent, toldOf } from './recovery/never-sent.js'
import { retryOf } from './recovery/retry.js'
import { run, type Waiting } from './waiting/gate.js'
import type { Timeouts } from './waiting/timeouts.js'
import { type Run, type RunInTime, WaitingLine } from './waiting/waiting-line.js'

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
  readonly #reads = new ReadsMeanwhile()
  /** How much the application has issued. */
  issued = 0
  readonly #line: WaitingLine
  readonly #context: Context
  readonly #owner: DispatcherOwner

  constructor(context: Context, owner: DispatcherOwner) {
    this.#context = context
    this.#owner = owner
    this.#line = new WaitingLine(context, owner, this)
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
    if ([this.current, this.#reads.connection, this.#line.connection].includes(connection)) this.pause('offline')
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
    this.#reads.begin(reader, readsOvertake)
  }

  /** New commands go to a connection; those that wait go first. */
  resume(connection: Connection): void {
    // A listener may have closed the client in the middle of a hand-off, before this effect.
    if (this.#mode === 'closed') return
    this.#mode = 'open'
    this.#stop()
    this.#line.clear(connection)
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
    this.#line.goIn(connection, pauseMs())
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

  /** Sends a command now, or when there is a connection. It ends when its caller's own time is over: few have one, and a closure. */
  command(args: readonly unknown[], options: SendOptions | undefined): Promise<unknown> {
    if (!this.timeouts.hasEnd(options)) return this.#issue(args, options)
    return this.timeouts.endCommand(args, options, inTime => this.#issue(args, inTime))
  }

  /** Does something with the connection now, or when there is one, and ends when its caller's own time is over. */
  run<T>(send: RunInTime<T>, options?: SendOptions, endures?: Endurance): Promise<T> {
    return this.timeouts.endCall(options, given =>
      this.admit((connection, order) => send(connection, order, given), given, endures),
    )
  }

  #issue(args: readonly unknown[], options: SendOptions | undefined): Promise<unknown> {
    const { current } = this
    this.issued += 1
    const command = newCommand(args, options, this.issued)
    return current === undefined ? this.#later(command) : this.#send(current, command)
  }

  /** Does something with the connection now, or when there is one; what was never written is done once more. */
  admit<T>(send: Run<T>, options?: SendOptions, endures?: Endurance): Promise<T> {
    if (this.notesUse) this.usedAt = this.#context.clock.now()
    this.issued += 1
    const order = this.issued
    const unlessUnsent: Run<T> = connection =>
      send(connection, order).catch(error => {
        if (error instanceof NeverSent) return this.runAgain(unlessUnsent, error, { order, options })
        throw error
      })
    if (this.current !== undefined) return unlessUnsent(this.current, order)
    return this.#wait(unlessUnsent, { order, options, endures })
  }

  /** Does something once more, before what was issued later. Fails with `error` where nothing may wait any more. */
  runAgain<T>(send: Run<T>, error: unknown, how: Return): Promise<T> {
    const { current } = this
    if (current !== undefined && how.apart !== true) return send(current, how.order)
    const refusal = this.#line.refusal(this.#mode, undefined, toldOf(error))
    if (refusal !== undefined) return Promise.reject(refusal)
    // Why it failed says more than that the wait for another connection was too long.
    const returned = this.#line.wait(send, how, () => toldOf(error))
    this.#goApart()
    return returned
  }

  /** Gives an answer to its caller, unless it came before that to an earlier command that is sent again. */
  accept(reply: unknown, sent: SentCommand): unknown {
    return isTooEarly(sent) && this.#mode !== 'closed' ? this.#sendAgain(this.#owner.recovery.repeat(sent)) : reply
  }

  /** Gives a failed command another try, or throws its error for its caller. */
  recover(error: unknown, sent: SentCommand): Promise<unknown> {
    return this.#sendAgain(this.retry(error, sent))
  }

  /** How a failed command has another try; throws its error for its caller. */
  retry(error: unknown, sent: SentCommand): Retry {
    return retryOf(error, sent, this.#owner.recovery)
  }

  /** Sends what its host sends by itself, and whose caller waits as long as it takes, now or when there is a connection. */
  admitSelfSent(waiting: Waiting<Connection>, args: readonly unknown[], retry?: Retry): void {
    const reader = this.#reads.takerOf(args, this.#line, retry?.connection)
    const taker = reader ?? (retry?.apart === true ? undefined : this.current)
    if (taker !== undefined) return run(waiting, taker)
    const refusal = this.#line.refusal(this.#mode, undefined, retry && toldOf(retry.error))
    if (refusal !== undefined) return waiting.reject(refusal)
    this.#line.enter(waiting)
    this.#goApart()
  }

  #send(connection: Connection, command: Command): Promise<unknown> {
    const { args } = command
    if (this.notesUse) this.usedAt = this.#context.clock.now()
    const options = this.timeouts.relax(command.options)
    const kind = kindOf(args)
    const sent =
      kind === undefined ? connection.send(args, options) : this.#owner.sendSpecial(kind, { connection, args, options })
    // What is tied to its connection cannot be sent on another one.
    const repeatable = isMovable(kind) && !connection.isTied
    connection.written += 1
    const sequence = connection.written
    return sent.then(
      reply =>
        connection.refused === undefined ? reply : this.accept(reply, { connection, command, sequence, repeatable }),
      error => this.recover(error, { connection, command, sequence, repeatable }),
    )
  }

  #sendAgain({ command, error, connection, apart }: Retry): Promise<unknown> {
    const { args, order, options } = command
    const reader = this.#reads.takerOf(args, this.#line, connection)
    if (reader !== undefined) return this.#send(reader, command)
    const dueAt = command.dueAt ?? this.timeouts.dueAt(options)
    const how = { order, options, dueAt, apart, blocks: this.timeouts.blocks(args) }
    // The timeout of the host's own ends only the wait until a command is written.
    const again = { ...command, dueAt, options: error instanceof NeverSent ? options : this.timeouts.ofUser(options) }
    return this.runAgain(next => this.#send(next, again), error, how)
  }

  /** What goes apart waits already: nothing else is sent until it is answered. */
  #goApart(): void {
    const { current } = this
    if (current === undefined) return
    this.current = undefined
    this.#line.goApart(current)
  }

  #later(command: Command): Promise<unknown> {
    const reader = this.#reads.takerOf(command.args, this.#line)
    if (reader !== undefined) return this.#send(reader, command)
    return this.#wait(connection => this.#send(connection, command), command)
  }

  #wait<T>(send: Run<T>, how: Return): Promise<T> {
    const refusal = this.#line.refusal(this.#mode, how.endures)
    return refusal === undefined ? this.#line.wait(send, how) : Promise.reject(refusal)
  }

  /** No connection takes anything. */
  #stop(): void {
    this.current = undefined
    this.#reads.end()
    this.#line.stop()
  }
}
