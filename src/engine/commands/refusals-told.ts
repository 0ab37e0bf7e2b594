import type { CommandRefused } from '../../core/events/refusal-events.js'
import type { Tell } from '../../core/events/tell.js'
import type { Connection } from '../session/connection.js'

/** Tells the application of commands that a server refused, once for each time that something is done about it. */
export class RefusalsTold {
  readonly #tell: Tell
  /** The last connection of which an event said that it is left. */
  #left: Connection | undefined
  /** The last connection of which an event said that its server lacks scripts. */
  #lacking: Connection | undefined

  constructor(tell: Tell) {
    this.#tell = tell
  }

  /**
   * @param isTriedAgain - Whether the server was tried again before for the same reason.
   */
  tell(refused: CommandRefused, connection: Connection, isTriedAgain: boolean): void {
    const { kind, recovery } = refused
    if (recovery !== 'none' && this.#isKnown(kind, recovery, { connection, isTriedAgain })) return
    this.#tell({ name: 'command:refused', payload: refused }, { connection })
    if (recovery === 'handoff') this.#left = connection
    if (kind === 'no-script') this.#lacking = connection
  }

  #isKnown(
    kind: CommandRefused['kind'],
    recovery: 'handoff' | 'retry',
    { connection, isTriedAgain }: { readonly connection: Connection; readonly isTriedAgain: boolean },
  ): boolean {
    if (kind === 'no-script') return this.#lacking === connection
    return recovery === 'retry' ? isTriedAgain : this.#left === connection
  }
}
