import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import type { ClientKind } from '../player/player-messages.js'
import { COMMON_OPTIONS, type CommonArgs } from '../program/frame.js'
import { parseNumber } from '../program/listen-address.js'
import { oneOf } from '../program/one-of.js'
import { parseBackendChoice } from '../rehearsal/backend-choice.js'
import type { BackendChoice } from '../rehearsal/rehearsal-stage.js'
import { FAULTS } from './faults.js'

/** What kind of chaos was asked for. */
export interface ChaosArgs extends CommonArgs {
  readonly client: ClientKind
  readonly backend: BackendChoice
  /** Whether nodes speak TLS. */
  readonly tls: boolean
  /** About how long faults go on, in seconds. */
  readonly seconds: number
  /** What all faults are drawn from. */
  readonly seed: number
  /** The names of the faults to draw from. */
  readonly only: readonly string[]
  /** Whether these are all that there are. */
  readonly everything: boolean
}

const CLIENTS: readonly ClientKind[] = [
  'redis-hitless',
  'redis-hitless/pool',
  'redis-hitless/ioredis',
  '@redis/client',
  'ioredis',
]
const MOST_SECONDS = 86_400
const MAX_SEED = 2 ** 32 - 1

/** How chaos is called. */
export const CHAOS_USAGE: string = `Usage: redis-hitless chaos [options]

Has random faults happen to a client under load for some time, and accounts for every acknowledged write, counter and
transaction, every item of a queue and every message of a channel. The faults are drawn from a seed, which repeats them.

  --client <name>    ${CLIENTS.slice(0, 3).join(', ')},
                     or to compare ${CLIENTS.slice(3).join(', ')}; default redis-hitless
  --backend <name>   the data set behind the nodes: store (built in), spawn (a redis-server process),
                     or auto (spawn where redis-server is found, else store); default auto
  --tls              nodes speak TLS, with a certificate made for it
  --seconds <n>      about how long; default 30
  --seed <n>         the faults of an earlier run; default any
  --only <names>     only these faults, separated by commas: ${Object.keys(FAULTS).slice(0, 7).join(', ')},
                     ${Object.keys(FAULTS).slice(7).join(', ')}
  --json             prints one JSON object and nothing else
  --help             prints this

Commands that fail are counted, and are nobody's fault: the servers are cut off on purpose. What counts is that nothing
that was acknowledged is lost or applied twice, that no message is missing without a word, and that everything is answered.

Examples
  redis-hitless chaos --seconds 60
  redis-hitless chaos --client redis-hitless/ioredis --seed 42 --json
  redis-hitless chaos --only moving,moving-dead,silent --backend spawn

Exit code: 0 when everything is accounted for, 1 when it is not, 2 for bad arguments.`

/**
 * Reads the arguments of chaos.
 *
 * @throws TypeError or RangeError that says what is wrong with them.
 */
export function parseChaosArgs(argv: readonly string[]): ChaosArgs {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      client: { type: 'string', default: 'redis-hitless' },
      backend: { type: 'string', default: 'auto' },
      seconds: { type: 'string', default: '30' },
      seed: { type: 'string' },
      only: { type: 'string' },
      tls: { type: 'boolean', default: false },
      ...COMMON_OPTIONS,
    },
  })
  const { tls, json, help } = values
  return {
    client: oneOf('--client', CLIENTS, values.client),
    backend: parseBackendChoice(values.backend),
    seconds: parseNumber('--seconds', values.seconds, { least: 1, most: MOST_SECONDS }),
    seed: toSeed(values.seed),
    only: (values.only?.split(',') ?? Object.keys(FAULTS)).map(name => oneOf('--only', Object.keys(FAULTS), name)),
    everything: values.only === undefined,
    tls,
    json,
    help,
  }
}

function toSeed(text: string | undefined): number {
  if (text === undefined) return randomInt(MAX_SEED)
  const seed = parseNumber('--seed', text, { least: 0, most: MAX_SEED })
  if (Number.isInteger(seed)) return seed
  throw new RangeError('--seed must be a whole number')
}
