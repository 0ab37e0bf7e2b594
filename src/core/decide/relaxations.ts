import type { Sequence } from '../../notifications/notification.js'

/** What a hold is for. */
export type HoldKind = 'moving' | 'migrating' | 'failing-over' | 'slots-migrating' | 'announced' | 'tail'

/** One reason for relaxed timeouts. Timeouts are relaxed while any hold is left. */
export interface Hold {
  readonly key: string
  readonly kind: HoldKind
  /** When it ends by itself, in clock milliseconds. */
  readonly expiresAt: number
  /** The number of the event that began it, where it had one. */
  readonly sequence?: Sequence | undefined
  /** The shards that it speaks of; none stands for all. */
  readonly shards?: readonly string[]
}

/** The set of holds by key. */
export type Holds = ReadonlyMap<string, Hold>

/** No reason to relax. */
export const NO_HOLDS: Holds = new Map()

/** How many holds there can be. */
const CAPACITY = 256

/**
 * Adds a hold; one with the same key is replaced, but never made shorter.
 *
 * Of more holds than a server has any use for, the one that expires first is dropped: the others keep timeouts relaxed for
 * longer anyway.
 */
export function addHold(holds: Holds, hold: Hold): Holds {
  const known = holds.get(hold.key)
  const expiresAt = Math.max(hold.expiresAt, known?.expiresAt ?? hold.expiresAt)
  const added = new Map(holds).set(hold.key, { ...hold, expiresAt })
  if (added.size > CAPACITY) added.delete(soonest(added)?.key ?? hold.key)
  return added
}

/** Takes holds away by key and leaves one short hold behind: the server is rarely quick at once. */
export function endHolds(holds: Holds, keys: readonly string[], tailEndsAt: number): Holds {
  const left = new Map(holds)
  const ended = keys.filter(key => left.delete(key))
  if (ended.length === 0) return holds
  return addHold(left, { key: 'tail', kind: 'tail', expiresAt: tailEndsAt })
}

/** Takes away what has expired. */
export function expireHolds(holds: Holds, now: number): Holds {
  const left = [...holds].filter(([, hold]) => hold.expiresAt > now)
  return left.length === holds.size ? holds : new Map(left)
}

/** When the next hold expires, `undefined` where there is none. */
export function nextExpiry(holds: Holds): number | undefined {
  return soonest(holds)?.expiresAt
}

function soonest(holds: Holds): Hold | undefined {
  let first: Hold | undefined
  for (const hold of holds.values()) {
    if (first === undefined || hold.expiresAt < first.expiresAt) first = hold
  }
  return first
}
