import { onTestFinished } from 'vitest'
import { type HitlessRedisOptions, Redis } from '../../src/adapters/ioredis/drop-in/hitless-ioredis.js'
import { createSentinel } from '../../src/adapters/node-redis/index.js'

/** A connected sentinel client of `@redis/client`, which ends with the test. */
export async function connectedSentinel(
  options: Parameters<typeof createSentinel>[0],
): Promise<ReturnType<typeof createSentinel>> {
  const client = createSentinel(options)
  onTestFinished(() => client.destroy())
  client.on('error', () => {})
  await client.connect()
  return client
}

/** A connected client of `ioredis`, which ends with the test. */
export async function connectedRedis(options: HitlessRedisOptions): Promise<Redis> {
  const redis = new Redis({ ...options, lazyConnect: true })
  onTestFinished(() => redis.disconnect())
  redis.on('error', () => {})
  await redis.connect()
  return redis
}
