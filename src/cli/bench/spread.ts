/** The middle, the smallest and the largest of several figures. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

/** How figures spread. Exact, as ratios differ by less than what a histogram rounds off. */
export function spreadOf(figures: readonly number[]): Spread {
  const sorted = figures.toSorted((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  const median = ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2
  return { median, min: sorted[0] ?? 0, max: sorted.at(-1) ?? 0 }
}
