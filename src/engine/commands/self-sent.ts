import type { Clock } from '../../base/clock.js'
import type { HostErrors, SendOptions, Words } from '../ports.js'
import type { Connection } from '../session/connection.js'
import type { Dispatcher } from './dispatcher.js'
import { DueLine } from './due-line.js'
import { newCommand, type SentCommand } from './issued-command.js'

/** A command that its host sends by itself, and to which it gives the answer by one of these. */
export interface SelfAnswered {
  resolve: (reply: unknown) => unknown
  reject: (error: Error) => void
}

/** What a host does with the commands that it sends by itself. */
export interface SelfSendingParts<C extends SelfAnswered> {
  readonly dispatcher: Dispatcher
  readonly clock: Clock
  readonly errors: HostErrors
  readonly wordsOf: (command: C) => Words
  /** With which options an attempt of one is sent. */
  readonly optionsOf: (command: C) => SendOptions
  /** Called for each that is answered. */
  readonly onAnswer: (command: C) => void
  readonly onFailure: (command: C, error: unknown) => void
}

const SENT = Symbol('hitless')

/** What is known about one, and what it did with its answer before. */
interface SelfSent<C extends SelfAnswered> {
  readonly owner: SelfSending<C>
  readonly command: C
  readonly connection: Connection
  /** Its place among all that the application has issued. */
  readonly order: number
  /** Its number among all that were written to the connection. */
  readonly sequence: number
  /** Whether it could be sent on another connection at all. */
  readonly repeatable: boolean
  readonly resolve: C['resolve']
  readonly reject: C['reject']
  /** Where its timeout is, if it has one. */
  readonly line: DueLine<SelfSent<C>> | undefined
  readonly sentAt: number
  isOver: boolean
  next: SelfSent<C> | undefined
}

type Marked<C extends SelfAnswered> = C & { [SENT]: SelfSent<C> }

/**
 * Commands that need nothing but to be sent. Their host writes them and answers them, with nothing of the engine on their way;
 * the engine counts them, ends them in time, and has those that do not end well.
 */
export class SelfSending<C extends SelfAnswered> {
  readonly #parts: SelfSendingParts<C>
  #line: DueLine<SelfSent<C>> | undefined

  constructor(parts: SelfSendingParts<C>) {
    this.#parts = parts
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
      onDue: sent => {
        restore(sent)
        onFailure(sent.command, errors.timeout())
      },
    })
    return true
  }

  /** Counts a command that its host sends now to the connection that takes commands, with a timeout or none. */
  note(command: C, connection: Connection, isTimed: boolean): void {
    const { dispatcher, clock } = this.#parts
    if (dispatcher.notesUse) dispatcher.usedAt = clock.now()
    dispatcher.issued += 1
    connection.written += 1
    const line = isTimed ? this.#line : undefined
    // One object for each command, as it costs as much to make two as all else here.
    const sent: SelfSent<C> = {
      owner: this,
      command,
      connection,
      order: dispatcher.issued,
      sequence: connection.written,
      repeatable: !connection.isTied,
      resolve: command.resolve,
      reject: command.reject,
      line,
      sentAt: line === undefined ? 0 : clock.now(),
      isOver: false,
      next: undefined,
    }
    line?.add(sent)
    ;(command as Marked<C>)[SENT] = sent
    command.resolve = resolveSent
    command.reject = rejectSent
  }

  /** The client is closed, and nothing is in flight. */
  rest(): void {
    this.#line?.rest()
  }

  answered(sent: SelfSent<C>, reply: unknown): unknown {
    const { command, connection, resolve } = sent
    this.#parts.onAnswer(command)
    if (connection.refused === undefined) return resolve.call(command, reply)
    // It may have come before that of an earlier command which is sent again.
    this.#goOn(sent, async again => this.#parts.dispatcher.accept(reply, again))
    return undefined
  }

  failed(sent: SelfSent<C>, error: Error): void {
    this.#goOn(sent, again => this.#parts.dispatcher.recover(error, again))
  }

  /** The engine has it from now on, for as long as its caller waits. */
  #goOn(sent: SelfSent<C>, act: (sent: SentCommand) => Promise<unknown>): void {
    const { dispatcher, wordsOf, optionsOf, onFailure } = this.#parts
    const { command, line, connection, order, sequence, repeatable } = sent
    const words = wordsOf(command)
    const given = optionsOf(command)
    const own = line === undefined ? given : { ...given, timeout: line.leftMs(sent) }
    restore(sent)
    const done = dispatcher.timeouts.endCall(own, options =>
      act({ connection, sequence, repeatable, command: newCommand(words, options, order) }),
    )
    done.then(
      reply => {
        // What it returns is the host's, and may fail.
        command.resolve(reply)
      },
      final => onFailure(command, final),
    )
  }
}

/** Its next answer is for its caller. */
function restore<C extends SelfAnswered>({ command, resolve, reject }: SelfSent<C>): void {
  command.resolve = resolve
  command.reject = reject
}

/** In place of a command's own: it looks whether the answer may be given yet. */
function resolveSent(this: SelfAnswered, reply: unknown): unknown {
  const sent = (this as Marked<SelfAnswered>)[SENT]
  sent.line?.end(sent)
  return sent.owner.answered(sent, reply)
}

function rejectSent(this: SelfAnswered, error: Error): void {
  const sent = (this as Marked<SelfAnswered>)[SENT]
  sent.line?.end(sent)
  sent.owner.failed(sent, error)
}
