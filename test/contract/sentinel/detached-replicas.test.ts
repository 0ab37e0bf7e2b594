import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { Redis } from '../../../src/adapters/ioredis/drop-in/hitless-ioredis.js'
import { createSentinel } from '../../../src/adapters/node-redis/index.js'
import { type RealNode, startRealNode } from '../../support/redis-cluster-node.js'
import { type RedisSentinels, startRedisSentinels } from '../../support/redis-sentinels.js'
import { describeWithRedisServer } from '../../support/redis-server.js'

/** Real sentinels that are in no hurry, a replica that was detached by hand, and a sentinel that takes that for the primary. */
async function start(): Promise<{
  readonly group: RedisSentinels
  readonly primary: RealNode
  readonly detached: RealNode
  readonly wrong: RealNode
}> {
  const group = await startRedisSentinels({ downAfterMs: 30_000 })
  onTestFinished(() => group.dispose())
  const primary = await group.primary()
  const [detached] = group.servers.filter(server => server !== primary)
  if (detached === undefined) throw new Error('There is no replica')
  await detached.ask('REPLICAOF', 'NO', 'ONE')
  const folder = await mkdtemp(join(tmpdir(), 'redis-hitless-sentinel-'))
  const settings = [`sentinel monitor ${group.name} ${detached.host} ${detached.port} 3`]
  const wrong = await startRealNode({ host: '127.0.0.1', folder, settings, mode: 'sentinel' })
  onTestFinished(async () => {
    await wrong.kill()
    await rm(folder, { recursive: true })
  })
  return { group, primary, detached, wrong }
}

const toPlace = ({ port }: RealNode): { readonly host: string; readonly port: number } => ({ host: '127.0.0.1', port })

describeWithRedisServer('A replica that an operator detached by hand, and that one sentinel names', () => {
  it('gets nothing from a sentinel client, also while the primary is away', async () => {
    const { group, primary, detached, wrong } = await start()
    const client = createSentinel({
      name: group.name,
      sentinelRootNodes: [wrong, ...group.sentinels].map(toPlace),
      nodeClientOptions: { socket: { reconnectStrategy: 10 } },
    })
    onTestFinished(() => client.destroy())
    client.on('error', () => {})
    await client.connect()
    await client.rPush('list', 'before')
    expect(client.getMasterNode()).toMatchObject({ port: primary.port })

    await primary.kill()
    const waits = client.rPush('list', 'while it is away')
    const failed = new Promise(resolve => client.once('client-error', resolve))
    await failed
    await primary.restart()
    // It has no data after its restart.
    expect(await waits).toBe(1)
    expect(client.getMasterNode()).toMatchObject({ port: primary.port })
    expect(await detached.ask('EXISTS', 'list')).toBe(0)
  })

  it('is left by a client of ioredis that was sent there, and which takes no other one along', async () => {
    const { group, primary, detached, wrong } = await start()
    const create = (sentinels: readonly RealNode[]): Redis => {
      const redis = new Redis({ sentinels: sentinels.map(toPlace), name: group.name, lazyConnect: true })
      onTestFinished(() => redis.disconnect())
      redis.on('error', () => {})
      return redis
    }
    const [right, misled] = [create([...group.sentinels, wrong]), create([wrong, ...group.sentinels])]
    await right.connect()
    await right.set('key', 'value')
    await misled.connect()
    await expect.poll(() => misled.stream?.remotePort, { timeout: 5_000 }).toBe(primary.port)
    expect(right.stream?.remotePort).toBe(primary.port)
    expect(await misled.get('key')).toBe('value')
    expect(await detached.ask('DBSIZE')).toBe(0)
  })
})
