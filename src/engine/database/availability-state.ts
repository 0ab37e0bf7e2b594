/** An outage; see the status of the availability for its fields. */
export interface Outage {
  readonly since: number
  readonly attempts: number
  readonly retryAt: number
  readonly cause: unknown
}

/** A dial. */
export interface Attempt {
  /** How many dials had succeeded when it began. */
  readonly era: number
  readonly startedAt: number
}

/** Whether a database can be reached, and whether somebody finds out. */
export type State =
  | { readonly state: 'available' }
  | { readonly state: 'paused'; readonly outage: Outage }
  | { readonly state: 'probing'; readonly outage: Outage; readonly probe: Attempt }

/** How long a caller waits that came while a probe was under way before it shares the failure of that, in milliseconds. */
const SHARES_AFTER_MS = 250

/**
 * Whether the failure of a probe is an answer to a caller, too. One that has just come finds out by itself: the server may be
 * back since the probe began.
 */
export function sharesFailure({ cameAt }: { readonly cameAt: number }, { startedAt }: Attempt, now: number): boolean {
  return cameAt <= startedAt || now - cameAt >= SHARES_AFTER_MS
}
