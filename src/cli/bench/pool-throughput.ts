import { createClientPool as createPlainPool } from '@redis/client'
import { createClientPool as createHitlessPool } from '../../adapters/node-redis/drop-in/hitless-client.js'
import { Latencies } from '../player/notes/latencies.js'
import { type Cost, costOf, measureRounds, type RoundResult } from './rounds.js'
import { type BenchRow, reaches, type Target } from './row.js'
import { type Spread, spreadOf } from './spread.js'

/** How the pools are measured. */
export interface PoolBenchOptions {
  readonly url: string
  /** Pairs of rounds. Default 401: many short ones, as with single clients. */
  readonly pairs?: number
  /** Commands of a round. Default 500. */
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

type Measure = 'wall' | 'cpu'

const CLIENTS = 10
const CONCURRENCY = 50
const WARM_UPS = 30

/** Rounds whose slowest commands are looked at together: collections of garbage must come several times in each. */
const BLOCK = 20

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
    const took = { ours: new BlockLatencies(), theirs: new BlockLatencies() }
    const results = await measureRounds({
      ours: () => round(ours, commands, took.ours.ofNextRound()),
      theirs: () => round(plain, commands, took.theirs.ofNextRound()),
      pairs,
      warmUps: WARM_UPS,
    })
    const [throughput, late, cpu] = POOL_NAMES
    const slowest = compareSlowest(took.ours.late(), took.theirs.late())
    return [
      toRow(throughput, results.wall, {
        unit: 'commands/s',
        figure: ms => (commands / ms) * 1_000,
        target: THROUGHPUT,
      }),
      toRow(late, slowest, { unit: 'µs', figure: ms => ms * 1_000, target: LATE }),
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

/** The time within which 99 % were answered, block by block. */
function compareSlowest(ours: readonly number[], theirs: readonly number[]): RoundResult {
  const ratio = spreadOf(ours.map((ms, block) => (theirs[block] ?? ms) / ms))
  return { oursMs: spreadOf(ours).median, theirsMs: spreadOf(theirs).median, ratio }
}

/** How long commands took, in blocks of rounds. */
class BlockLatencies {
  readonly #warmUp = new Latencies()
  readonly #blocks: Latencies[] = []
  #rounds = 0

  /** What the commands of another round are to be added to. */
  ofNextRound(): Latencies {
    const counted = this.#rounds - WARM_UPS
    this.#rounds += 1
    if (counted < 0) return this.#warmUp
    if (counted % BLOCK === 0) this.#blocks.push(new Latencies())
    return this.#blocks.at(-1) ?? this.#warmUp
  }

  /** The time within which 99 % were answered, block by block, in milliseconds. */
  late(): readonly number[] {
    return this.#blocks.map(block => block.quantile(0.99))
  }
}

/** Has so many callers send commands, each one at a time. */
function round(pool: BenchPool, commands: number, took: Latencies): Promise<Cost<Measure>> {
  const call = async (caller: number): Promise<void> => {
    const key = `bench:${caller}`
    for (let index = caller; index < commands; index += CONCURRENCY) {
      const sentAt = performance.now()
      await (index % 2 === 0 ? pool.set(key, 'a value of some bytes') : pool.get(key))
      took.add(performance.now() - sentAt)
    }
  }
  return costOf(async () => {
    await Promise.all(Array.from({ length: CONCURRENCY }, (_, caller) => call(caller)))
  })
}
