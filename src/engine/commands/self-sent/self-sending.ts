import type { Clock } from '../../../base/clock.js'
import { FIRST_TRY, type History } from '../../../core/replies/remedy.js'
import type { HostErrors, SendOptions, Words } from '../../ports.js'
import type { Connection } from '../../session/connection.js'
import type { Dispatcher } from '../dispatcher.js'
import { newCommand, type SentCommand } from '../issued-command.js'
import type { OnEnd } from '../waiting/gate.js'
import { DueLine } from './due-line.js'
import type { SelfAnswered, SelfSent, SentDue, SentOwner } from './self-sent.js'
import { WaitingSent } from './waiting-sent.js'

/** What a host does with the commands that it sends by itself. */
export interface SelfSendingParts<C extends SelfAnswered, S extends SelfSent<C>> {
  readonly dispatcher: Dispatcher
  readonly clock: Clock
  readonly errors: HostErrors
  /** What the host sends in the place of a command. */
  readonly Sent: new (
    command: C,
    owner: SentOwner<C>,
    connection: Connection,
  ) => S
  /** Writes it to its connection. */
  readonly write: (sent: S) => void
  readonly wordsOf: (command: C) => Words
  /** With which options an attempt of one is sent. */
  readonly optionsOf: (command: C) => SendOptions
  /** Gives a command its answer. Returns what the host returns. */
  readonly answer: (command: C, reply: unknown) => unknown
  readonly onFailure: (command: C, error: unknown) => void
  /** Notes on an error in which maintenance window it was raised. */
  readonly note: <E>(error: E) => E
}

/**
 * Commands that need nothing but to be sent. Their host writes them and answers them, with nothing of the engine on their way;
 * the engine counts them, ends them in time, and has those that do not end well.
 */
export class SelfSending<C extends SelfAnswered, S extends SelfSent<C>> implements SentOwner<C> {
  readonly #parts: SelfSendingParts<C, S>
  #line: DueLine<SentDue<C>> | undefined

  constructor(parts: SelfSendingParts<C, S>) {
    this.#parts = parts
  }

  get issued(): number {
    return this.#parts.dispatcher.issued
  }

  /** Whether a command with such a timeout can be sent so: others in flight may have another one. */
  takes(timeoutMs: number): boolean {
    if (this.#line?.timeoutMs === timeoutMs) return true
    if (!(timeoutMs > 0) || this.#line?.isEmpty === false) return false
    const { clock, dispatcher, errors, onFailure } = this.#parts
    this.#line = new DueLine({
      clock,
      timeoutMs,
      relaxedMs: () => dispatcher.timeouts.relaxedMs,
      onDue: ({ sent }) => onFailure(sent.own, errors.timeout()),
    })
    return true
  }

  /** Counts a command, with a timeout or none, and sends it to the connection that takes commands. */
  send(command: C, connection: Connection, isTimed: boolean): void {
    const { clock, write } = this.#parts
    this.#count()
    const sent = this.#make(command, this, connection)
    if (isTimed) {
      sent.due = { sent, sentAt: clock.now(), isOver: false, next: undefined }
      this.#line?.add(sent.due)
    }
    write(sent)
  }

  /** Has a command wait that has no timeout, as nothing takes it now. */
  wait(command: C): void {
    const { dispatcher, wordsOf } = this.#parts
    this.#count()
    const place = { order: dispatcher.issued, history: FIRST_TRY }
    dispatcher.admitSelfSent(new WaitingSent(command, place, this), wordsOf(command))
  }

  /** Sends a command that has waited. */
  sendLater(command: C, owner: SentOwner<C>, connection: Connection): void {
    this.#parts.write(this.#make(command, owner, connection))
  }

  #count(): void {
    const { dispatcher, clock } = this.#parts
    if (dispatcher.notesUse) dispatcher.usedAt = clock.now()
    dispatcher.issued += 1
  }

  #make(command: C, owner: SentOwner<C>, connection: Connection): S {
    connection.written += 1
    return new this.#parts.Sent(command, owner, connection)
  }

  /** The client is closed, and nothing is in flight. */
  rest(): void {
    this.#line?.rest()
  }

  endsInTime(due: SentDue<C>): boolean {
    if (due.isOver) return false
    this.#line?.end(due)
    return true
  }

  answered(sent: SelfSent<C>, reply: unknown, history?: History): unknown {
    const { own, connection } = sent
    if (connection.refused === undefined) return this.#parts.answer(own, reply)
    // It may have come before that of an earlier command which is sent again.
    this.#goOn(sent, again => this.#parts.dispatcher.accept(reply, again), history)
    return undefined
  }

  failed(sent: SelfSent<C>, error: Error): void {
    if (sent.due === undefined) this.recover(sent, error)
    else this.#goOn(sent, again => this.#parts.dispatcher.recover(error, again))
  }

  /**
   * Sends a command again whose caller waits as long as it takes, or tells that it failed.
   *
   * @param onEnd - Called when nothing more will come of it.
   */
  recover(sent: SelfSent<C>, error: Error, history?: History, onEnd?: OnEnd): void {
    const { own, connection, order, sequence, repeatable } = sent
    const { dispatcher, wordsOf, onFailure } = this.#parts
    const command = newCommand(wordsOf(own), undefined, order, history)
    try {
      const retry = dispatcher.retry(error, { connection, sequence, repeatable, command })
      dispatcher.admitSelfSent(new WaitingSent(own, retry.command, this, retry.apart), command.args, retry)
    } catch (final) {
      onFailure(own, final)
      onEnd?.(false)
    }
  }

  /** Nothing takes a command any more. */
  giveUp(command: C, error: unknown): void {
    const { onFailure, note } = this.#parts
    onFailure(command, note(error))
  }

  /** The engine has it from now on, for as long as its caller waits. */
  #goOn(sent: SelfSent<C>, act: (sent: SentCommand) => unknown, history?: History): void {
    const { dispatcher, wordsOf, optionsOf, answer, onFailure } = this.#parts
    const { own: command, due, connection, order, sequence, repeatable } = sent
    const words = wordsOf(command)
    const given = optionsOf(command)
    const leftMs = due && this.#line?.leftMs(due)
    const options = leftMs === undefined ? given : { ...given, timeout: leftMs }
    const done = dispatcher.timeouts.endCall(options, async inTime =>
      act({ connection, sequence, repeatable, command: newCommand(words, inTime, order, history) }),
    )
    done.then(
      reply => {
        // What it returns is the host's, and may fail.
        answer(command, reply)
      },
      final => onFailure(command, final),
    )
  }
}
