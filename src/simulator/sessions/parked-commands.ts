import type { Command } from './command.js'

/** No further command is executed while a client leaves more unread, in bytes. */
export const MAX_UNREAD_BYTES = 16_777_216
/** A client that leaves more unread, such as messages that nobody asks for, is cut off, in bytes. */
export const MAX_UNDELIVERED_BYTES = 134_217_728
/** What may wait before no more is read, in bytes. */
const MAX_PARKED_BYTES = 1_048_576

/** Commands that wait until their connection is served again, in order. */
export class ParkedCommands {
  #commands: Command[] = []
  #bytes = 0

  /** Returns whether there is room for more. */
  add(command: Command): boolean {
    this.#commands.push(command)
    this.#bytes += command.raw.length
    return this.#bytes <= MAX_PARKED_BYTES
  }

  /** Takes all of them out. */
  take(): readonly Command[] {
    this.#bytes = 0
    return this.#commands.splice(0)
  }
}
