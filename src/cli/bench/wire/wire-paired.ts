import { type Spread, spreadOf } from '../spread.js'

/** What a paired measurement found. */
export interface PairedResult {
  /** Milliseconds that one call takes, the median of all runs. */
  readonly oursMs: number
  readonly theirsMs: number
  /** How many times faster ours is, pair by pair. */
  readonly ratio: Spread
}

/** What is measured against each other, and how often. */
export interface PairedRuns {
  readonly ours: () => void
  readonly theirs: () => void
  /** How many pairs are measured. */
  readonly pairs: number
  /** How long one run of either side takes at least, in milliseconds: short calls are repeated. */
  readonly runMs: number
}

/** Measures two functions in alternation, after a warm-up, so that whatever slows the machine slows both. */
export function measurePairs({ ours, theirs, pairs, runMs }: PairedRuns): PairedResult {
  const ourCalls = countCalls(ours, runMs)
  const theirCalls = countCalls(theirs, runMs)
  const ourTimes: number[] = []
  const theirTimes: number[] = []
  for (let pair = 0; pair < pairs; pair += 1) {
    ourTimes.push(time(ours, ourCalls))
    theirTimes.push(time(theirs, theirCalls))
  }
  const ratios = ourTimes.map((ms, pair) => (theirTimes[pair] ?? 0) / ms)
  return { oursMs: spreadOf(ourTimes).median, theirsMs: spreadOf(theirTimes).median, ratio: spreadOf(ratios) }
}

/** Warms a function up, and says how many calls of it fill the time. */
function countCalls(call: () => void, runMs: number): number {
  time(call, 10)
  const oneMs = time(call, 20)
  return Math.max(1, Math.ceil(runMs / oneMs))
}

/** Milliseconds per call. */
function time(call: () => void, calls: number): number {
  const start = performance.now()
  for (let index = 0; index < calls; index += 1) call()
  return (performance.now() - start) / calls
}
