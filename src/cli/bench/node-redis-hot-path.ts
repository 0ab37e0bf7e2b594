import { createClient as createPlainClient } from '@redis/client'
import { createClient as createHitlessClient } from '../../adapters/node-redis/drop-in/hitless-client.js'
import { type BasicClient, type Comparison, type Contestant, inWaves, oneByOne, THROUGHPUT } from './hot-path.js'

interface BenchClient extends BasicClient {
  on(event: 'error', listener: () => void): unknown
  connect(): Promise<unknown>
  destroy(): void
}

interface Contest {
  readonly plainMode: 'disabled' | 'auto'
  readonly round: (client: BasicClient, commands: number) => Promise<void>
  /** Makes a timer for every command, as the host does by default: most of what a command costs. Default true. */
  readonly timeouts?: boolean
}

/** What is compared over `@redis/client`. */
export const NODE_REDIS_COMPARISONS: readonly Comparison[] = [
  {
    open: sides({ plainMode: 'disabled', round: inWaves }),
    share: 1,
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
    open: sides({ plainMode: 'auto', round: inWaves }),
    share: 1,
    rows: [
      { name: 'hot path: throughput, plain client as it comes', measure: 'throughput', target: THROUGHPUT },
      { name: 'hot path: processor time, plain client as it comes', measure: 'cpu', target: null },
    ],
  },
  {
    open: sides({ plainMode: 'disabled', round: inWaves, timeouts: false }),
    share: 5,
    rows: [
      { name: 'hot path: throughput, command timeouts of both off', measure: 'throughput', target: THROUGHPUT },
      { name: 'hot path: processor time, command timeouts of both off', measure: 'cpu', target: null },
    ],
  },
  {
    open: sides({ plainMode: 'auto', round: oneByOne }),
    share: 0.1,
    rows: [{ name: 'hot path: one command at a time', measure: 'latency', target: null }],
  },
]

function sides({ plainMode, round, timeouts = true }: Contest): Comparison['open'] {
  const given = timeouts ? {} : { commandOptions: { timeout: 0 } }
  return [
    url => connectContestant(createHitlessClient({ url, ...given }), round),
    url => connectContestant(createPlainClient({ url, ...given, maintNotifications: plainMode }), round),
  ]
}

/** Connects a client, with which rounds are done. */
export async function connectContestant(client: BenchClient, round: Contest['round']): Promise<Contestant> {
  client.on('error', () => {})
  await client.connect()
  return { round: commands => round(client, commands), destroy: () => client.destroy() }
}
