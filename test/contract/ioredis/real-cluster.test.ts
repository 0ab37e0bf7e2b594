import { expect, it, onTestFinished } from 'vitest'
import { Cluster, type HitlessCluster } from '../../../src/adapters/ioredis/drop-in/hitless-ioredis.js'
import { slotOf } from '../../../src/core/slots/key-slot.js'
import { startRedisCluster } from '../../support/redis-cluster.js'
import { describeWithRedisServer } from '../../support/redis-server.js'

/** Three names in each of so many slots. */
const TAGS = Array.from({ length: 24 }, (_, at) => `tag${at}`)
const KEYS = TAGS.flatMap(tag => ['a', 'b', 'c'].map(name => `{${tag}}${name}`))

/** Where the slots of the second of three primaries begin. */
const FIRST_OF_SECOND = 5_461

/** Counts on all keys in many ways until it is stopped; says what failed, and what the counts should be. */
function count(cluster: HitlessCluster) {
  const failed: unknown[] = []
  const expected = new Map<string, number>()
  let goesOn = true
  const add = (key: string, by: number): unknown => expected.set(key, (expected.get(key) ?? 0) + by)
  const ways = [
    (key: string) => cluster.incr(key),
    (key: string) => cluster.multi().incr(key).get(key).exec(),
    (key: string) =>
      cluster
        .pipeline()
        .incr(key)
        .get(`${key.slice(0, -1)}a`)
        .get(`${key.slice(0, -1)}c`)
        .exec(),
    (key: string) => cluster.eval("return redis.call('incr', KEYS[1])", 1, key),
  ]
  const errorsIn = (answer: unknown): unknown[] =>
    Array.isArray(answer) ? answer.flatMap(([error]: [unknown]) => error ?? []) : []
  const work = async (from: number): Promise<void> => {
    for (let at = from; goesOn; at += 1) {
      const key = KEYS[at % KEYS.length] as string
      const way = ways[at % ways.length] as (key: string) => Promise<unknown>
      try {
        const errors = errorsIn(await way(key))
        if (errors.length === 0) add(key, 1)
        else failed.push(...errors)
      } catch (error) {
        failed.push(error)
      }
    }
  }
  const workers = [0, 7, 14, 21, 28, 35, 42, 49].map(work)
  const stop = async (): Promise<void> => {
    goesOn = false
    await Promise.all(workers)
  }
  return { failed, expected, stop }
}

/** Servers, and a cluster of ioredis before them. */
async function start() {
  const group = await startRedisCluster()
  onTestFinished(() => group.dispose())
  const cluster = new Cluster(
    group.nodes.map(({ host, port }) => ({ host, port })),
    { lazyConnect: true },
  )
  onTestFinished(() => cluster.disconnect())
  cluster.on('error', () => {})
  await cluster.connect()
  return { group, cluster }
}

describeWithRedisServer('A cluster of ioredis before real servers', () => {
  it('serves while slots move without a word, and through a failover that is asked for', async () => {
    const { group, cluster } = await start()
    const { failed, expected, stop } = count(cluster)
    const [a, b] = await group.primaries()
    if (a === undefined || b === undefined) throw new Error('A primary is missing')
    const each = TAGS.map(slotOf).filter(slot => slot < FIRST_OF_SECOND)
    for (const to of [b, a]) await group.moveSlots({ slots: { each }, to, keysAtOnce: 1 })
    const [replica] = await group.replicasOf(a)
    if (replica === undefined) throw new Error('A replica is missing')
    await group.failover(replica)
    await stop()
    expect(failed).toEqual([])
    const counts = await Promise.all(KEYS.map(key => cluster.get(key)))
    expect(counts).toEqual(KEYS.map(key => String(expected.get(key) ?? 0)))
  }, 60_000)

  it('loses nothing that a master acknowledged which hung, lost its slots to its replica, and woke', async () => {
    const { group, cluster } = await start()
    const { failed, expected, stop } = count(cluster)
    const [a] = await group.primaries()
    const [replica] = a === undefined ? [] : await group.replicasOf(a)
    if (a === undefined || replica === undefined) throw new Error('A node is missing')
    await expect.poll(() => expected.size).toBe(KEYS.length)
    a.stop()
    await expect.poll(() => cluster.maint.status().unansweredMs, { timeout: 5_000 }).toBeGreaterThan(600)
    // No client can know of it before another node does.
    await group.failover(replica, 'TAKEOVER')
    a.cont()
    await group.agree()
    await stop()
    for (const error of failed) expect(error).toMatchObject({ code: 'FATE_UNKNOWN' })
    const counts = await Promise.all(KEYS.map(key => cluster.get(key)))
    const lost = KEYS.filter((key, at) => Number(counts[at]) < (expected.get(key) ?? 0))
    expect(lost).toEqual([])
  }, 60_000)
})
