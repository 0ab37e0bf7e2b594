import { afterSlices, firstSlice } from '../../../core/commands/blocking-slices.js'
import { withTimeLeft } from '../../../core/commands/blocking-timeout.js'
import { askNewest, newestKeys } from '../../../core/commands/newest-entries.js'
import type { RefusalContext } from '../../connect/refusal.js'
import { UNBOUNDED } from '../../ports.js'
import type { Connection } from '../../session/connection.js'
import type { BlockingCall } from './blocked-command.js'
import { exactOf } from './newest-of-call.js'
import { ReleaseTrial } from './release-trial.js'

/** Cuts blocking commands into slices where servers do not let them be released, and as long as that is not known. */
export class Slicing {
  readonly #context: RefusalContext
  readonly #trial: ReleaseTrial

  constructor(context: RefusalContext) {
    this.#context = context
    this.#trial = new ReleaseTrial(context)
  }

  /** What is left of a call that was released, or of which a slice is over. */
  leftOf({ args, issuedAt }: BlockingCall): readonly unknown[] {
    const elapsedMs = this.#context.clock.now() - issuedAt
    return this.#mayRelease === false ? afterSlices(args, elapsedMs) : withTimeLeft(args, elapsedMs)
  }

  /**
   * The slice of a command that is sent next; `undefined` where it is sent as it is.
   *
   * @param left - The command, with the time that is left.
   */
  next(connection: Connection, call: BlockingCall, left: readonly unknown[]): readonly unknown[] | undefined {
    const isCut = this.#mayRelease !== true && !call.isWhole && !connection.isReserved
    return isCut ? firstSlice(left) : undefined
  }

  /** Asks, before a slice is sent, what has to be known when it is over. */
  ask(connection: Connection, call: BlockingCall): void {
    this.#trial.ask(connection)
    this.#askNewest(connection, call)
  }

  /** Finds out which are the newest entries from which a command reads on. */
  #askNewest(connection: Connection, call: BlockingCall): void {
    const keys = newestKeys(call.args)
    if (keys.length === 0) return
    const asked = keys.map(key => connection.send(askNewest(key), UNBOUNDED))
    void exactOf(call, asked, this.#context.host).then(
      exact => {
        call.isWhole = exact === undefined
        call.args = exact ?? call.args
      },
      () => {},
    )
  }

  get #mayRelease(): boolean | undefined {
    const { database, hooks } = this.#context
    return database.rightsOf(hooks).mayRelease
  }
}
