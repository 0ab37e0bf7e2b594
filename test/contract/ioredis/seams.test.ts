import { readFileSync } from 'node:fs'
import * as ioredis from 'ioredis'
import * as ioredis5 from 'ioredis-5'
import { expect, it, onTestFinished } from 'vitest'
import { IOREDIS_CLUSTER_SEAMS } from '../../../src/adapters/ioredis/cluster/ioredis-cluster-seams.js'
import {
  createIoredisAdapter,
  SUPPORTED_IOREDIS_VERSIONS,
} from '../../../src/adapters/ioredis/drop-in/hitless-ioredis.js'
import { IOREDIS_SEAMS } from '../../../src/adapters/ioredis/ioredis-seams.js'
import { describeBackends } from '../../support/backends.js'

it('a host that lacks something is refused, and what it lacks is named', () => {
  class Silent extends ioredis.Redis {
    override silentEmit(): boolean {
      return false
    }
  }
  const refused = (module: object): unknown => {
    try {
      return createIoredisAdapter(module)
    } catch (error) {
      return error
    }
  }
  const supported = SUPPORTED_IOREDIS_VERSIONS
  expect(refused({})).toMatchObject({ code: 'HOST_UNSUPPORTED', facts: { missing: ['Redis'], supported } })
  const facts = { missing: ['ReplyError', 'silentEmit'], supported }
  expect(refused({ ...ioredis, Redis: Silent, ReplyError: undefined })).toMatchObject({
    code: 'HOST_UNSUPPORTED',
    facts,
  })
})

it('each seam has a name of its own, and is written down', () => {
  const seams = [...IOREDIS_SEAMS, ...IOREDIS_CLUSTER_SEAMS]
  const names = seams.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  const spec = readFileSync(new URL('../../../spec/ioredis.md', import.meta.url), 'utf8')
  expect(seams.filter(({ name, purpose }) => !spec.includes(`| \`${name}\` | ${purpose} |`))).toEqual([])
})

describeBackends('ioredis 5', backend => {
  const { Redis } = createIoredisAdapter(ioredis5)

  it('has everything that needs no announcement, and its status says why there is none', async () => {
    const { node } = await backend.simulate()
    const redis = new Redis({ ...node.endpoint, lazyConnect: true, retryStrategy: () => 1 })
    onTestFinished(() => redis.disconnect())
    redis.on('error', () => {})
    await redis.connect()
    expect(redis).toBeInstanceOf(ioredis5.Redis)
    expect(await redis.multi().set('key', 'value').get('key').exec()).toEqual([
      [null, 'OK'],
      [null, 'value'],
    ])
    const heard: string[] = []
    const subscriber = redis.duplicate()
    onTestFinished(() => subscriber.disconnect())
    subscriber.on('error', () => {})
    subscriber.on('message', (_, message) => heard.push(message))
    expect(await subscriber.subscribe('news')).toBe(1)
    await redis.publish('news', 'one')
    await expect.poll(() => heard).toEqual(['one'])
    node.closeConnections()
    expect(await redis.get('key')).toBe('value')
    await expect.poll(() => node.connections().length).toBe(2)
    await expect.poll(async () => redis.publish('news', 'two')).toBe(1)
    await expect.poll(() => heard).toEqual(['one', 'two'])
    const reason = 'RESP2 has no push notifications; ioredis 6 speaks RESP3 with protocol: 3'
    expect(redis.maint.status()).toMatchObject({ capability: { state: 'off', reason }, ready: true })
  })
})
