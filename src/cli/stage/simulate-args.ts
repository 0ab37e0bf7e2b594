import { parseArgs } from 'node:util'
import type { Endpoint } from '../../base/endpoint.js'
import type { BackendOptions } from '../../simulator/index.js'
import { COMMON_OPTIONS, type CommonArgs } from '../program/frame.js'
import { parseListen, parseNumber } from '../program/listen-address.js'

/** What is to be simulated. */
export interface SimulateArgs extends CommonArgs {
  /** The name or the file of a scenario; `undefined` stands by. */
  readonly scenario: string | undefined
  /** How many nodes there are, where no scenario says it. */
  readonly nodes: number
  /** The port of all nodes; 0 for any. */
  readonly port: number
  readonly backend: BackendOptions
  readonly speed: number
  /** Where HTTP requests come to; `undefined` for none. */
  readonly http: Endpoint | undefined
  /** The ports of proxies; without any there are none. */
  readonly proxyPorts: readonly number[]
  /** The host that proxies announce. */
  readonly announced: string
  /** Whether it ends when the scenario does. */
  readonly exit: boolean
}

/** How the simulator is called. */
export const SIMULATE_COMMAND_USAGE: string = `Usage: redis-hitless simulate [scenario] [options]

Starts servers on this machine that announce maintenance, and plays a scenario from the first connection on. Clients of any
library may connect. Nodes share a port and differ by address: 127.0.0.1, 127.0.0.2, and so on. Without a scenario it serves, and
announces what is written to its standard input, a line each:

  moving <seconds> <node or none>     migrating <seconds>     migrated     failing-over <seconds>     failed-over
  refuse | silent | loading | readonly | reset | heal <node>

  --nodes <n>         without a scenario: how many nodes; default 2
  --port <n>          the port of all nodes; default any free port
  --backend <name>    the data set: store (built in), spawn (a redis-server process), or host:port of a running server;
                      default store
  --speed <factor>    plays the scenario faster or slower; graces stay as they are; default 1
  --http <address>    stands by for requests instead: those of a fault injector of Redis (POST /action, …), those of a proxy
                      (POST /send-to-all-clients, /interceptors, …), and GET /scenarios, /events, /metrics, /endpoints; a port,
                      or host:port
  --proxy <ports>     with --http: also listens on these ports, in front of the server that --backend names, else of the
                      first database
  --announce <host>   the host that CLUSTER SLOTS names through those proxies; default 127.0.0.1
  --exit              ends when the scenario does; else it serves until it is interrupted
  --json              prints one JSON object for each thing that happens
  --help              prints this

redis-hitless scenarios lists what can be played; spec/scenarios of the package describes the files.

Examples
  redis-hitless simulate rolling-upgrade --port 6380
  redis-hitless simulate ./my-window.json --backend spawn --exit
  redis-hitless simulate --http 20324 --port 12000
  redis-hitless simulate --http 3000 --proxy 6381,6382,6383 --backend localhost:6379
  echo 'moving 15 b' | redis-hitless simulate --nodes 3

Exit code: 0 when it ended or was interrupted, 1 when it could not start, 2 for bad arguments.`

const MOST_NODES = 64
const MAX_PORT = 65_535

/**
 * Reads the arguments of the simulator.
 *
 * @throws TypeError or RangeError that says what is wrong with them.
 */
export function parseSimulateArgs(argv: readonly string[]): SimulateArgs {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      nodes: { type: 'string', default: '2' },
      port: { type: 'string', default: '0' },
      backend: { type: 'string', default: 'store' },
      speed: { type: 'string', default: '1' },
      http: { type: 'string' },
      proxy: { type: 'string', default: '' },
      announce: { type: 'string', default: '127.0.0.1' },
      exit: { type: 'boolean', default: false },
      ...COMMON_OPTIONS,
    },
  })
  const [scenario, ...others] = positionals
  if (others.length > 0) throw new RangeError('One scenario at a time can be played')
  const { exit, json, help, http, proxy, announce: announced } = values
  if (http !== undefined && (exit || scenario !== undefined)) {
    throw new TypeError('--http stands by for requests: it plays no scenario, and does not end by itself')
  }
  if (http === undefined && proxy !== '') throw new TypeError('--proxy takes --http')
  const proxyPorts = proxy.split(',').filter(text => text !== '')
  return {
    scenario,
    nodes: wholeNumber('--nodes', values.nodes, { least: 1, most: MOST_NODES }),
    port: wholeNumber('--port', values.port, { least: 0, most: MAX_PORT }),
    backend: toBackend(values.backend),
    speed: parseNumber('--speed', values.speed, { least: 0.01, most: 1_000 }),
    http: http === undefined ? undefined : parseListen('--http', http),
    proxyPorts: proxyPorts.map(text => wholeNumber('--proxy', text, { least: 0, most: MAX_PORT })),
    announced,
    exit,
    json,
    help,
  }
}

function toBackend(text: string): BackendOptions {
  if (text === 'store' || text === 'spawn') return { kind: text }
  if (!/^[^/]+:\d+$/.test(text)) throw new RangeError('--backend must be store, spawn, or host:port')
  return { kind: 'server', ...parseListen('--backend', text) }
}

function wholeNumber(option: string, text: string, limits: { least: number; most: number }): number {
  const value = parseNumber(option, text, limits)
  if (Number.isInteger(value)) return value
  throw new RangeError(`${option} must be a whole number`)
}
