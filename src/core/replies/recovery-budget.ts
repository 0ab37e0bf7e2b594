import { backoffMs } from '../../base/backoff.js'

/** How much looking for a primary has cost the slots of a database lately, and how often it was in vain. */
export interface RecoveryBudget {
  /** When a primary was found, in clock milliseconds; those of the last minute. */
  readonly recoveredAt: readonly number[]
  /** Searches in a row that found none. */
  readonly failures: number
  /** None is begun before. */
  readonly blockedUntil: number
}

/** Nothing was looked for yet. */
export const FULL_BUDGET: RecoveryBudget = { recoveredAt: [], failures: 0, blockedUntil: 0 }

/** Recoveries within a minute; a server that says it is a primary and refuses writes would cause them without end. */
const MOST_A_MINUTE = 10

const MINUTE_MS = 60_000

/** Slots that find a primary within this time found the same one, in milliseconds. */
const SAME_MS = 1_000

/** How long no primary is looked for after one search was in vain, and after many, in milliseconds. */
const PAUSES = { firstMs: 5_000, longestMs: 300_000 } as const

/** Whether a primary may be looked for: a replica on purpose must not be left again and again. */
export function mayRecover({ recoveredAt, blockedUntil }: RecoveryBudget, now: number): boolean {
  return now >= blockedUntil && recoveredAt.filter(at => at > now - MINUTE_MS).length < MOST_A_MINUTE
}

/** A primary was found. */
export function afterRecovery({ recoveredAt }: RecoveryBudget, now: number): RecoveryBudget {
  const isSame = recoveredAt.some(at => at > now - SAME_MS)
  const recent = recoveredAt.filter(at => at > now - MINUTE_MS)
  return { recoveredAt: isSame ? recent : [...recent, now], failures: 0, blockedUntil: 0 }
}

/** None was found. The pause doubles with each search in vain. */
export function afterFailure(budget: RecoveryBudget, now: number): RecoveryBudget {
  const { recoveredAt, failures, blockedUntil } = budget
  // Others that searched at the same time have found none either.
  if (now < blockedUntil) return budget
  return { recoveredAt, failures: failures + 1, blockedUntil: now + backoffMs(PAUSES, failures) }
}
