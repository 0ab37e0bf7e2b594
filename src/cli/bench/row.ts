import type { Spread } from './spread.js'

/** What a figure must reach. */
export type Target = { readonly atLeast: number } | { readonly atMost: number }

/** One comparison. */
export interface BenchRow {
  readonly name: string
  /** What `ours` and `theirs` count. */
  readonly unit: string
  readonly ours: number
  /** What ours is compared with; `null` where there is nothing. */
  readonly theirs: number | null
  /**
   * How the two compare, pair by pair: how many times better ours is, with a target of `atMost` how many times as much it
   * takes, or how much more, in `unit`.
   */
  readonly compared: 'ratio' | 'difference'
  readonly spread: Spread
  /** What the median must reach; `null` where the figure is only for information. */
  readonly target: Target | null
  readonly pass: boolean
}

/** Whether a median reaches a target. */
export function reaches(median: number, target: Target | null): boolean {
  if (target === null) return true
  return 'atLeast' in target ? median >= target.atLeast : median <= target.atMost
}
