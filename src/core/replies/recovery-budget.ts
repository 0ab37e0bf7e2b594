import { backoffMs } from '../../base/backoff.js'

/** How often the links of a database looked for a primary lately, and how often they found none. */
export interface RecoveryBudget {
  /** When a primary was found, in clock milliseconds; those of the last minute. */
  readonly recoveredAt: readonly number[]
  /** Searches in a row that found none. */
  readonly failures: number
  /** No search begins before this time. */
  readonly blockedUntil: number
}

/** No primary was looked for yet. */
export const FULL_BUDGET: RecoveryBudget = { recoveredAt: [], failures: 0, blockedUntil: 0 }

/**
 * The most recoveries within a minute. A server that says that it is a primary and refuses writes would cause them
 * without end.
 */
const MOST_A_MINUTE = 10

const MINUTE_MS = 60_000

/** Links that find a primary within this time found the same one, in milliseconds. */
const SAME_MS = 1_000

/** So often in a minute one link finds a primary that refuses it again before it pauses. */
const AT_ONCE = 6

/** Its pauses then, in milliseconds. */
const BETWEEN_RECOVERIES = { firstMs: 1_000, longestMs: 30_000 } as const

/** How long no primary is looked for after one search that found none, and after many, in milliseconds. */
const PAUSES = { firstMs: 5_000, longestMs: 300_000 } as const

/** Whether a primary may be looked for. A client that is configured for a replica must not search again and again. */
export function mayRecover({ recoveredAt, blockedUntil }: RecoveryBudget, now: number): boolean {
  return now >= blockedUntil && ofLastMinute(recoveredAt, now).length < MOST_A_MINUTE
}

/** A primary was found. */
export function afterRecovery({ recoveredAt }: RecoveryBudget, now: number): RecoveryBudget {
  const isSame = recoveredAt.some(at => at > now - SAME_MS)
  const recent = ofLastMinute(recoveredAt, now)
  return { recoveredAt: isSame ? recent : [...recent, now], failures: 0, blockedUntil: 0 }
}

/**
 * Until when one link may not look for a primary again. Many links find the same primary at once; one link that finds it again and
 * again is refused by what says that it is one.
 *
 * @param foundAt - When this link found one.
 */
export function linkBlockedUntil(foundAt: readonly number[], now: number): number {
  const recent = ofLastMinute(foundAt, now)
  const [last = 0] = recent.slice(-1)
  return recent.length < AT_ONCE ? 0 : last + backoffMs(BETWEEN_RECOVERIES, recent.length - AT_ONCE)
}

/** The instants that are less than a minute ago. */
export function ofLastMinute(instants: readonly number[], now: number): readonly number[] {
  return instants.filter(at => at > now - MINUTE_MS)
}

/** Somebody looks from time to time: no search is needed for so long. */
export function postponed(budget: RecoveryBudget, until: number): RecoveryBudget {
  return { ...budget, blockedUntil: Math.max(budget.blockedUntil, until) }
}

/** None was found. The pause doubles with each such search. */
export function afterFailure(budget: RecoveryBudget, now: number): RecoveryBudget {
  const { recoveredAt, failures, blockedUntil } = budget
  // Others that searched at the same time have found none either.
  if (now < blockedUntil) return budget
  return { recoveredAt, failures: failures + 1, blockedUntil: now + backoffMs(PAUSES, failures) }
}
