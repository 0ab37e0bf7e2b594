import type { Random } from '../../base/random.js'

/** How long a server has been away, and how patient to be. */
export interface Outage {
  /** How long it lasts by now, in milliseconds. */
  readonly outageMs: number
  /** The longest pause, in milliseconds. */
  readonly maxBackoffMs: number
  readonly random: Random
}

/** The part of an outage that it may last longer because of the pauses between attempts. */
const SHARE = 32

/** The bound of the first pauses, in milliseconds. */
const FIRST_CEILING_MS = 100

/** The shortest pause, in milliseconds, unless the longest is shorter. */
const FLOOR_MS = 20

/**
 * How long to wait before a server that is away is tried again, in milliseconds: anything up to a thirty-second part of
 * the outage, so that pauses grow with it, and that clients which lost the server together come back one by one.
 */
export function retryDelayMs({ outageMs, maxBackoffMs, random }: Outage): number {
  const ceiling = Math.min(Math.max(outageMs / SHARE, FIRST_CEILING_MS), maxBackoffMs)
  // Random sources give 0 but not 1: the pause is never none.
  return Math.max((1 - random()) * ceiling, Math.min(FLOOR_MS, ceiling))
}
