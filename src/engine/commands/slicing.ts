import { afterSlices, firstSlice } from '../../core/commands/blocking-slices.js'
import { withTimeLeft } from '../../core/commands/blocking-timeout.js'
import { askNewest, newestKeys } from '../../core/commands/newest-entries.js'
import type { RefusalContext } from '../connect/refusal.js'
import { UNBOUNDED } from '../ports.js'
import type { Connection } from '../session/connection.js'
import type { BlockingCall } from './blocked-command.js'
import { exactOf } from './newest-of-call.js'

/** Cuts blocking commands into slices where servers do not let them be released. */
export class Slicing {
  readonly #context: RefusalContext

  constructor(context: RefusalContext) {
    this.#context = context
  }

  /** What is left of a call that was released, or of which a slice is over. */
  leftOf({ args, issuedAt }: BlockingCall): readonly unknown[] {
    const elapsedMs = this.#context.clock.now() - issuedAt
    return this.#isOn ? afterSlices(args, elapsedMs) : withTimeLeft(args, elapsedMs)
  }

  /**
   * The slice of a command that is sent next; `undefined` where it is sent as it is.
   *
   * @param left - The command, with the time that is left.
   */
  next(connection: Connection, call: BlockingCall, left: readonly unknown[]): readonly unknown[] | undefined {
    return this.#isOn && !call.isWhole && !connection.isReserved ? firstSlice(left) : undefined
  }

  /** Finds out, before its first slice is sent, which are the newest entries from which a command reads on. */
  askNewest(connection: Connection, call: BlockingCall): void {
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

  get #isOn(): boolean {
    const { database, hooks } = this.#context
    return database.rightsOf(hooks).mayRelease === false
  }
}
