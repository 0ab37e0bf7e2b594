import { expect, it, onTestFinished } from 'vitest'
import { Redis } from '../../../src/adapters/ioredis/drop-in/hitless-ioredis.js'
import { createSentinel } from '../../../src/adapters/node-redis/index.js'
import { type RedisSentinels, startRedisSentinels } from '../../support/redis-sentinels.js'
import { describeWithRedisServer } from '../../support/redis-server.js'
import { connectedRedis, connectedSentinel } from '../../support/sentinel-clients.js'

const USER = { username: 'watcher', password: 'sesame' } as const

/** Real sentinels that know a user. */
async function start(): Promise<RedisSentinels> {
  const group = await startRedisSentinels()
  onTestFinished(() => group.dispose())
  for (const sentinel of group.sentinels)
    await sentinel.ask('ACL', 'SETUSER', USER.username, 'on', `>${USER.password}`, '~*', '&*', '+@all')
  return group
}

/** From now on nobody else is let in. */
async function guard(group: RedisSentinels): Promise<void> {
  for (const sentinel of group.sentinels) await sentinel.ask('ACL', 'SETUSER', 'default', 'resetpass', '>other')
}

const seedsOf = ({ sentinels }: RedisSentinels): { host: string; port: number }[] =>
  sentinels.map(({ port }) => ({ host: '127.0.0.1', port }))

/** The options of a client that is let in. */
const ours = (group: RedisSentinels) => ({
  name: group.name,
  sentinelRootNodes: seedsOf(group),
  sentinelClientOptions: USER,
})

/** The same over `ioredis`. */
const forIoredis = (group: RedisSentinels) => ({
  name: group.name,
  sentinels: seedsOf(group),
  sentinelUsername: USER.username,
  sentinelPassword: USER.password,
})

describeWithRedisServer('Sentinels that ask for a user and a password', () => {
  it('lead a sentinel client through a failover', async () => {
    const group = await start()
    await guard(group)
    const client = await connectedSentinel(ours(group))
    await client.set('key', 'value')
    const next = await group.failover()
    await expect.poll(() => client.getMasterNode()?.port).toBe(next.port)
    expect(await client.set('key', 'again')).toBe('OK')
  })

  it('lead a client of ioredis through a failover', async () => {
    const group = await start()
    await guard(group)
    const redis = await connectedRedis(forIoredis(group))
    const next = await group.failover()
    await expect.poll(() => redis.stream?.remotePort).toBe(next.port)
    expect(await redis.set('key', 'again')).toBe('OK')
  })

  it('are told to be refused, with what they answered, where the password is wrong', async () => {
    const group = await start()
    await guard(group)
    const wrong = { sentinelClientOptions: { ...USER, password: 'wrong' }, maxCommandRediscovers: 0 }
    const client = createSentinel({ ...ours(group), ...wrong })
    client.on('error', () => {})
    const error: unknown = await client.connect().catch((cause: unknown) => cause)
    expect(error).toMatchObject({
      code: 'PRIMARY_UNKNOWN',
      cause: expect.objectContaining({ message: expect.stringContaining('WRONGPASS') }),
    })
  })

  it('are left out where one of them refuses: the others lead', async () => {
    const group = await start()
    const [refusing] = group.sentinels
    await refusing?.ask('ACL', 'SETUSER', USER.username, 'off')
    const client = await connectedSentinel(ours(group))
    await client.set('key', 'value')
    const next = await group.failover()
    await expect.poll(() => client.getMasterNode()?.port).toBe(next.port)
  })

  it('lead clients also where they may not listen, after a failover as well', async () => {
    const group = await start()
    for (const sentinel of group.sentinels) await sentinel.ask('ACL', 'SETUSER', USER.username, '-@pubsub')
    const client = await connectedSentinel(ours(group))
    expect(await client.set('key', 'value')).toBe('OK')
    const next = await group.failover()
    const primaryOfWrite = (): Promise<number | undefined> =>
      client.set('key', 'again').then(
        () => client.getMasterNode()?.port,
        () => undefined,
      )
    await expect.poll(primaryOfWrite).toBe(next.port)
  })

  it('are told to be refused by a client of ioredis, where the password is wrong', async () => {
    const group = await start()
    await guard(group)
    const redis = new Redis({
      ...forIoredis(group),
      sentinelPassword: 'wrong',
      sentinelRetryStrategy: () => null,
      retryStrategy: () => null,
      lazyConnect: true,
    })
    redis.on('error', () => {})
    await expect(redis.connect()).rejects.toThrow(/All sentinels are unreachable.*WRONGPASS/)
  })

  it('are left out by a client of ioredis where one of them refuses: the others lead', async () => {
    const group = await start()
    const [refusing] = group.sentinels
    await refusing?.ask('ACL', 'SETUSER', USER.username, 'off')
    const redis = await connectedRedis(forIoredis(group))
    const next = await group.failover()
    await expect.poll(() => redis.stream?.remotePort).toBe(next.port)
    expect(await redis.set('key', 'again')).toBe('OK')
  })
})
