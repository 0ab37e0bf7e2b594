import type { Sequence } from '../../notifications/notification.js'

/** What a hold is for. */
export type RelaxationKind = 'moving' | 'migrating' | 'failing-over' | 'slots-migrating' | 'announced' | 'tail'

/** One reason for relaxed timeouts. Timeouts are relaxed while any hold is left. */
export interface Relaxation {
  readonly key: string
  readonly kind: RelaxationKind
  /** When it ends by itself, in clock milliseconds. */
  readonly expiresAt: number
  /** The number of the event that began it, where it had one. */
  readonly sequence?: Sequence | undefined
  /** The shards that it speaks of; none stands for all. */
  readonly shards?: readonly string[]
}

/** The set of relaxations by key. */
export type Relaxations = ReadonlyMap<string, Relaxation>

/** No reason to relax. */
export const NO_RELAXATIONS: Relaxations = new Map()

/** How many holds there can be. */
const CAPACITY = 256

/**
 * Adds a hold; one with the same key is replaced, but never made shorter.
 *
 * Of more holds than a server has any use for, the one that expires first is dropped: the others keep timeouts relaxed for
 * longer anyway.
 */
export function addRelaxation(relaxations: Relaxations, hold: Relaxation): Relaxations {
  const known = relaxations.get(hold.key)
  const expiresAt = Math.max(hold.expiresAt, known?.expiresAt ?? hold.expiresAt)
  const added = new Map(relaxations).set(hold.key, { ...hold, expiresAt })
  if (added.size > CAPACITY) added.delete(soonest(added)?.key ?? hold.key)
  return added
}

/** Takes holds away by key and leaves one short hold behind: the server is rarely quick at once. */
export function endRelaxations(relaxations: Relaxations, keys: readonly string[], tailEndsAt: number): Relaxations {
  const left = new Map(relaxations)
  const ended = keys.filter(key => left.delete(key))
  if (ended.length === 0) return relaxations
  return addRelaxation(left, { key: 'tail', kind: 'tail', expiresAt: tailEndsAt })
}

/** Takes away what has expired. */
export function expireRelaxations(relaxations: Relaxations, now: number): Relaxations {
  const left = [...relaxations].filter(([, relaxation]) => relaxation.expiresAt > now)
  return left.length === relaxations.size ? relaxations : new Map(left)
}

/** When the next hold expires, `undefined` where there is none. */
export function nextExpiry(relaxations: Relaxations): number | undefined {
  return soonest(relaxations)?.expiresAt
}

function soonest(relaxations: Relaxations): Relaxation | undefined {
  let first: Relaxation | undefined
  for (const hold of relaxations.values()) {
    if (first === undefined || hold.expiresAt < first.expiresAt) first = hold
  }
  return first
}
