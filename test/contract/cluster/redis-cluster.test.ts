import { expect, it, onTestFinished } from 'vitest'
import { startRedisCluster } from '../../support/redis-cluster.js'
import { describeWithRedisServer } from '../../support/redis-server.js'

const LIMIT_MS = 60_000

describeWithRedisServer('A real cluster', () => {
  it(
    'moves slots with their keys, takes nodes in and out, and changes roles, until all nodes agree',
    async () => {
      const cluster = await startRedisCluster()
      onTestFinished(() => cluster.dispose())
      const [a, b] = await cluster.primaries()
      if (a === undefined || b === undefined) throw new Error('A primary is missing')
      const [replica] = await cluster.replicasOf(b)
      if (replica === undefined) throw new Error('A replica is missing')

      // `hello` is in slot 866.
      await a.ask('SET', 'hello', 'world')
      const halfWay: unknown[] = []
      await cluster.moveSlots({
        slots: [860, 870],
        to: b,
        onMigrating: async slot => {
          if (slot === 866) halfWay.push(await a.ask('GET', 'hello'))
        },
      })
      expect(halfWay).toEqual(['world'])
      expect(await b.ask('GET', 'hello')).toBe('world')

      await cluster.failover(replica)
      expect(await replica.ask('GET', 'hello')).toBe('world')

      const added = await cluster.addNode()
      await cluster.moveSlots({ slots: { each: [866] }, to: added })
      expect(await added.ask('GET', 'hello')).toBe('world')
      await cluster.moveSlots({ slots: [860, 870], to: a })
      await cluster.removeNode(added)
      expect(cluster.nodes).toHaveLength(6)

      await replica.kill()
      expect(await cluster.promoted(replica)).toBe(b)
      await replica.restart()
      await cluster.agree()
      expect(await cluster.replicasOf(b)).toEqual([replica])
    },
    LIMIT_MS,
  )
})
