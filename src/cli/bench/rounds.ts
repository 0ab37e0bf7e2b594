import { spreadOf } from './row.js'
import type { Spread } from './wire-paired.js'

/** What one round cost, in milliseconds. */
export interface Cost {
  readonly wallMs: number
  /** Time on the processor, of all threads of this process: hardly changed by what else the machine does. */
  readonly cpuMs: number
}

/** Two things to do, each of which takes some time, and how often. */
export interface RoundOptions {
  /** Does one round and resolves with what it cost. */
  readonly ours: () => Promise<Cost>
  readonly theirs: () => Promise<Cost>
  readonly pairs: number
  /** Rounds of each side that are not counted. */
  readonly warmUps: number
}

/** What the rounds cost, by one measure. */
export interface RoundResult {
  /** The median of each side, in milliseconds. */
  readonly oursMs: number
  readonly theirsMs: number
  /** How many times less ours cost, pair by pair. */
  readonly ratio: Spread
}

/**
 * Does rounds in pairs, in the order ours, theirs, theirs, ours, …, so that neither a machine that slows down nor the place
 * in the pair favours a side.
 */
export async function measureRounds(options: RoundOptions): Promise<{ wall: RoundResult; cpu: RoundResult }> {
  const { ours, theirs, pairs, warmUps } = options
  for (let round = 0; round < warmUps; round += 1) {
    await ours()
    await theirs()
  }
  const costs: Pair[] = []
  for (let pair = 0; pair < pairs; pair += 1) {
    if (pair % 2 === 0) {
      const first = await ours()
      costs.push({ ours: first, theirs: await theirs() })
    } else {
      const first = await theirs()
      costs.push({ ours: await ours(), theirs: first })
    }
  }
  return { wall: toResult(costs, 'wallMs'), cpu: toResult(costs, 'cpuMs') }
}

interface Pair {
  readonly ours: Cost
  readonly theirs: Cost
}

function toResult(costs: readonly Pair[], measure: keyof Cost): RoundResult {
  return {
    oursMs: spreadOf(costs.map(({ ours }) => ours[measure])).median,
    theirsMs: spreadOf(costs.map(({ theirs }) => theirs[measure])).median,
    ratio: spreadOf(costs.map(({ ours, theirs }) => theirs[measure] / ours[measure])),
  }
}
