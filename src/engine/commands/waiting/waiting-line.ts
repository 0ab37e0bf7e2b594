import type { Context } from '../../database/context.js'
import type { SendOptions } from '../../ports.js'
import type { Connection } from '../../session/connection.js'
import type { DispatcherMode } from '../dispatcher-owner.js'
import type { Endurance, Return } from '../issued-command.js'
import { Forerunners } from './forerunners.js'
import { Gate, type OnEnd, type Patience, type Waiting } from './gate.js'
import { Timeouts } from './timeouts.js'

/** How to send something, in its place among all that is issued, on the connection that serves when its turn comes. */
export type Run<T> = (connection: Connection, order: number) => Promise<T>

/** The same for a call that has an end: it is given the options with which it ends in time. */
export type RunInTime<T> = (connection: Connection, order: number, options: SendOptions | undefined) => Promise<T>

/** Whose commands wait. */
export interface LineOwner {
  /** Notes on an error in which maintenance window it was raised. */
  note<E>(error: E): E
  /** Why commands fail instead of waiting, because the database is unavailable; `undefined` while they wait. */
  unavailable(): Error | undefined
  /** A command begins to wait. Returns what is called when it waits no longer, where anybody wants to know. */
  tellWait(): ((error?: unknown) => void) | undefined
  readonly recovery: {
    /** A server serves again that had refused commands for a while. */
    served(connection: Connection): void
  }
}

/** Sends new commands to a connection once nothing waits any more. */
interface CommandTaker {
  current: Connection | undefined
}

/** Where the commands of one client wait for a connection, and which of them goes ahead of the others. */
export class WaitingLine {
  readonly timeouts: Timeouts
  readonly #clock: Context['clock']
  readonly #host: Context['host']
  readonly #owner: LineOwner
  readonly #taker: CommandTaker
  readonly #gate: Gate<Connection>
  /** Made when something has to go ahead. Most of the time nothing does. */
  #forerunners: Forerunners<Connection> | undefined

  constructor(context: Context, owner: LineOwner, taker: CommandTaker) {
    const { host, clock, maint } = context
    this.timeouts = new Timeouts(context, owner)
    this.#clock = clock
    this.#host = host
    this.#owner = owner
    this.#taker = taker
    const { maxWaitingCommands: bound, errors } = host
    this.#gate =
      bound === undefined ? new Gate(clock, maint.maxWaitingCommands) : new Gate(clock, bound, errors.queueFull)
  }

  /** How many commands wait. */
  get length(): number {
    return this.#gate.length
  }

  /** The connection on which some go ahead at present. */
  get connection(): Connection | undefined {
    return this.#forerunners?.connection
  }

  /** Whether the first one is about to go. */
  get isResting(): boolean {
    return this.#forerunners?.isResting === true
  }

  /**
   * Why something may not wait; `undefined` where it may.
   *
   * @param cause - Why it was not accepted before.
   */
  refusal(mode: DispatcherMode, endures?: Endurance, cause?: unknown): unknown {
    const { errors, failsOffline } = this.#host
    if (mode === 'closed' && endures !== 'closed') return cause ?? errors.closed()
    if (mode !== 'offline') return undefined
    const reason = failsOffline && !endures ? (cause ?? errors.offline()) : this.#owner.unavailable()
    return reason && this.#owner.note(reason)
  }

  /** Waits for a connection and sends something on it. */
  wait<T>(send: Run<T>, how: Return, onTimeout?: () => unknown): Promise<T> {
    return new Promise((resolve, reject) => {
      this.enter(
        new WaitingCall({ send, how, resolve, reject, owner: this.#owner }),
        this.timeouts.patienceOf(how, onTimeout),
      )
    })
  }

  /** Has something wait for a connection. */
  enter(waiting: Waiting<Connection>, patience?: Patience): void {
    const tellEnd = this.#owner.tellWait()
    this.#gate.enter(tellEnd === undefined ? waiting : toldWait(waiting, tellEnd), patience)
  }

  /** Lets everything go to a connection, in order; what must go apart goes first. */
  clear(connection: Connection): void {
    if (this.#gate.length === 0) this.#taker.current = connection
    else this.#ahead().clear(connection)
  }

  /** Lets the first one go after a while, and the others once it is answered. */
  goIn(connection: Connection, afterMs: number): void {
    this.#ahead().goIn(connection, afterMs)
  }

  /** Lets those that must go apart go as soon as nothing is in flight, and the others once they are answered. */
  goApart(connection: Connection): void {
    this.#ahead().goApart(connection)
  }

  /** Nothing goes ahead any more. */
  stop(): void {
    this.#forerunners?.stop()
  }

  /** Ends every wait with an error. */
  fail(error: unknown): void {
    this.#gate.fail(error)
  }

  #ahead(): Forerunners<Connection> {
    this.#forerunners ??= new Forerunners<Connection>({
      clock: this.#clock,
      gate: this.#gate,
      onServed: connection => this.#owner.recovery.served(connection),
      onClear: connection => {
        this.#taker.current = connection
        this.#gate.open(connection)
      },
    })
    return this.#forerunners
  }
}

/** A call that waits, of which its caller has a promise. */
class WaitingCall<T> implements Waiting<Connection> {
  readonly #call: CallInLine<T>

  constructor(call: CallInLine<T>) {
    this.#call = call
  }

  get order(): number {
    return this.#call.how.order
  }

  get apart(): boolean {
    return this.#call.how.apart === true
  }

  get blocks(): boolean {
    return this.#call.how.blocks === true
  }

  run(connection: Connection, onEnd?: OnEnd): void {
    const { send, how, resolve } = this.#call
    send(connection, how.order).then(
      value => {
        resolve(value)
        onEnd?.(true)
      },
      error => {
        this.reject(error)
        onEnd?.(false)
      },
    )
  }

  reject(error: unknown): void {
    const { owner, reject } = this.#call
    reject(owner.note(error))
  }
}

interface CallInLine<T> {
  readonly send: Run<T>
  readonly how: Return
  readonly resolve: (value: T) => void
  readonly reject: (error: unknown) => void
  readonly owner: Pick<LineOwner, 'note'>
}

/** Something whose wait somebody wants to know about. */
function toldWait(waiting: Waiting<Connection>, tellEnd: (error?: unknown) => void): Waiting<Connection> {
  const { order, apart = false, blocks = false } = waiting
  return {
    order,
    apart,
    blocks,
    run: (connection, onEnd) => {
      tellEnd()
      waiting.run(connection, onEnd)
    },
    reject: error => {
      tellEnd(error)
      waiting.reject(error)
    },
  }
}
