import type { History } from '../../../core/replies/remedy.js'
import type { Connection } from '../../session/connection.js'
import type { Retry } from '../issued-command.js'
import type { OnEnd, Waiting } from '../waiting/gate.js'
import type { SelfAnswered, SelfSent, SentOwner } from './self-sent.js'

/** What sends commands again, and tells how they end. */
interface Sender<C extends SelfAnswered> {
  sendAgain(command: C, owner: SentOwner<C>, connection: Connection): void
  answered(sent: SelfSent<C>, reply: unknown, history: History): unknown
  recover(sent: SelfSent<C>, error: Error, history: History, onEnd: OnEnd | undefined): void
  giveUp(command: C, error: unknown): void
}

/**
 * A command that is sent again as it is: it waits for a connection, and has its next attempt there. Where a connection breaks
 * there may be as many as were in flight, so each is small, and has no promise of its own.
 */
export class SentAgain<C extends SelfAnswered> implements Waiting<Connection>, SentOwner<C> {
  readonly order: number
  readonly apart: boolean
  readonly #command: C
  readonly #history: History
  readonly #sender: Sender<C>
  #onEnd: OnEnd | undefined

  constructor(command: C, { command: { order, history }, apart }: Retry, sender: Sender<C>) {
    this.#command = command
    this.order = order
    this.#history = history
    this.apart = apart
    this.#sender = sender
  }

  get issued(): number {
    return this.order
  }

  run(connection: Connection, onEnd?: OnEnd): void {
    this.#onEnd = onEnd
    this.#sender.sendAgain(this.#command, this, connection)
  }

  reject(error: unknown): void {
    this.#sender.giveUp(this.#command, error)
  }

  answered(sent: SelfSent<C>, reply: unknown): unknown {
    const told = this.#sender.answered(sent, reply, this.#history)
    this.#onEnd?.(true)
    return told
  }

  failed(sent: SelfSent<C>, error: Error): void {
    this.#sender.recover(sent, error, this.#history, this.#onEnd)
  }

  /** Its caller waits as long as it takes. */
  endsInTime(): boolean {
    return true
  }
}
