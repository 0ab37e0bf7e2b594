import type { Sequence } from '../../../notifications/notification.js'

/** Why timeouts are relaxed. */
export type RelaxationCause = 'moving' | 'migrating' | 'failing-over' | 'slots-migrating' | 'announced' | 'tail'

/** One reason for relaxed timeouts. Timeouts are relaxed while any relaxation is left. */
export interface Relaxation {
  readonly key: string
  readonly cause: RelaxationCause
  /** When it ends by itself, in clock milliseconds. */
  readonly expiresAt: number
  /** The number of the event that began it, where it had one. */
  readonly sequence?: Sequence | undefined
  /** The shards that it concerns. An empty list means all. */
  readonly shards?: readonly string[]
  /** When what was announced began, and when it ends at the latest, in clock milliseconds; none where nothing was announced. */
  readonly window?: { readonly beganAt: number; readonly endsAt: number }
}

/** The set of relaxations by key. */
export type Relaxations = ReadonlyMap<string, Relaxation>

/** No reason to relax. */
export const NO_RELAXATIONS: Relaxations = new Map()

/** How many relaxations there can be. */
const CAPACITY = 256

/**
 * Adds a relaxation; one with the same key is replaced, but never made shorter.
 *
 * Where there are too many, the one that expires first is dropped: the others keep timeouts relaxed for longer anyway.
 */
export function addRelaxation(relaxations: Relaxations, relaxation: Relaxation): Relaxations {
  const known = relaxations.get(relaxation.key)
  const expiresAt = Math.max(relaxation.expiresAt, known?.expiresAt ?? relaxation.expiresAt)
  const window = known?.window && relaxation.window && { ...relaxation.window, beganAt: known.window.beganAt }
  const added = new Map(relaxations).set(relaxation.key, { ...relaxation, expiresAt, ...(window && { window }) })
  if (added.size > CAPACITY) added.delete(soonest(added)?.key ?? relaxation.key)
  return added
}

/** Ends relaxations by key and adds the tail: a server is rarely fast at once. */
export function endRelaxations(relaxations: Relaxations, keys: readonly string[], tailEndsAt: number): Relaxations {
  const left = new Map(relaxations)
  const ended = keys.filter(key => left.delete(key))
  if (ended.length === 0) return relaxations
  return addRelaxation(left, { key: 'tail', cause: 'tail', expiresAt: tailEndsAt })
}

/** Takes away what has expired. */
export function expireRelaxations(relaxations: Relaxations, now: number): Relaxations {
  const left = [...relaxations].filter(([, relaxation]) => relaxation.expiresAt > now)
  return left.length === relaxations.size ? relaxations : new Map(left)
}

/** When the next relaxation expires, `undefined` where there is none. */
export function nextExpiry(relaxations: Relaxations): number | undefined {
  return soonest(relaxations)?.expiresAt
}

function soonest(relaxations: Relaxations): Relaxation | undefined {
  let first: Relaxation | undefined
  for (const relaxation of relaxations.values()) {
    if (first === undefined || relaxation.expiresAt < first.expiresAt) first = relaxation
  }
  return first
}
