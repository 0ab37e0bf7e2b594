import { tmpdir } from 'node:os'
import { expect, it, onTestFinished } from 'vitest'
import { type RealNode, startRealNode } from '../../support/redis-cluster-node.js'
import { type RedisSentinels, startRedisSentinels } from '../../support/redis-sentinels.js'
import { describeWithRedisServer } from '../../support/redis-server.js'
import { connectedRedis, connectedSentinel } from '../../support/sentinel-clients.js'

const seedsOf = ({ sentinels }: RedisSentinels): { host: string; port: number }[] =>
  sentinels.map(({ port }) => ({ host: '127.0.0.1', port }))

async function start(): Promise<{ readonly group: RedisSentinels; readonly primary: RealNode }> {
  const group = await startRedisSentinels({ downAfterMs: 30_000 })
  onTestFinished(() => group.dispose())
  return { group, primary: await group.primary() }
}

/** Starts another sentinel, ends all others once a client listens to it, and then the connections to the primary. */
async function replace({ group, primary }: Awaited<ReturnType<typeof start>>): Promise<void> {
  const settings = [`sentinel monitor ${group.name} ${primary.host} ${primary.port} 2`]
  const added = await startRealNode({ host: '127.0.0.1', folder: tmpdir(), settings, mode: 'sentinel' })
  onTestFinished(() => added.kill())
  // Other sentinels do not subscribe there.
  const listens = async (): Promise<boolean> => / sub=[1-9]/.test(String(await added.ask('CLIENT', 'LIST')))
  // A sentinel asks its primary for the others, and says that it is there, every two seconds; clients hear of it.
  await expect.poll(listens, { timeout: 20_000 }).toBe(true)
  for (const sentinel of group.sentinels) await sentinel.kill()
  await primary.ask('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
}

describeWithRedisServer('Sentinels that were replaced by another one, whom no options name', () => {
  it('lead a sentinel client back to its primary', async () => {
    const started = await start()
    const { group } = started
    const client = await connectedSentinel({ name: group.name, sentinelRootNodes: seedsOf(group) })
    await replace(started)
    expect(await client.incr('key').catch(() => client.incr('key'))).toBe(1)
  })

  it('lead a client of ioredis back to its primary', async () => {
    const started = await start()
    const { group } = started
    const redis = await connectedRedis({ name: group.name, sentinels: seedsOf(group) })
    await replace(started)
    expect(await redis.incr('key')).toBe(1)
  })

  it('are not asked by a client of ioredis that does not want to know of others', async () => {
    const started = await start()
    const { group } = started
    const asks = { updateSentinels: false, sentinelRetryStrategy: null, retryStrategy: null }
    const redis = await connectedRedis({ name: group.name, sentinels: seedsOf(group), ...asks } as never)
    const ended = new Promise(resolve => redis.once('end', resolve))
    await replace(started)
    await ended
    expect(redis.status).toBe('end')
  })
})
