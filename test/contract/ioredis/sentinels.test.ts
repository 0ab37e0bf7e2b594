import { expect, it, onTestFinished } from 'vitest'
import { Redis } from '../../../src/adapters/ioredis/drop-in/hitless-ioredis.js'
import { startRedisSentinels } from '../../support/redis-sentinels.js'
import { describeWithRedisServer } from '../../support/redis-server.js'

const WORKERS = 8

describeWithRedisServer('A client of ioredis before real sentinels', () => {
  it('is handed off in a failover that is asked for: no command fails, and none is executed twice', async () => {
    const group = await startRedisSentinels()
    onTestFinished(() => group.dispose())
    const sentinels = group.sentinels.map(({ port }) => ({ host: '127.0.0.1', port }))
    const [redis, subscriber] = [1, 2].map(() => new Redis({ sentinels, name: group.name, lazyConnect: true }))
    if (redis === undefined || subscriber === undefined) throw new Error('A client is missing')
    const statuses: string[] = []
    for (const each of [redis, subscriber]) {
      onTestFinished(() => each.disconnect())
      each.on('error', () => {})
      await each.connect()
      for (const status of ['close', 'reconnecting']) each.on(status, () => statuses.push(status))
    }
    const heard = new Set<string>()
    subscriber.on('message', (_, message) => heard.add(message))
    await subscriber.subscribe('news')

    let goesOn = true
    let sent = 0
    const failed: unknown[] = []
    const work = async (): Promise<void> => {
      while (goesOn) {
        sent += 1
        const number = String(sent)
        await Promise.all([redis.rpush('list', number), redis.publish('news', number)]).catch(error =>
          failed.push(error),
        )
      }
    }
    const workers = Array.from({ length: WORKERS }, work)
    const primary = await group.failover()
    await group.agree()
    goesOn = false
    await Promise.all(workers)

    expect(failed).toEqual([])
    expect(statuses).toEqual([])
    // What the old primary acknowledges after the promotion is lost, with every client: it replicates to nobody.
    const list = await redis.lrange('list', 0, -1)
    expect(list).toHaveLength(new Set(list).size)
    expect(redis.stream?.remotePort).toBe(primary.port)
    await redis.publish('news', 'last')
    await expect.poll(() => heard.has('last')).toBe(true)
  })
})
