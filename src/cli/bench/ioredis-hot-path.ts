import { Redis as PlainRedis, type RedisOptions } from 'ioredis'
import { Redis as HitlessRedis } from '../../adapters/ioredis/drop-in/hitless-ioredis.js'
import { type Comparison, type Contestant, IN_FLIGHT, inWaves, oneByOne, THROUGHPUT } from './hot-path.js'

type Round = (client: PlainRedis, commands: number) => Promise<void>

/** What is compared over `ioredis`. */
export const IOREDIS_COMPARISONS: readonly Comparison[] = [
  {
    open: sides(inPipelines),
    share: 2,
    rows: [
      { name: 'hot path: throughput, pipelines', measure: 'throughput', target: THROUGHPUT },
      { name: 'hot path: processor time, pipelines', measure: 'cpu', target: null },
    ],
  },
  {
    open: sides(inWaves, { enableAutoPipelining: true }),
    share: 2,
    rows: [
      { name: 'hot path: throughput, autopipelined', measure: 'throughput', target: THROUGHPUT },
      { name: 'hot path: processor time, autopipelined', measure: 'cpu', target: null },
    ],
  },
  {
    open: sides(inWaves),
    share: 1,
    rows: [
      { name: 'hot path: throughput, many commands in flight', measure: 'throughput', target: THROUGHPUT },
      { name: 'hot path: processor time, many commands in flight', measure: 'cpu', target: null },
    ],
  },
  {
    open: sides(inWaves, { commandTimeout: 5_000 }),
    share: 1,
    rows: [{ name: 'hot path: throughput, command timeouts of both on', measure: 'throughput', target: null }],
  },
  {
    open: sides(oneByOne),
    share: 0.1,
    rows: [{ name: 'hot path: one command at a time', measure: 'latency', target: THROUGHPUT }],
  },
]

function sides(
  round: Round,
  given: Pick<RedisOptions, 'enableAutoPipelining' | 'commandTimeout'> = {},
): Comparison['open'] {
  const options = { ...given, lazyConnect: true }
  return [url => connect(new HitlessRedis(url, options), round), url => connect(new PlainRedis(url, options), round)]
}

async function connect(client: PlainRedis, round: Round): Promise<Contestant> {
  client.on('error', () => {})
  await client.connect()
  return { round: commands => round(client, commands), destroy: () => client.disconnect() }
}

async function inPipelines(client: PlainRedis, commands: number): Promise<void> {
  for (let sent = 0; sent < commands; sent += IN_FLIGHT) {
    const pipeline = client.pipeline()
    for (let index = 0; index < IN_FLIGHT; index += 1) {
      const key = `bench:${index >> 1}`
      if (index % 2 === 0) pipeline.set(key, 'a value of some bytes')
      else pipeline.get(key)
    }
    await pipeline.exec()
  }
}
