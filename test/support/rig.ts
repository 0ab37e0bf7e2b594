import { onTestFinished } from 'vitest'
import {
  createClient,
  createClientPool,
  type HitlessClient,
  type HitlessClientOptions,
  type HitlessClientPool,
} from '../../src/adapters/node-redis/index.js'
import type { MaintEventName, MaintEvents } from '../../src/core/events/maint-events.js'
import type { SimNode } from '../../src/simulator/index.js'

/** Creates a client, not yet connected, that is destroyed after the test. */
export function openClient(options: HitlessClientOptions): HitlessClient {
  const client: HitlessClient = createClient(options as never)
  onTestFinished(() => client.destroy())
  return client
}

/** The host's options of a pool. */
type PoolOptions = Parameters<typeof createClientPool>[1]

/** Creates a pool, not yet connected, that is destroyed after the test. Errors that it emits are kept, not thrown. */
export function openPool(options: HitlessClientOptions, poolOptions: PoolOptions): HitlessClientPool {
  const pool: HitlessClientPool = createClientPool(options, poolOptions)
  onTestFinished(() => pool.destroy())
  pool.on('error', () => {})
  return pool
}

/** Connects a client to a node; its hand-offs begin at once. Errors that it emits are kept, not thrown. */
export async function connectClient(node: SimNode, options: HitlessClientOptions = {}): Promise<HitlessClient> {
  const { maintNotifications: asked } = options
  const given = typeof asked === 'string' ? { mode: asked } : asked
  const maintNotifications = { ...given, handoff: { spread: 0, ...given?.handoff } }
  const client = openClient({ url: node.url, ...options, maintNotifications })
  client.on('error', () => {})
  return client.connect()
}

/** Resolves with the payload of the next hook event of a name. */
export function nextEvent<K extends MaintEventName>(
  client: { readonly maint: Pick<HitlessClient['maint'], 'on'> },
  name: K,
): Promise<MaintEvents[K]> {
  return new Promise(resolve => {
    const off = client.maint.on(name, payload => {
      off()
      resolve(payload)
    })
  })
}

/** Notes the host's lifecycle events in order. */
export function noteEvents(client: HitlessClient): string[] {
  const noted: string[] = []
  for (const name of ['connect', 'ready', 'error', 'reconnecting', 'end', 'terminated']) {
    client.on(name, () => noted.push(name))
  }
  return noted
}

/** Notes the names of all hook events in order. */
export function noteHooks(client: Pick<HitlessClient, 'maint'>): string[] {
  const noted: string[] = []
  client.maint.onAny(({ name }) => noted.push(name))
  return noted
}

/** What a load found. */
export interface LoadReport {
  readonly acknowledged: number
  /** What commands failed with. */
  readonly failures: readonly unknown[]
  /** Reads that did not give what was written before. */
  readonly stale: number
}

/** Keeps commands in flight, until the test is over at the latest: each worker writes its own key, reads it back and counts a common one up. */
export function startLoad(client: HitlessClient, concurrency = 32): { stop(): Promise<LoadReport> } {
  let running = true
  let acknowledged = 0
  let stale = 0
  const failures: unknown[] = []
  const work = async (worker: number): Promise<void> => {
    for (let round = 0; running; round++) {
      try {
        const [, read] = await Promise.all([
          client.set(`load:${worker}`, String(round)),
          client.get(`load:${worker}`),
          client.incr('load:count').then(() => {
            acknowledged += 1
          }),
        ])
        if (read !== String(round)) stale += 1
      } catch (error) {
        failures.push(error)
        // A client that fails at once would otherwise keep the process to itself.
        await new Promise<void>(resolve => {
          setImmediate(resolve)
        })
      }
    }
  }
  const workers = Array.from({ length: concurrency }, (_, worker) => work(worker))
  onTestFinished(() => {
    running = false
  })
  return {
    async stop() {
      running = false
      await Promise.all(workers)
      return { acknowledged, failures, stale }
    },
  }
}
