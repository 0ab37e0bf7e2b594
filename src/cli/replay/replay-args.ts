import { parseArgs } from 'node:util'
import type { Endpoint } from '../../base/endpoint.js'
import { COMMON_OPTIONS, type CommonArgs } from '../program/frame.js'
import { parseListen, parseNumber } from '../program/listen-address.js'

/** What is to be replayed. */
export interface ReplayArgs extends CommonArgs {
  readonly file: string
  readonly listen: Endpoint
  readonly speed: number | 'step'
  readonly keepAddresses: boolean
  /** Whether it ends when all was played. */
  readonly exit: boolean
}

/** How the player is called. */
export const REPLAY_USAGE: string = `Usage: redis-hitless replay <capture> [options]

Serves a capture to clients of any library: their commands are answered as they were when it was recorded, and pushes come at
their time, counted from when the client asks for notifications.

  --listen <address>   where clients connect: a port, or host:port; default 127.0.0.1 and any free port
  --speed <factor>     plays faster (10) or slower (0.5) than it was recorded; default 1
  --step               plays one push for each line on standard input
  --keep-addresses     has MOVING lead to the place that was recorded; else it leads to the player
  --exit               ends when all was played; else it goes on to answer until it is interrupted
  --json               prints one JSON object for each push
  --help               prints this

Examples
  redis-hitless replay window.capture.jsonl --listen 6380 --speed 10
  redis-hitless replay window.capture.jsonl --step --exit

Exit code: 0 when it was played or interrupted, 1 when the capture cannot be read, 2 for bad arguments.`

/**
 * Reads the arguments of the player.
 *
 * @throws TypeError or RangeError that says what is wrong with them.
 */
export function parseReplayArgs(argv: readonly string[]): ReplayArgs {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      listen: { type: 'string', default: '0' },
      speed: { type: 'string' },
      step: { type: 'boolean', default: false },
      'keep-addresses': { type: 'boolean', default: false },
      exit: { type: 'boolean', default: false },
      ...COMMON_OPTIONS,
    },
  })
  const { help, json, step, exit, speed } = values
  const [file = '', ...others] = positionals
  if (!help && file === '') throw new RangeError('The capture is missing: redis-hitless replay <capture>')
  if (others.length > 0) throw new RangeError('One capture at a time can be replayed')
  if (step && speed !== undefined) throw new TypeError('--step and --speed exclude each other')
  return {
    file,
    listen: parseListen('--listen', values.listen),
    speed: step ? 'step' : parseNumber('--speed', speed ?? '1', { least: 0.001, most: 1_000_000 }),
    keepAddresses: values['keep-addresses'],
    exit,
    json,
    help,
  }
}
