import { parseArgs } from 'node:util'
import { COMMON_OPTIONS, type CommonArgs } from '../program/frame.js'

/** What the benchmark was asked for. */
export interface BenchArgs extends CommonArgs {
  /** Only rows whose name contains this, in any case. */
  readonly only: string
  readonly check: boolean
}

/** How the benchmark is called. */
export const BENCH_USAGE: string = `Usage: npm run bench -- [options]

Compares this library with the @redis/client that is installed, in paired runs.

  --only <text>   only the rows whose name contains the text
  --check         exit code 1 when a target is missed
  --json          prints one JSON object and nothing else
  --help          prints this`

/**
 * Reads the arguments of the benchmark.
 *
 * @throws TypeError that says what is wrong with them.
 */
export function parseBenchArgs(argv: readonly string[]): BenchArgs {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      only: { type: 'string', default: '' },
      check: { type: 'boolean', default: false },
      ...COMMON_OPTIONS,
    },
  })
  return values
}
