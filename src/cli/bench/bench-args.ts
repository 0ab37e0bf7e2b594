import { parseArgs } from 'node:util'
import { COMMON_OPTIONS, type CommonArgs } from '../program/frame.js'
import { CLIENT_OPTION, type HostName, parseHostName } from '../program/host-name.js'

/** What the benchmark was asked for. */
export interface BenchArgs extends CommonArgs {
  /** Over which host library. */
  readonly client: HostName
  /** Only rows whose name contains this, in any case. */
  readonly only: string
  readonly check: boolean
}

/** How the benchmark is called. */
export const BENCH_USAGE: string = `Usage: redis-hitless bench [options]

Compares this library with the @redis/client, or ioredis, that is installed, in paired runs.

  --client <name> over which library: @redis/client or ioredis; default @redis/client
  --only <text>   only the rows whose name contains the text
  --check         exit code 1 when a target is missed
  --json          prints one JSON object and nothing else
  --help          prints this`

/**
 * Reads the arguments of the benchmark.
 *
 * @throws TypeError or RangeError that says what is wrong with them.
 */
export function parseBenchArgs(argv: readonly string[]): BenchArgs {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      ...CLIENT_OPTION,
      only: { type: 'string', default: '' },
      check: { type: 'boolean', default: false },
      ...COMMON_OPTIONS,
    },
  })
  return { ...values, client: parseHostName(values.client) }
}
