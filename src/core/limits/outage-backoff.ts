import type { Random } from '../../base/random.js'

/** How long a server has been away, and how patient to be. */
export interface Outage {
  /** How long it lasts by now, in milliseconds. */
  readonly outageMs: number
  /** The longest pause, in milliseconds. */
  readonly maxBackoffMs: number
  readonly random: Random
}

/** The part of an outage that it may last longer because of the pauses between attempts: early on, and for good. */
const SHARE = { early: 4, late: 40 } as const

/** Between these bounds the early share counts, in milliseconds: a short outage is found to be over within the latter. */
const EARLY_CEILING_MS = { first: 100, last: 1_000 } as const

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
  const { first, last } = EARLY_CEILING_MS
  const early = Math.min(Math.max(outageMs / SHARE.early, first), last)
  const ceiling = Math.min(Math.max(early, outageMs / SHARE.late), maxBackoffMs)
  // Random sources give 0 but not 1: the pause is never none.
  return Math.max((1 - random()) * ceiling, Math.min(FLOOR_MS, ceiling))
}
