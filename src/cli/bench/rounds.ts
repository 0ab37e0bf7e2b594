import { type Spread, spreadOf } from './spread.js'

/** Two things to do, each of which takes some time, and how often. */
export interface RoundOptions<Measure extends string> {
  /** Does one round and resolves with what it cost by each measure; less is better. */
  readonly ours: () => Promise<Cost<Measure>>
  readonly theirs: () => Promise<Cost<Measure>>
  readonly pairs: number
  /** Rounds of each side that are not counted. */
  readonly warmUps: number
}

/** What one round cost, in milliseconds. */
export type Cost<Measure extends string> = Readonly<Record<Measure, number>>

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
export async function measureRounds<Measure extends string>(
  options: RoundOptions<Measure>,
): Promise<Readonly<Record<Measure, RoundResult>>> {
  const { ours, theirs, pairs, warmUps } = options
  for (let round = 0; round < warmUps; round += 1) {
    await ours()
    await theirs()
  }
  const costs: Pair<Measure>[] = []
  for (let pair = 0; pair < pairs; pair += 1) {
    if (pair % 2 === 0) {
      const first = await ours()
      costs.push({ ours: first, theirs: await theirs() })
    } else {
      const first = await theirs()
      costs.push({ ours: await ours(), theirs: first })
    }
  }
  const measures = Object.keys(costs[0]?.ours ?? {}) as Measure[]
  const results = measures.map(measure => [measure, toResult(costs, measure)] as const)
  return Object.fromEntries(results) as Record<Measure, RoundResult>
}

interface Pair<Measure extends string> {
  readonly ours: Cost<Measure>
  readonly theirs: Cost<Measure>
}

function toResult<Measure extends string>(costs: readonly Pair<Measure>[], measure: Measure): RoundResult {
  return {
    oursMs: spreadOf(costs.map(({ ours }) => ours[measure])).median,
    theirsMs: spreadOf(costs.map(({ theirs }) => theirs[measure])).median,
    ratio: spreadOf(costs.map(({ ours, theirs }) => theirs[measure] / ours[measure])),
  }
}

/** Does something and tells how long it took, and how much of the processor all threads of this process used. */
export async function costOf(run: () => Promise<void>): Promise<Cost<'wall' | 'cpu'>> {
  const startedAt = performance.now()
  const cpu = process.cpuUsage()
  await run()
  const { user, system } = process.cpuUsage(cpu)
  return { wall: performance.now() - startedAt, cpu: (user + system) / 1_000 }
}
