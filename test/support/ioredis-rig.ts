import { onTestFinished } from 'vitest'
import {
  type HitlessRedis,
  type HitlessRedisOptions,
  Redis,
} from '../../src/adapters/ioredis/drop-in/hitless-ioredis.js'
import type { SimNode } from '../../src/simulator/index.js'
import { nextEvent } from './rig.js'

type PlainOptions = HitlessRedisOptions & { readonly replyMapping?: 'legacy' }

/** Creates a client of a node, which ends with the test; its hand-offs begin at once. Errors that it emits are kept. */
export function openRedis(node: SimNode, options: HitlessRedisOptions = {}): HitlessRedis {
  const { maintNotifications: asked } = options
  const given = typeof asked === 'string' ? { mode: asked } : asked
  const maintNotifications = { ...given, handoff: { spread: 0, ...given?.handoff } }
  const redis = new Redis<'legacy'>({ ...node.endpoint, ...options, maintNotifications } as PlainOptions)
  onTestFinished(() => {
    redis.disconnect()
    // The second time it does not wait for answers.
    if (redis.maint.status().mode !== 'off') redis.disconnect()
  })
  redis.on('error', () => {})
  return redis
}

/** The same, connected. */
export async function connectRedis(node: SimNode, options: HitlessRedisOptions = {}): Promise<HitlessRedis> {
  const redis = openRedis(node, { ...options, lazyConnect: true })
  await redis.connect()
  return redis
}

/** Moves a client from one node to another. */
export async function moveRedis(redis: HitlessRedis, from: SimNode, to: SimNode): Promise<void> {
  const completed = nextEvent(redis, 'handoff:completed')
  await from.notify({ type: 'moving', graceMs: 5_000, endpoint: to })
  await completed
}
