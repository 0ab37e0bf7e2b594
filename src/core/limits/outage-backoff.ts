import { elapsedBackoffMs, spreadMs } from '../../base/backoff.js'
import type { Random } from '../../base/random.js'

/** How long a server has been away, and how patient to be. */
export interface Outage {
  /** How long it lasts by now, in milliseconds. */
  readonly outageMs: number
  /** The longest pause, in milliseconds. */
  readonly maxBackoffMs: number
  readonly random: Random
}

/** The part of an outage that it may last longer because of the pauses: early on; a short one is over within a second. */
const EARLY = { firstMs: 100, part: 4, longestMs: 1_000 } as const

/** The same for good. */
const LATE = { part: 40 } as const

/** The shortest pause, in milliseconds, unless the longest is shorter. */
const FLOOR_MS = 20

/**
 * How long to wait before a server that is away is tried again, in milliseconds: anything up to a bound that grows with the
 * outage, so that clients which lost the server together come back one by one.
 *
 * ```
 * bound = outage / 4, at least 100 ms and at most 1 s;  from 40 s on outage / 40;  never above the longest pause
 * ```
 */
export function retryDelayMs({ outageMs, maxBackoffMs, random }: Outage): number {
  const boundMs = Math.max(elapsedBackoffMs(EARLY, outageMs), elapsedBackoffMs(LATE, outageMs))
  return spreadMs(Math.min(boundMs, maxBackoffMs), { leastMs: FLOOR_MS, random })
}
