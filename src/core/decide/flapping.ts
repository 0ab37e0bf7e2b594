/** Whether connections hold. */
export interface Stability {
  /** When the one that serves, or served last, began to. */
  readonly servingSince: number
  /** How many connections in a row broke early. */
  readonly brokeEarly: number
}

/** How many connections were made after a pause, and broke again soon; `undefined` where they hold. */
export type Flaps = number | undefined

/** A connection that breaks within this time of beginning to serve breaks early, in milliseconds. */
const EARLY_MS = 500

/** So many in a row are replaced at once: a failover may cut off several. */
const AT_ONCE = 3

/** The same after the connection that serves broke. */
export function afterBreak({ servingSince, brokeEarly }: Stability, now: number): Stability {
  return { servingSince, brokeEarly: now - servingSince < EARLY_MS ? brokeEarly + 1 : 0 }
}

/**
 * Where the server, or a proxy before it, takes connections and cuts them again and again, each is made after a pause: how many
 * there were before this one. `undefined` where it is made at once.
 */
export function flapsOf({ brokeEarly }: Stability): Flaps {
  return brokeEarly > AT_ONCE ? brokeEarly - AT_ONCE - 1 : undefined
}
