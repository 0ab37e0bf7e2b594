import { type Cost, costOf, measureRounds, type RoundResult } from './rounds.js'
import { type BenchRow, reaches, type Target } from './row.js'
import type { Sides } from './weight/turns.js'

/** How the hot path is measured. */
export interface HotPathOptions {
  readonly url: string
  /** What is compared. */
  readonly comparisons: readonly Comparison[]
  /** Which rows are wanted. */
  readonly wanted: (name: string) => boolean
  /**
   * Pairs of rounds for each row. Default 301: many short rounds in quick turns, as the garbage of either side and the
   * rest of the machine get in the way of single ones.
   */
  readonly pairs?: number
  /** Commands of a round, which a comparison multiplies by its share. Default 2,000. */
  readonly commands?: number
}

/** One side of a comparison, connected. */
export interface Contestant {
  /** Sends so many commands, and waits for the answers. */
  round(commands: number): Promise<void>
  destroy(): void
}

type Measure = 'throughput' | 'cpu' | 'latency'

/** Rounds with one pair of clients, and the rows that are read off them. */
export interface Comparison {
  readonly open: Sides<(url: string) => Promise<Contestant>>
  /** Commands of a round, as a multiple of the usual number: a round has to be long enough to be measured. */
  readonly share: number
  readonly rows: readonly { readonly name: string; readonly measure: Measure; readonly target: Target | null }[]
}

/** How many commands are in flight at once in a round that is not one of single commands. */
export const IN_FLIGHT = 100

const WARM_UPS = 15

/** Keeps a share of three hundredths for what the gate costs. */
export const THROUGHPUT: Target = { atLeast: 0.97 }

/** The names of the rows. */
export function namesOf(comparisons: readonly Comparison[]): readonly string[] {
  return comparisons.flatMap(({ rows }) => rows.map(({ name }) => name))
}

/** Measures SET and GET through our client against the plain one, in one process and over one server. */
export async function benchHotPath(options: HotPathOptions): Promise<readonly BenchRow[]> {
  const { comparisons, wanted } = options
  const rows: BenchRow[] = []
  for (const comparison of comparisons) {
    if (comparison.rows.some(({ name }) => wanted(name))) rows.push(...(await compare(comparison, options)))
  }
  return rows.filter(({ name }) => wanted(name))
}

async function compare({ open, share, rows }: Comparison, options: HotPathOptions): Promise<readonly BenchRow[]> {
  const { url, pairs = 301, commands = 2_000 } = options
  const count = Math.ceil(commands * share)
  const [ours, plain] = [await open[0](url), await open[1](url)]
  try {
    const timed = (side: Contestant) => (): Promise<Cost<'wall' | 'cpu'>> => costOf(() => side.round(count))
    const { wall, cpu } = await measureRounds({ ours: timed(ours), theirs: timed(plain), pairs, warmUps: WARM_UPS })
    return rows.map(({ name, measure, target }) => {
      const result = measure === 'cpu' ? cpu : wall
      return { name, ...figuresOf(measure, result, count), target, pass: reaches(result.ratio.median, target) }
    })
  } finally {
    ours.destroy()
    plain.destroy()
  }
}

function figuresOf(measure: Measure, { oursMs, theirsMs, ratio }: RoundResult, count: number) {
  const perSecond = measure === 'throughput'
  const figure = (roundMs: number): number => (perSecond ? (count / roundMs) * 1_000 : (roundMs / count) * 1_000)
  return {
    unit: perSecond ? 'commands/s' : 'µs/command',
    ours: figure(oursMs),
    theirs: figure(theirsMs),
    compared: 'ratio' as const,
    spread: ratio,
  }
}

/** What both kinds of clients can do. */
export interface BasicClient {
  get(key: string): Promise<unknown>
  set(key: string, value: string): Promise<unknown>
}

/** Sends commands in waves, without a word that they belong together. */
export async function inWaves(client: BasicClient, commands: number): Promise<void> {
  for (let sent = 0; sent < commands; sent += IN_FLIGHT) {
    const wave: Promise<unknown>[] = []
    for (let index = 0; index < IN_FLIGHT; index += 1) {
      const key = `bench:${index >> 1}`
      wave.push(index % 2 === 0 ? client.set(key, 'a value of some bytes') : client.get(key))
    }
    await Promise.all(wave)
  }
}

/** Sends one command at a time. */
export async function oneByOne(client: BasicClient, commands: number): Promise<void> {
  for (let sent = 0; sent < commands; sent += 1) await client.get('bench:0')
}
