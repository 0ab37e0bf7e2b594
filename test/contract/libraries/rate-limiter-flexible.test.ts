import { RateLimiterRedis } from 'rate-limiter-flexible'
import { describe, expect, it } from 'vitest'
import { CLIENT_LIBRARIES } from '../../support/client-libraries.js'
import { moveDuring, startTwoNodes } from '../../support/moved-during.js'
import { describeWithRedisServer } from '../../support/redis-server.js'

const CALLERS = 8

describe.each(CLIENT_LIBRARIES)('rate-limiter-flexible over $name', library => {
  describeWithRedisServer('with a real server', () => {
    it('counts every point once while its connection moves', async () => {
      const nodes = await startTwoNodes({ kind: 'spawn' })
      const { connection, close } = await library.connect(nodes[0].endpoint)
      const useRedisPackage = !('defineCommand' in connection)
      const limiter = new RateLimiterRedis({
        storeClient: connection,
        useRedisPackage,
        points: 1_000_000,
        duration: 60,
      })
      const counts: number[] = []
      const rounds = await moveDuring(nodes, async () => {
        const results = await Promise.all(Array.from({ length: CALLERS }, () => limiter.consume('caller')))
        counts.push(...results.map(({ consumedPoints }) => consumedPoints))
      })
      expect(counts).toEqual(Array.from({ length: rounds * CALLERS }, (_, at) => at + 1))
      expect(await limiter.get('caller')).toMatchObject({ consumedPoints: rounds * CALLERS })
      await close()
    })
  })
})
