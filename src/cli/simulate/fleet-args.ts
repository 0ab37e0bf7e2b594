import { parseArgs } from 'node:util'
import { COMMON_OPTIONS, type CommonArgs } from '../program/frame.js'

/** What the fleet simulation was asked for. */
export interface FleetArgs extends CommonArgs {
  readonly processes: number
  /** Connections of each process. */
  readonly connections: number
  /** What the server announces, in milliseconds. */
  readonly graceMs: number
  /** How long the new node takes for a connection, in milliseconds. */
  readonly handshakeMs: number
  readonly seed: number
  /** Where the picture goes. */
  readonly svg: string
}

/** How the simulations are called. */
export const SIMULATE_USAGE: string = `Usage: redis-hitless fleet [options]

Tells a fleet of processes to move all of their connections at one instant, on a virtual clock and without sockets, and
counts what arrives at the new node: with pacing, and without. Pacing, workers and limits are those of the library.

  --processes <n>      default 10000
  --connections <n>    of each process; default 10
  --grace-ms <n>       what the server announces; default 15000
  --handshake-ms <n>   how long the new node takes for a connection; default 50
  --seed <n>           names the fleet, and so decides who moves when; default 1
  --svg <file>         where the picture goes; default fleet.svg, in the current directory
  --json               prints one JSON object and nothing else
  --help               prints this

Exit code: 0 when with pacing none is late and the peak is at most 1.5 times the mean, 1 when not, 2 for bad arguments.`

const MOST_CONNECTIONS = 5_000_000

/**
 * Reads the arguments: the name of the simulation, which is `fleet`, and its options.
 *
 * @throws TypeError or RangeError that says what is wrong with them.
 */
export function parseFleetArgs(argv: readonly string[]): FleetArgs {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      processes: { type: 'string', default: '10000' },
      connections: { type: 'string', default: '10' },
      'grace-ms': { type: 'string', default: '15000' },
      'handshake-ms': { type: 'string', default: '50' },
      seed: { type: 'string', default: '1' },
      svg: { type: 'string', default: 'fleet.svg' },
      ...COMMON_OPTIONS,
    },
  })
  const { svg, json, help } = values
  if (!help && positionals.join(' ') !== 'fleet') throw new RangeError('The simulation must be named: fleet')
  const processes = toCount('--processes', values.processes, { least: 1, most: MOST_CONNECTIONS })
  const connections = toCount('--connections', values.connections, { least: 1, most: 10_000 })
  if (processes * connections > MOST_CONNECTIONS) {
    throw new RangeError(`--processes times --connections must be at most ${MOST_CONNECTIONS}`)
  }
  const graceMs = toCount('--grace-ms', values['grace-ms'], { least: 1, most: 600_000 })
  const handshakeMs = toCount('--handshake-ms', values['handshake-ms'], { least: 0, most: 60_000 })
  const seed = toCount('--seed', values.seed, { least: 0, most: 2 ** 32 })
  return { processes, connections, graceMs, handshakeMs, seed, svg, json, help }
}

function toCount(option: string, text: string, { least, most }: { least: number; most: number }): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  throw new RangeError(`${option} must be a whole number from ${least} to ${most}`)
}
