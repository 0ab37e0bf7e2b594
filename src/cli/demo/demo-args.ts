import { parseArgs } from 'node:util'
import { COMMON_OPTIONS, type CommonArgs } from '../program/frame.js'
import { CLIENT_OPTION, type HostName, parseHostName } from '../program/host-name.js'
import { parseBackendChoice } from '../rehearsal/backend-choice.js'
import type { BackendChoice } from '../rehearsal/rehearsal-stage.js'
import { SCRIPT_SECONDS } from '../rehearsal/script.js'

/** What the demo was asked for. */
export interface DemoArgs extends CommonArgs {
  /** Over which host library. */
  readonly client: HostName
  readonly backend: BackendChoice
  /** How many times faster than normal. */
  readonly speed: number
  /** Whether the plain client plays as well. */
  readonly compare: boolean
  /** The file of a capture of our client. */
  readonly record?: string
}

/** How the demo is called. */
export const DEMO_USAGE: string = `Usage: redis-hitless demo [options]

Plays a maintenance window to a client under load, and checks afterwards that nothing failed, was lost or applied twice.

  --client <name>    over which library our client is made: @redis/client or ioredis; default @redis/client
  --backend <name>   the data set behind the nodes: store (built in), spawn (a redis-server process),
                     or auto (spawn where redis-server is found, else store); default auto
  --speed <factor>   plays the script faster (2) or slower (0.5); default 1, from 0.2 to 8
  --seconds <n>      the same, told by about how long the script takes; default ${SCRIPT_SECONDS}
  --compare          plays it to the plain client of that library as well, and prints both columns
  --record <file>    writes a capture of our client, for 'redis-hitless report' and 'replay'
  --json             prints one JSON object and nothing else
  --help             prints this

Exit code: 0 when it went as it should, 1 when the client failed, lost or doubled a command, 2 for bad arguments.`

const SLOWEST = 0.2
const FASTEST = 8

/**
 * Reads the arguments of the demo.
 *
 * @throws TypeError or RangeError that says what is wrong with them.
 */
export function parseDemoArgs(argv: readonly string[]): DemoArgs {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      ...CLIENT_OPTION,
      backend: { type: 'string', default: 'auto' },
      speed: { type: 'string' },
      seconds: { type: 'string' },
      compare: { type: 'boolean', default: false },
      record: { type: 'string' },
      ...COMMON_OPTIONS,
    },
  })
  const { speed, seconds, compare, json, help, record } = values
  if (speed !== undefined && seconds !== undefined) throw new TypeError('--speed and --seconds exclude each other')
  return {
    client: parseHostName(values.client),
    backend: parseBackendChoice(values.backend),
    speed: toSpeed(speed, seconds),
    compare,
    json,
    help,
    ...(record !== undefined && { record }),
  }
}

function toSpeed(speed: string | undefined, seconds: string | undefined): number {
  const factor = seconds === undefined ? Number(speed ?? 1) : SCRIPT_SECONDS / Number(seconds)
  if (factor >= SLOWEST && factor <= FASTEST) return factor
  if (seconds === undefined) throw new RangeError(`--speed must be a number from ${SLOWEST} to ${FASTEST}`)
  const [least, most] = [Math.ceil(SCRIPT_SECONDS / FASTEST), Math.floor(SCRIPT_SECONDS / SLOWEST)]
  throw new RangeError(`--seconds must be a number from ${least} to ${most}`)
}
