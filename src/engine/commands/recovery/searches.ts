import type { Clock } from '../../../base/clock.js'
import {
  afterFailure,
  afterRecovery,
  linkBlockedUntil,
  ofLastMinute,
  postponed,
  type RecoveryBudget,
} from '../../../core/replies/recovery-budget.js'

/** Where the links of a database keep what they have spent. */
export interface SearchesContext {
  readonly clock: Clock
  readonly database: { readonly searches: { budget: RecoveryBudget } }
}

/** What one link may spend on looking for a primary: with the others of its database, and by itself. */
export class Searches {
  readonly #context: SearchesContext
  /** When this link found a primary in the last minute. Its pauses leave no more than a few. */
  #foundAt: readonly number[] = []

  constructor(context: SearchesContext) {
    this.#context = context
  }

  get budget(): RecoveryBudget {
    const { clock, database } = this.#context
    return postponed(database.searches.budget, linkBlockedUntil(this.#foundAt, clock.now()))
  }

  /** A search for a primary is over. */
  settled(found: boolean): void {
    const { clock, database } = this.#context
    const { searches } = database
    const now = clock.now()
    if (found) this.#foundAt = [...ofLastMinute(this.#foundAt, now), now]
    searches.budget = (found ? afterRecovery : afterFailure)(searches.budget, now)
  }

  /** No search is needed for a while, in milliseconds: a member of the database looks from time to time. */
  postpone(forMs: number): void {
    const { clock, database } = this.#context
    database.searches.budget = postponed(database.searches.budget, clock.now() + forMs)
  }

  /** There is a primary: one search for it may begin. */
  refill(): void {
    const { searches } = this.#context.database
    searches.budget = { ...searches.budget, blockedUntil: 0 }
    this.#foundAt = []
  }
}
