import { expect, it, onTestFinished } from 'vitest'
import { Cluster } from '../../../src/adapters/ioredis/drop-in/hitless-ioredis.js'
import { startRedisCluster } from '../../support/redis-cluster.js'
import { describeWithRedisServer } from '../../support/redis-server.js'

describeWithRedisServer('A cluster of ioredis whose nodes all go away', () => {
  it('hears its channels and patterns again once they are back', async () => {
    const nodes = await startRedisCluster({ replicas: 0 })
    onTestFinished(() => nodes.dispose())
    const places = nodes.nodes.map(({ port }) => ({ host: '127.0.0.1', port }))
    const cluster = new Cluster(places, { lazyConnect: true })
    onTestFinished(() => cluster.disconnect())
    cluster.on('error', () => {})
    await cluster.connect()
    const heard = new Set<string>()
    cluster.on('message', (channel: string) => heard.add(channel))
    cluster.on('pmessage', (pattern: string) => heard.add(pattern))
    await cluster.subscribe('news', 'weather')
    await cluster.psubscribe('n*')

    const away = new Promise(resolve => cluster.once('node error', resolve))
    await Promise.all(nodes.nodes.map(node => node.kill()))
    await away
    await Promise.all(nodes.nodes.map(node => node.restart()))
    await nodes.agree()
    const publish = async (): Promise<readonly string[]> => {
      for (const channel of ['news', 'weather']) await nodes.nodes[0]?.ask('PUBLISH', channel, 'message')
      return [...heard].sort()
    }
    await expect.poll(publish, { timeout: 20_000 }).toEqual(['n*', 'news', 'weather'])
  })
})
