import { invalidOptions } from '../../base/shape.js'

/** What the sizes of a hand-off queue depend on. All are whole numbers of at least 1. */
export interface SizingFacts {
  /** How many connections may have to move at once. */
  readonly poolSize: number
  /** The most connections that may be open at once, old and new together. Default: no such limit. */
  readonly maxConnections?: number | undefined
  /** How many hand-offs may run at once. Default: by the pool. */
  readonly workers?: number | undefined
  /** How many hand-offs may wait for a worker. Default: by workers and pool. */
  readonly queueSize?: number | undefined
}

/** How many hand-offs run at once, and how many may wait. */
export interface HandoffSizes {
  readonly workers: number
  readonly queueSize: number
}

/** An explicit number of workers is raised to this share of the pool: fewer would not be fast enough. */
const LEAST_SHARE = 1 / 2

/** An explicit queue is raised to this, before it is capped. */
const LEAST_EXPLICIT_QUEUE = 200

const LEAST_QUEUE = 2

/**
 * The sizes of the hand-off queue of one database, by the formulas of go-redis. Divisions round down.
 *
 * ```
 * workers   = min(pool / 2, max(10, pool / 3)), at least 1;    explicit: at least pool / 2
 * queueSize = max(20 × workers, pool), at least 2;             explicit: at least 200
 *             either capped by maxConnections + 1 where that is set, else by 5 × pool
 * ```
 *
 * A pool of 100 gets 33 workers and a queue of 500; with at most 150 connections, a queue of 151.
 *
 * @throws HitlessError `OPTIONS_INVALID` for a number that is not whole or below 1; it names the field.
 */
export function sizeHandoffs({ poolSize, maxConnections, workers, queueSize }: SizingFacts): HandoffSizes {
  assertCounts({ poolSize, maxConnections, workers, queueSize })
  const least = Math.floor(poolSize * LEAST_SHARE)
  const automatic = Math.min(least, Math.max(10, Math.floor(poolSize / 3)))
  const sized = Math.max(workers === undefined ? automatic : Math.max(workers, least), 1)
  const wanted = queueSize === undefined ? Math.max(20 * sized, poolSize) : Math.max(queueSize, LEAST_EXPLICIT_QUEUE)
  const cap = maxConnections === undefined ? 5 * poolSize : maxConnections + 1
  return { workers: sized, queueSize: Math.max(Math.min(wanted, cap), LEAST_QUEUE) }
}

function assertCounts(facts: SizingFacts): void {
  for (const [option, value] of Object.entries(facts)) {
    if (value === undefined || (Number.isSafeInteger(value) && value >= 1)) continue
    throw invalidOptions([`${option} must be a whole number of at least 1, not ${value}`])
  }
}
