import { expect, it, onTestFinished } from 'vitest'
import { startRedisSentinels } from '../../support/redis-sentinels.js'
import { describeWithRedisServer } from '../../support/redis-server.js'

const LIMIT_MS = 60_000

describeWithRedisServer('Real sentinels', () => {
  it(
    'fail over when asked and when the primary is killed, and have everybody follow',
    async () => {
      const group = await startRedisSentinels()
      onTestFinished(() => group.dispose())
      const first = await group.primary()
      await first.ask('SET', 'key', 'value')
      await first.ask('WAIT', '2', '10000')

      const second = await group.failover()
      expect(second).not.toBe(first)
      expect(await second.ask('GET', 'key')).toBe('value')

      await second.kill()
      const third = await group.promoted(second)
      expect(third).not.toBe(second)
      expect(await third.ask('GET', 'key')).toBe('value')
    },
    LIMIT_MS,
  )
})
