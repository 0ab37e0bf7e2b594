import { elapsedBackoffMs, spreadMs } from '../../base/backoff.js'
import type { Random } from '../../base/random.js'

/** How long a server has been away, and how long a pause may be. */
export interface Outage {
  /** How long the outage has lasted until now, in milliseconds. */
  readonly outageMs: number
  /** The longest pause, in milliseconds. */
  readonly maxBackoffMs: number
  readonly random: Random
}

/**
 * A pause is at most this part of the outage. Early pauses are short, so that a short outage is over within a second.
 */
const EARLY = { firstMs: 100, part: 4, longestMs: 1_000 } as const

/** The same for long outages. */
const LATE = { part: 40 } as const

/** The shortest pause, in milliseconds, unless the longest is shorter. */
const FLOOR_MS = 20

/**
 * How long to wait before a server that is away is tried again, in milliseconds. It is a random time up to a bound that
 * grows with the outage, so that clients that lost the server together do not come back together.
 *
 * ```
 * bound = outage / 4, at least 100 ms and at most 1 s;  from 40 s on outage / 40;  never above the longest pause
 * ```
 */
export function retryDelayMs({ outageMs, maxBackoffMs, random }: Outage): number {
  const boundMs = Math.max(elapsedBackoffMs(EARLY, outageMs), elapsedBackoffMs(LATE, outageMs))
  return spreadMs(Math.min(boundMs, maxBackoffMs), { leastMs: FLOOR_MS, random })
}
