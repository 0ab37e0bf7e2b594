import { type Expiring, withEntry } from '../../../base/expiring-map.js'
import { UNNUMBERED } from '../../../notifications/event-identity.js'

/** What became of an event that was seen before. */
export type Handling = 'in-progress' | 'done' | 'failed'

/** An event as the registry remembers it. */
export interface Seen extends Expiring {
  readonly handling: Handling
  /** The connection on which it was handled. */
  readonly connection: number
}

/** Events seen, by identity. Servers repeat an event to every connection that opts in while its window is open. */
export type Registry = ReadonlyMap<string, Seen>

/** How long an event is remembered beyond its own time, in milliseconds. */
const REMEMBERED_MS = 120_000

/** The same for an event without a sequence: nothing distinguishes it from the next one of its kind. */
const UNNUMBERED_MS = 5_000

/** How long repetitions of an event are recognised once its own time is over, in milliseconds. */
export function rememberedMs(identity: string): number {
  return identity.startsWith(UNNUMBERED) ? UNNUMBERED_MS : REMEMBERED_MS
}

/** Nothing was seen yet. */
export const EMPTY_REGISTRY: Registry = new Map()

/** How many events are remembered; the oldest go first. */
const CAPACITY = 256

/** Remembers an event and forgets what has expired. */
export function remember(registry: Registry, identity: string, seen: Seen & { readonly now: number }): Registry {
  const { now, ...entry } = seen
  return withEntry(registry, [identity, entry], { capacity: CAPACITY, now })
}

/** Notes how the handling of a remembered event ended. */
export function settleSeen(registry: Registry, identity: string, handling: Handling): Registry {
  const seen = registry.get(identity)
  return seen === undefined ? registry : new Map(registry).set(identity, { ...seen, handling })
}

/** Whether an event was seen before, however it ended. */
export function isRemembered(registry: Registry, identity: string, now: number): boolean {
  const seen = registry.get(identity)
  return seen !== undefined && seen.expiresAt > now
}

/**
 * Whether an event is a repetition that needs no action.
 *
 * An event whose handling failed may be tried again, but only on a later connection: on the same one it would fail
 * again.
 */
export function isRepetition(registry: Registry, identity: string, at: { connection: number; now: number }): boolean {
  const seen = registry.get(identity)
  if (seen === undefined || seen.expiresAt <= at.now) return false
  return seen.handling !== 'failed' || seen.connection === at.connection
}
