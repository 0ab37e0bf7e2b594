import type { Clock } from '../../base/clock.js'
import type { SendOptions, Words } from '../ports.js'
import type { Connection } from '../session/connection.js'
import type { Dispatcher } from './dispatcher.js'
import { newCommand, type SentCommand } from './issued-command.js'

/** A command that its host has sent by itself, with nothing of the engine on its way. */
export interface SelfSent {
  readonly connection: Connection
  /** Its place among all that the application has issued. */
  readonly order: number
  /** Its number among all that were written to the connection. */
  readonly sequence: number
  /** Whether it could be sent on another connection at all. */
  readonly repeatable: boolean
}

/** Counts a command that needs nothing but to be sent, and that its host sends now to the connection that takes commands. */
export function countSelfSent(dispatcher: Dispatcher, connection: Connection, clock: Clock): void {
  if (dispatcher.notesUse) dispatcher.usedAt = clock.now()
  dispatcher.issued += 1
  connection.written += 1
}

/** What {@link SelfSent} was, for where it does not end well. */
export function asSent(sent: SelfSent, words: Words, options: SendOptions | undefined): SentCommand {
  const { connection, sequence, repeatable, order } = sent
  return { connection, sequence, repeatable, command: newCommand(words, options, order) }
}
