import type { History } from '../../../core/replies/remedy.js'
import type { Connection } from '../../session/connection.js'
import type { Command } from '../issued-command.js'
import type { OnEnd, Waiting } from '../waiting/gate.js'
import type { SelfAnswered, SelfSent, SentOwner } from './self-sent.js'

/** What sends commands that have waited, and tells how they end. */
interface Sender<C extends SelfAnswered> {
  sendLater(command: C, owner: SentOwner<C>, connection: Connection): void
  answered(sent: SelfSent<C>, reply: unknown, history: History): unknown
  recover(sent: SelfSent<C>, error: Error, history: History, onEnd: OnEnd | undefined): void
  giveUp(command: C, error: unknown): void
}

/**
 * A command that waits for a connection and is sent there as it is, for the first time or again. There may be as many as the
 * application issues during an outage, or had in flight when a connection broke: each is small, and has no promise of its own.
 */
export class WaitingSent<C extends SelfAnswered> implements Waiting<Connection>, SentOwner<C> {
  readonly order: number
  readonly apart: boolean
  readonly #command: C
  readonly #history: History
  readonly #sender: Sender<C>
  #onEnd: OnEnd | undefined

  constructor(command: C, { order, history }: Pick<Command, 'order' | 'history'>, sender: Sender<C>, apart = false) {
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
    this.#sender.sendLater(this.#command, this, connection)
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
