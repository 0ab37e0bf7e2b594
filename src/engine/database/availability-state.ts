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
