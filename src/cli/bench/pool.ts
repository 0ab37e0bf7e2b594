import { createClientPool as createPlainPool } from '@redis/client'
import { createClientPool as createHitlessPool } from '../../adapters/node-redis/index.js'
import { type Cost, costOf, measureRounds, type RoundResult } from './rounds.js'
import { type BenchRow, reaches, type Target } from './row.js'
import type { Spread } from './wire-paired.js'

/** How the pools are measured. */
export interface PoolBenchOptions {
  readonly url: string
  /** Pairs of rounds. Default 61. */
  readonly pairs?: number
  /** Commands of a round: enough for several collections of garbage, which make up the slowest. Default 10,000. */
  readonly commands?: number
}

/** What both pools can do. */
interface BenchPool {
  get(key: string): Promise<unknown>
  set(key: string, value: string): Promise<unknown>
  connect(): Promise<unknown>
  on(event: 'error', listener: () => void): unknown
  destroy(): void
}

type Measure = 'wall' | 'cpu' | 'late'

const CLIENTS = 10
const CONCURRENCY = 50
const WARM_UPS = 3

const THROUGHPUT: Target = { atLeast: 0.97 }

const LATE: Target = { atMost: 1.05 }

/** The names of the rows. */
export const POOL_NAMES: readonly [throughput: string, late: string, cpu: string] = [
  'pool of 10, 50 callers: throughput',
  'pool of 10, 50 callers: 99 % are answered within',
  'pool of 10, 50 callers: processor time',
]

/** Measures SET and GET through a pool of ours against one of the plain client, in one process and over one server. */
export async function benchPool({
  url,
  pairs = 201,
  commands = 3_000,
}: PoolBenchOptions): Promise<readonly BenchRow[]> {
  const size = { minimum: CLIENTS, maximum: CLIENTS }
  const ours = createHitlessPool({ url }, size)
  const plain = createPlainPool({ url, maintNotifications: 'disabled' }, size)
  try {
    await Promise.all([open(ours), open(plain)])
    const timed = (pool: BenchPool) => (): Promise<Cost<Measure>> => round(pool, commands)
    const results = await measureRounds({ ours: timed(ours), theirs: timed(plain), pairs, warmUps: WARM_UPS })
    const [throughput, late, cpu] = POOL_NAMES
    return [
      toRow(throughput, results.wall, {
        unit: 'commands/s',
        figure: ms => (commands / ms) * 1_000,
        target: THROUGHPUT,
      }),
      toRow(late, results.late, { unit: 'µs', figure: ms => ms * 1_000, target: LATE }),
      toRow(cpu, results.cpu, { unit: 'µs/command', figure: ms => (ms / commands) * 1_000, target: null }),
    ]
  } finally {
    ours.destroy()
    plain.destroy()
  }
}

async function open(pool: BenchPool): Promise<void> {
  pool.on('error', () => {})
  await pool.connect()
}

interface Showing {
  readonly unit: string
  readonly figure: (ms: number) => number
  readonly target: Target | null
}

function toRow(name: string, { oursMs, theirsMs, ratio }: RoundResult, { unit, figure, target }: Showing): BenchRow {
  const spread = target !== null && 'atMost' in target ? inverse(ratio) : ratio
  return {
    name,
    unit,
    ours: figure(oursMs),
    theirs: figure(theirsMs),
    compared: 'ratio',
    spread,
    target,
    pass: reaches(spread.median, target),
  }
}

function inverse({ median, min, max }: Spread): Spread {
  return { median: 1 / median, min: 1 / max, max: 1 / min }
}

/** Has so many callers send commands, each one at a time. */
async function round(pool: BenchPool, commands: number): Promise<Cost<Measure>> {
  const took: number[] = []
  const call = async (caller: number): Promise<void> => {
    const key = `bench:${caller}`
    for (let index = caller; index < commands; index += CONCURRENCY) {
      const sentAt = performance.now()
      await (index % 2 === 0 ? pool.set(key, 'a value of some bytes') : pool.get(key))
      took.push(performance.now() - sentAt)
    }
  }
  const cost = await costOf(async () => {
    await Promise.all(Array.from({ length: CONCURRENCY }, (_, caller) => call(caller)))
  })
  took.sort((a, b) => a - b)
  return { ...cost, late: took[Math.ceil(took.length * 0.99) - 1] ?? 0 }
}
