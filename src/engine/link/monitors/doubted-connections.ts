import type { Clock, Timer } from '../../../base/clock.js'
import { beginDoubt, type DoubtState, judgeDoubt, type Sighting } from '../../../core/health/doubt.js'

/** A connection in doubt: it owes answers and says nothing. */
export interface DoubtedConnection {
  readonly isReady: boolean
  readonly owesAnswers: boolean
  readonly lastHeardAt: number
}

/** The link whose connections they are. */
export interface DoubtOwner<C extends DoubtedConnection> {
  /** Whether the server announced that it is busy. */
  readonly isInWindow: boolean
  /** Finds out about a connection from its server, without it. Never rejects. */
  lookAt(connection: C): Promise<Sighting>
  /** Ends a connection that was left: it is dead, or owes nothing more. */
  endDoubted(connection: C): void
}

interface Doubt {
  state: DoubtState
  heardAt: number
  /** Whether another connection serves; only then it may be ended. */
  isLeft: boolean
  isDead: boolean
  timer: Timer
}

/** When a connection is first looked at that is not left before, in milliseconds. */
const BEGIN_AFTER_MS = 1_000

/** How many connections of a link that were left are kept at most for what they owe. */
const KEPT_AT_MOST = 2

/**
 * The connections of one link that are in doubt. New commands go elsewhere as soon as another connection answers; what these
 * owe they keep as long as anything speaks for them.
 */
export class DoubtedConnections<C extends DoubtedConnection> {
  readonly #clock: Clock
  readonly #owner: DoubtOwner<C>
  readonly #doubts = new Map<C, Doubt>()

  constructor({ clock }: { readonly clock: Clock }, owner: DoubtOwner<C>) {
    this.#clock = clock
    this.#owner = owner
  }

  /** Whether so many are kept that no further one may be left for its silence: then something else is the matter. */
  get isFull(): boolean {
    return [...this.#doubts.values()].filter(({ isLeft }) => isLeft).length >= KEPT_AT_MOST
  }

  /** Begins to look at a connection from outside, after a while: another one that answers will be the best to ask over. */
  begin(connection: C): void {
    if (this.#doubts.has(connection)) return
    const doubt: Doubt = {
      state: beginDoubt(this.#clock.now()),
      heardAt: connection.lastHeardAt,
      isLeft: false,
      isDead: false,
      timer: this.#clock.after(BEGIN_AFTER_MS, () => void this.#look(connection, doubt)),
    }
    this.#doubts.set(connection, doubt)
  }

  /** It has spoken: it is no longer looked at, unless it was left. Then it is still to be ended once it owes nothing. */
  recover(connection: C): void {
    if (this.#doubts.get(connection)?.isLeft !== true) this.#forget(connection)
  }

  #forget(connection: C): void {
    this.#doubts.get(connection)?.timer.dispose()
    this.#doubts.delete(connection)
  }

  /** Another connection serves: this one is ended when it owes nothing more, or is dead. */
  leave(connection: C): void {
    this.begin(connection)
    const doubt = this.#doubts.get(connection)
    if (doubt === undefined) return
    doubt.isLeft = true
    doubt.timer.dispose()
    if (!this.#settle(connection, doubt)) void this.#look(connection, doubt)
  }

  /** Looks at nothing any more. Returns those that were left and have not ended. */
  stop(): readonly C[] {
    const left = [...this.#doubts].filter(([, { isLeft }]) => isLeft).map(([connection]) => connection)
    for (const connection of [...this.#doubts.keys()]) this.#forget(connection)
    return left
  }

  async #look(connection: C, doubt: Doubt): Promise<void> {
    if (!connection.isReady) return void this.#settle(connection, doubt)
    const sighting = await this.#owner.lookAt(connection)
    if (this.#doubts.get(connection) !== doubt) return
    const hasSpoken = connection.lastHeardAt > doubt.heardAt
    doubt.heardAt = connection.lastHeardAt
    const facts = { now: this.#clock.now(), sighting, hasSpoken, isInWindow: this.#owner.isInWindow }
    const { state, verdict } = judgeDoubt(doubt.state, facts)
    doubt.state = state
    doubt.isDead = verdict.isDead
    if (this.#settle(connection, doubt) || verdict.isDead) return
    doubt.timer.dispose()
    doubt.timer = this.#clock.after(verdict.lookAfterMs, () => void this.#look(connection, doubt))
  }

  /** Ends it if it is of no more use. Returns whether it is over. */
  #settle(connection: C, { isLeft, isDead }: Doubt): boolean {
    const isOver = !connection.isReady || (isLeft && (isDead || !connection.owesAnswers))
    if (!isOver) return false
    this.#forget(connection)
    if (isLeft) this.#owner.endDoubted(connection)
    return true
  }
}
