import type { Connection } from '../../session/connection.js'
import type { Due } from './due-line.js'

/** A command of the application, which gets its answer by one of these. */
export interface SelfAnswered {
  resolve: (reply: unknown) => unknown
  reject: (error: Error) => void
}

/** Gives a command of the application its answer, or has its failure dealt with. */
export function settle(
  command: SelfAnswered,
  answer: Promise<unknown>,
  onError: (error: unknown) => void = error => command.reject(error as Error),
): void {
  answer.then(reply => {
    // It returns the promise that the application has, which fails where a transformer throws.
    command.resolve(reply)
  }, onError)
}

/** Has the commands that do not end well. */
export interface SentOwner<C extends SelfAnswered> {
  /** The place of what is sent now, among all that the application has issued. */
  readonly issued: number
  answered(sent: SelfSent<C>, reply: unknown): unknown
  failed(sent: SelfSent<C>, error: Error): void
  /** Whether the caller still waits, which ends now. */
  endsInTime(due: SentDue<C>): boolean
}

/** Where the timeout of one is, if it has one. */
export interface SentDue<C extends SelfAnswered> extends Due {
  readonly sent: SelfSent<C>
}

/**
 * What a host sends in the place of one command, and gives the answer to. It is all that a command costs, and small: more of it
 * would be felt in each pipeline.
 */
export class SelfSent<C extends SelfAnswered> {
  readonly own: C
  readonly connection: Connection
  /** Its place among all that the application has issued. */
  readonly order: number
  /** Its number among all that were written to the connection. */
  readonly sequence: number
  /** Whether it could be sent on another connection at all. */
  readonly repeatable: boolean
  due: SentDue<C> | undefined = undefined
  readonly #owner: SentOwner<C>

  constructor(own: C, owner: SentOwner<C>, connection: Connection) {
    this.own = own
    this.#owner = owner
    this.connection = connection
    this.order = owner.issued
    this.sequence = connection.written
    this.repeatable = !connection.isTied
  }

  resolve(reply: unknown): unknown {
    if (this.due !== undefined && !this.#owner.endsInTime(this.due)) return undefined
    return this.#owner.answered(this, reply)
  }

  reject(error: Error): void {
    if (this.due === undefined || this.#owner.endsInTime(this.due)) this.#owner.failed(this, error)
  }
}
