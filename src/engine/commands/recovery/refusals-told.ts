import type { CommandRefused, CommandsResent } from '../../../core/events/refusal-events.js'
import type { Tell } from '../../../core/events/tell.js'
import type { FailureCause } from '../../../core/replies/remedy.js'
import type { Connection } from '../../session/connection.js'

/**
 * Tells the application of commands that a server refused, once for each time that something is done about it, and of those
 * that are sent again, together where they failed together.
 */
export class RefusalsTold {
  readonly #tell: Tell
  readonly #dryRun: boolean
  /** The last connection of which an event said that it is left. */
  #left: Connection | undefined
  /** The last connection of which an event said that its server lacks scripts. */
  #lacking: Connection | undefined
  /** What is to be told once all that failed together is known. */
  #resent: { readonly connection: Connection; readonly cause: CommandsResent['cause']; count: number }[] = []

  /** @param dryRun - Whether they would be sent again, but are not. */
  constructor(tell: Tell, dryRun = false) {
    this.#tell = tell
    this.#dryRun = dryRun
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

  /** A command is sent again. One that was never written is sent for the first time. */
  again(connection: Connection, failure: FailureCause): void {
    const cause = causeOf(failure)
    if (cause !== undefined) this.againFor(connection, cause)
  }

  /** The same, where it is known what its cause is called. */
  againFor(connection: Connection, cause: CommandsResent['cause']): void {
    const same = this.#resent.find(known => known.connection === connection && known.cause === cause)
    if (same !== undefined) same.count += 1
    else this.#resent.push({ connection, cause, count: 1 })
    // What fails together is rejected in one go.
    if (same === undefined && this.#resent.length === 1) queueMicrotask(() => this.#tellResent())
  }

  #tellResent(): void {
    const resent = this.#resent
    this.#resent = []
    for (const { connection, cause, count } of resent)
      if (this.#dryRun)
        this.#tell({ name: 'action:withheld', payload: { action: 'send-again', count, cause } }, { connection })
      else this.#tell({ name: 'commands:resent', payload: { count, cause } }, { connection })
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

function causeOf(failure: FailureCause): CommandsResent['cause'] | undefined {
  if (failure.type === 'refused') return failure.reply.kind
  if (failure.type !== 'connection-lost') return undefined
  return failure.wasUnresponsive ? 'unresponsive' : 'connection-lost'
}
