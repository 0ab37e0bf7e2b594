import { expect, it, onTestFinished } from 'vitest'
import { type RedisSentinels, startRedisSentinels } from '../../support/redis-sentinels.js'
import { describeWithRedisServer } from '../../support/redis-server.js'
import { connectedRedis, connectedSentinel } from '../../support/sentinel-clients.js'

/** Real sentinels that name all nodes as they name themselves, by a name. */
async function start(): Promise<RedisSentinels> {
  const group = await startRedisSentinels({ announced: 'localhost' })
  onTestFinished(() => group.dispose())
  return group
}

/** The sentinel of the options: the others are known by what it says. */
const seedsOf = ({ sentinels }: RedisSentinels): { host: string; port: number }[] =>
  sentinels.slice(0, 1).map(({ port }) => ({ host: 'localhost', port }))

describeWithRedisServer('Sentinels that name nodes by their host names', () => {
  it('lead a sentinel client through a failover', async () => {
    const group = await start()
    const client = await connectedSentinel({ name: group.name, sentinelRootNodes: seedsOf(group) })
    const before = await group.primary()
    expect(client.getMasterNode()).toMatchObject({ host: 'localhost', port: before.port })
    const next = await group.failover()
    await expect.poll(() => client.getMasterNode()).toMatchObject({ host: 'localhost', port: next.port })
    expect(await client.set('key', 'again')).toBe('OK')
    expect(await next.ask('GET', 'key')).toBe('again')
  })

  it('lead a client of ioredis through a failover', async () => {
    const group = await start()
    const redis = await connectedRedis({ name: group.name, sentinels: seedsOf(group) })
    const next = await group.failover()
    await expect.poll(() => redis.stream?.remotePort).toBe(next.port)
    expect(await redis.set('key', 'again')).toBe('OK')
    expect(await next.ask('GET', 'key')).toBe('again')
  })
})
