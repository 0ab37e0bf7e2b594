import { expect, it, onTestFinished } from 'vitest'
import { createSelfSigned } from '../../../src/simulator/tls/self-signed.js'
import type { RealNode } from '../../support/redis-cluster-node.js'
import { startRedisSentinels } from '../../support/redis-sentinels.js'
import { describeWithRedisServer } from '../../support/redis-server.js'
import { connectedRedis, connectedSentinel } from '../../support/sentinel-clients.js'
import { createTlsFront, type TlsFront } from '../../support/tls-front.js'

/** Real servers and sentinels, each behind a front that speaks TLS on a port that only the map of addresses knows. */
async function start() {
  const group = await startRedisSentinels()
  onTestFinished(() => group.dispose())
  const identity = await createSelfSigned(['127.0.0.1'])
  const fronts = new Map<RealNode, TlsFront>()
  for (const node of [...group.sentinels, ...group.servers]) {
    const front = await createTlsFront(identity, node)
    onTestFinished(() => front.dispose())
    fronts.set(node, front)
  }
  const frontOf = (node: RealNode): TlsFront => {
    const front = fronts.get(node)
    if (front === undefined) throw new Error(`Port ${node.port} has no front`)
    return front
  }
  const map = Object.fromEntries(
    [...fronts].map(([node, { host, port }]) => [`${node.host}:${node.port}`, { host, port }]),
  )
  const [seed] = group.sentinels
  if (seed === undefined) throw new Error('There is no sentinel')
  const { host, port } = frontOf(seed)
  const isEveryoneHeard = (): boolean => group.sentinels.every(sentinel => frontOf(sentinel).accepted > 0)
  return { group, seed, seeds: [{ host, port }], map, ca: identity.cert, frontOf, isEveryoneHeard }
}

describeWithRedisServer('Sentinels and servers that speak TLS at mapped addresses', () => {
  it.each(['an object', 'a function'])(
    'lead a sentinel client through a failover when the only one is gone that the options name: %s',
    async kind => {
      const { group, seed, seeds, map, ca, frontOf, isEveryoneHeard } = await start()
      const client = await connectedSentinel({
        name: group.name,
        sentinelRootNodes: seeds,
        sentinelClientOptions: { socket: { tls: true, ca } },
        nodeClientOptions: { socket: { tls: true, ca } },
        nodeAddressMap: kind === 'an object' ? map : address => map[address],
      })
      await expect.poll(isEveryoneHeard).toBe(true)

      await frontOf(seed).dispose()
      const next = await group.failover()
      await expect.poll(() => client.getMasterNode()?.port).toBe(frontOf(next).port)
      expect(await client.set('key', 'value')).toBe('OK')
      expect(await next.ask('GET', 'key')).toBe('value')
    },
  )

  it('lead a client of ioredis through a failover when the only one is gone that the options name', async () => {
    const { group, seed, seeds, map, ca, frontOf, isEveryoneHeard } = await start()
    const redis = await connectedRedis({
      name: group.name,
      sentinels: seeds,
      sentinelTLS: { ca },
      enableTLSForSentinelMode: true,
      tls: { ca },
      natMap: map,
    })
    await expect.poll(isEveryoneHeard).toBe(true)

    await frontOf(seed).dispose()
    const next = await group.failover()
    await expect.poll(() => redis.stream?.remotePort).toBe(frontOf(next).port)
    expect(await redis.set('key', 'value')).toBe('OK')
    expect(await next.ask('GET', 'key')).toBe('value')
  })
})
