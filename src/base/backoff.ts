import type { Random } from './random.js'

/** How pauses grow from one failure to the next. */
export interface Backoff {
  /** The pause after the first failure, in milliseconds. */
  readonly firstMs: number
  /** What each further pause is multiplied by. Default 2. */
  readonly factor?: number
  /** The longest pause, in milliseconds. Default: they grow without end. */
  readonly longestMs?: number
}

/** How pauses grow with the time that something has failed for. */
export interface ElapsedBackoff {
  /** The shortest pause, in milliseconds. Default 0. */
  readonly firstMs?: number
  /** The pause is that part of the time: 4 stands for a quarter of it. */
  readonly part: number
  /** The longest pause, in milliseconds. Default: they grow without end. */
  readonly longestMs?: number
}

/**
 * The pause before the next attempt by how many failed before, in milliseconds.
 *
 * ```ts
 * backoffMs({ firstMs: 1_000, longestMs: 60_000 }, 0) // 1,000; then 2,000, 4,000 … 60,000
 * ```
 *
 * @param failures - Those before the one that has just failed: 0 gives the first pause.
 */
export function backoffMs(
  { firstMs, factor = 2, longestMs = Number.POSITIVE_INFINITY }: Backoff,
  failures: number,
): number {
  // After very many failures the factor is infinite, and no number times zero.
  return firstMs === 0 ? 0 : Math.min(firstMs * factor ** failures, longestMs)
}

/**
 * The pause before the next attempt by how long attempts have failed, in milliseconds.
 *
 * ```ts
 * elapsedBackoffMs({ firstMs: 100, part: 4, longestMs: 1_000 }, 2_000) // 500
 * ```
 */
export function elapsedBackoffMs(
  { firstMs = 0, part, longestMs = Number.POSITIVE_INFINITY }: ElapsedBackoff,
  elapsedMs: number,
): number {
  return Math.min(Math.max(elapsedMs / part, firstMs), longestMs)
}

/**
 * A random time up to a pause, in milliseconds, so that clients that failed together do not come back together. Never
 * 0.
 *
 * ```ts
 * spreadMs(backoffMs({ firstMs: 1_000 }, failures), { leastMs: 20, random })
 * ```
 *
 * @param leastMs - The shortest result, unless the pause itself is shorter.
 */
export function spreadMs(
  pauseMs: number,
  { leastMs, random }: { readonly leastMs: number; readonly random: Random },
): number {
  // Random sources give 0 but not 1.
  return Math.max((1 - random()) * pauseMs, Math.min(leastMs, pauseMs))
}

/**
 * A pause and a random number of whole milliseconds more, where the pause must not become shorter.
 *
 * ```ts
 * jitteredMs(backoffMs({ firstMs: 50, longestMs: 2_000 }, retries), { jitterMs: 200, random })
 * ```
 *
 * @param jitterMs - What is added stays below this.
 */
export function jitteredMs(
  pauseMs: number,
  { jitterMs, random }: { readonly jitterMs: number; readonly random: Random },
): number {
  return pauseMs + Math.floor(random() * jitterMs)
}
