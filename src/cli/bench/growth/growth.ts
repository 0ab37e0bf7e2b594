import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createSimulator } from '../../../simulator/index.js'
import { type BenchRow, reaches, type Target } from '../row.js'
import { spreadOf } from '../spread.js'
import type { GrowthCost, GrowthOrder, GrowthReport } from './growth-messages.js'

/** How growth is measured. */
export interface GrowthOptions {
  /** The compiled program with a pool in it. */
  readonly growthProgram: string
  readonly signal: AbortSignal
  /** How often each size is measured. Default 3. */
  readonly runs?: number
  /** The sizes of the two pools. Default 100 and 1,000. */
  readonly sizes?: readonly [small: number, large: number]
}

/** How much more each connection of the large pool may take than each of the small one. */
const LINEAR: Target = { atMost: 1.3 }

const GRACE_MS = 60_000

type Figure = keyof GrowthCost

const ROWS: readonly { readonly name: string; readonly figure: Figure; readonly unit: string }[] = [
  { name: 'growth: time to connect, each of 1,000 against each of 100', figure: 'connectMs', unit: 'ms' },
  { name: 'growth: time to move, each of 1,000 against each of 100', figure: 'moveMs', unit: 'ms' },
  { name: 'growth: processor time to move, each of 1,000 against each of 100', figure: 'moveCpuMs', unit: 'ms' },
  { name: 'growth: memory, each of 1,000 against each of 100', figure: 'bytes', unit: 'bytes' },
]

/** The names of the rows. */
export const GROWTH_NAMES: readonly string[] = ROWS.map(({ name }) => name)

/**
 * Measures what each connection of a large pool takes against each of a small one: to connect, and to move with all the
 * others at once. Each pool is in a process of its own, the nodes are in this one.
 *
 * @throws Error when a process ends before it has told its figures.
 */
export async function benchGrowth(options: GrowthOptions): Promise<readonly BenchRow[]> {
  const { runs = 3, sizes = [100, 1_000] } = options
  const [small, large]: [GrowthCost[], GrowthCost[]] = [[], []]
  for (let run = 0; run < runs; run += 1) {
    small.push(await measure(sizes[0], options))
    large.push(await measure(sizes[1], options))
  }
  return ROWS.map(({ name, figure, unit }) => {
    const each = (costs: readonly GrowthCost[], size: number): readonly number[] =>
      costs.map(cost => cost[figure] / size)
    const [ofSmall, ofLarge] = [each(small, sizes[0]), each(large, sizes[1])]
    const spread = spreadOf(ofLarge.map((cost, run) => cost / (ofSmall[run] ?? cost)))
    const [ours, theirs] = [spreadOf(ofLarge).median, spreadOf(ofSmall).median]
    return { name, unit, ours, theirs, compared: 'ratio', spread, target: LINEAR, pass: reaches(spread.median, LINEAR) }
  })
}

async function measure(connections: number, { growthProgram, signal }: GrowthOptions): Promise<GrowthCost> {
  const simulator = await createSimulator({ nodes: 2 })
  try {
    const [from, to] = simulator.nodes
    const order: GrowthOrder = { url: simulator.node.url, connections }
    const child = fork(growthProgram, [JSON.stringify(order)], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: ['--expose-gc'],
      signal,
    })
    child.on('error', () => {})
    const move = async (): Promise<unknown> => from?.notify({ type: 'moving', graceMs: GRACE_MS, endpoint: to ?? null })
    return await follow(child, move)
  } finally {
    await simulator.dispose()
  }
}

/** Lets a process do its work, and resolves with what it took once it has ended. */
async function follow(child: ChildProcess, move: () => Promise<unknown>): Promise<GrowthCost> {
  let cost: GrowthCost | undefined
  child.on('message', message => {
    const report = message as GrowthReport
    if (report.type === 'moved') cost = report
    else void move()
    if (report.type === 'moved') child.disconnect()
  })
  await once(child, 'exit').catch(() => {})
  if (cost === undefined) throw new Error('Growth could not be measured: the process ended early')
  return cost
}
