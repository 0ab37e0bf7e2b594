import { isReadCommand } from '../../core/commands/read-commands.js'
import type { Connection } from '../session/connection.js'

/** The connection that takes reads while writes wait. */
export class ReadsMeanwhile {
  connection: Connection | undefined
  /** Whether it takes them also while a write waits that was issued before. */
  #overtake = false

  begin(connection: Connection, overtake: boolean): void {
    this.connection = connection
    this.#overtake = overtake
  }

  end(): void {
    this.connection = undefined
  }

  /**
   * The connection to which a command goes, if it may go there.
   *
   * @param line - Where writes wait, and reads behind them. What waits already stays where it is.
   * @param but - Where it was sent before.
   */
  takerOf(args: readonly unknown[], line: { readonly length: number }, but?: Connection): Connection | undefined {
    const { connection } = this
    if (connection?.isReady !== true || connection === but) return undefined
    return (this.#overtake || line.length === 0) && isReadCommand(args) ? connection : undefined
  }
}
