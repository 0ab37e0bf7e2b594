import { createClient as createPlainClient } from '@redis/client'
import { createClient as createHitlessClient } from '../../adapters/node-redis/hitless-client.js'
import type { ApplicationClient } from '../player/application-client.js'
import { type Cost, costOf, measureRounds, type RoundResult } from './rounds.js'
import { type BenchRow, reaches, type Target } from './row.js'

/** How the hot path is measured. */
export interface HotPathOptions {
  readonly url: string
  /** Which rows are wanted. */
  readonly wanted: (name: string) => boolean
  /**
   * Pairs of rounds for each row. Default 301: many short rounds in quick turns, as the garbage of either side and the
   * rest of the machine get in the way of single ones.
   */
  readonly pairs?: number
  /** Commands of a pipelined round; without timeouts five times as many, one at a time a tenth. Default 2,000. */
  readonly commands?: number
}

type BenchClient = Pick<ApplicationClient, 'get' | 'set' | 'connect' | 'on' | 'destroy'>
type Measure = 'throughput' | 'cpu' | 'latency'

const IN_FLIGHT = 100
const WARM_UPS = 15

/** Keeps a share of three hundredths for what the gate costs. */
const THROUGHPUT: Target = { atLeast: 0.97 }

/** Rounds with one pair of clients, and the rows that are read off them. */
interface Comparison {
  readonly plainMode: 'disabled' | 'auto'
  readonly rounds: 'pipelined' | 'sequential'
  /** Commands of a round, as a multiple of the usual number: a round has to be long enough to be measured. */
  readonly share: number
  /** Makes a timer for every command, as the host does by default: most of what a command costs. */
  readonly timeouts: boolean
  readonly rows: readonly { readonly name: string; readonly measure: Measure; readonly target: Target | null }[]
}

const COMPARISONS: readonly Comparison[] = [
  {
    plainMode: 'disabled',
    rounds: 'pipelined',
    share: 1,
    timeouts: true,
    rows: [
      {
        name: 'hot path: throughput, notifications of the plain client off',
        measure: 'throughput',
        target: THROUGHPUT,
      },
      { name: 'hot path: processor time, notifications of the plain client off', measure: 'cpu', target: null },
    ],
  },
  {
    plainMode: 'auto',
    rounds: 'pipelined',
    share: 1,
    timeouts: true,
    rows: [
      { name: 'hot path: throughput, plain client as it comes', measure: 'throughput', target: THROUGHPUT },
      { name: 'hot path: processor time, plain client as it comes', measure: 'cpu', target: null },
    ],
  },
  {
    plainMode: 'disabled',
    rounds: 'pipelined',
    share: 5,
    timeouts: false,
    rows: [
      { name: 'hot path: throughput, command timeouts of both off', measure: 'throughput', target: THROUGHPUT },
      { name: 'hot path: processor time, command timeouts of both off', measure: 'cpu', target: null },
    ],
  },
  {
    plainMode: 'auto',
    rounds: 'sequential',
    share: 0.1,
    timeouts: true,
    rows: [{ name: 'hot path: one command at a time', measure: 'latency', target: null }],
  },
]

/** The names of the rows. */
export const HOT_PATH_NAMES: readonly string[] = COMPARISONS.flatMap(({ rows }) => rows.map(({ name }) => name))

/** Measures SET and GET through our client against the plain one, in one process and over one server. */
export async function benchHotPath(options: HotPathOptions): Promise<readonly BenchRow[]> {
  const rows: BenchRow[] = []
  for (const comparison of COMPARISONS) {
    if (comparison.rows.some(({ name }) => options.wanted(name))) rows.push(...(await compare(comparison, options)))
  }
  return rows.filter(({ name }) => options.wanted(name))
}

async function compare(comparison: Comparison, options: HotPathOptions): Promise<readonly BenchRow[]> {
  const { url, pairs = 301, commands = 2_000 } = options
  const { plainMode, rounds, share, timeouts } = comparison
  const given = timeouts ? { url } : { url, commandOptions: { timeout: 0 } }
  const ours = await connect(createHitlessClient(given))
  const plain = await connect(createPlainClient({ ...given, maintNotifications: plainMode }))
  try {
    const count = Math.ceil(commands * share)
    const round = rounds === 'pipelined' ? pipelined : sequential
    const timed = (client: BenchClient) => (): Promise<Cost<'wall' | 'cpu'>> => costOf(() => round(client, count))
    const { wall, cpu } = await measureRounds({ ours: timed(ours), theirs: timed(plain), pairs, warmUps: WARM_UPS })
    return comparison.rows.map(({ name, measure, target }) => {
      const result = measure === 'cpu' ? cpu : wall
      return { name, ...figuresOf(measure, result, count), target, pass: reaches(result.ratio.median, target) }
    })
  } finally {
    ours.destroy()
    plain.destroy()
  }
}

async function connect(client: BenchClient): Promise<BenchClient> {
  client.on('error', () => {})
  await client.connect()
  return client
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

async function pipelined(client: BenchClient, commands: number): Promise<void> {
  for (let sent = 0; sent < commands; sent += IN_FLIGHT) {
    const wave: Promise<unknown>[] = []
    for (let index = 0; index < IN_FLIGHT; index += 1) {
      const key = `bench:${index >> 1}`
      wave.push(index % 2 === 0 ? client.set(key, 'a value of some bytes') : client.get(key))
    }
    await Promise.all(wave)
  }
}

async function sequential(client: BenchClient, commands: number): Promise<void> {
  for (let sent = 0; sent < commands; sent += 1) await client.get('bench:0')
}
