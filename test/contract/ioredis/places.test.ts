import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { Redis } from '../../../src/adapters/ioredis/drop-in/hitless-ioredis.js'
import type { SimNode } from '../../../src/simulator/index.js'
import { describeBackends } from '../../support/backends.js'
import { connectRedis, moveRedis, openRedis } from '../../support/ioredis-rig.js'
import { bulk, startScripted } from '../../support/scripted-server.js'

describeBackends('a client of ioredis', backend => {
  it('moves under TLS to an address whose certificate has the configured name', async () => {
    const nodes = [{ tls: { names: ['redis.example'] } }, { host: '127.0.0.2', tls: { names: ['redis.example'] } }]
    const [a, b] = (await backend.simulate({ nodes })).nodes as [SimNode, SimNode]
    const lookup = (_: string, __: object, done: (...answer: unknown[]) => void): void =>
      done(null, [{ address: '127.0.0.1', family: 4 }])
    const ca = [a.certificate, b.certificate] as string[]
    const redis = await connectRedis(a, { host: 'redis.example', tls: { ca, lookup: lookup as never } })
    expect(await redis.set('key', 'value')).toBe('OK')
    await moveRedis(redis, a, b)
    expect(await redis.get('key')).toBe('value')
    await expect.poll(() => [a, b].map(node => node.connections().length)).toEqual([0, 1])
  })

  it('ends at once where its family does not exist, as the host', async () => {
    const { node } = await backend.simulate()
    const redis = openRedis(node, { host: 'localhost', family: 7, hitless: { addresses: false } })
    const ended = new Promise(resolve => redis.once('end', resolve))
    expect(await redis.get('key').catch((error: unknown) => error)).toHaveProperty('code', 'ERR_INVALID_ARG_VALUE')
    await ended
  })

  it.each([{ connectTimeout: '500' }, { connectTimeout: -1 }, { host: 123 }])('is refused with %j', where => {
    const invalid = expect.objectContaining({ code: 'OPTIONS_INVALID' })
    expect(() => new Redis({ ...(where as object), lazyConnect: true })).toThrow(invalid)
  })

  it('connects through a unix socket, and its status says why it is not announced anything there', async () => {
    const { node } = await backend.simulate()
    const path = join(tmpdir(), `hitless-ioredis-${process.pid}.sock`)
    const server = createServer(socket => {
      const upstream = connect(node.endpoint)
      for (const end of [socket, upstream])
        end.on('error', () => {}).on('close', () => [socket, upstream].map(it => it.destroy()))
      socket.pipe(upstream).pipe(socket)
    }).listen(path)
    onTestFinished(() => void server.close())
    const redis = await connectRedis(node, { path })
    expect(await redis.set('key', 'value')).toBe('OK')
    const reason = 'A unix socket leads to one process on this machine'
    expect(redis.maint.status()).toMatchObject({ capability: { state: 'off', reason }, ready: true })
  })

  it('asks sentinels where the primary is, at first and when its connection breaks', async () => {
    const [a, b] = (await backend.simulate({ nodes: 2 })).nodes as [SimNode, SimNode]
    let primary = a
    const sentinel = await startScripted({
      answer: ([name, word]) => {
        if (name !== 'sentinel') return '+OK\r\n'
        const { host, port } = primary.endpoint
        return word === 'get-master-addr-by-name' ? `*2\r\n${bulk(host)}${bulk(`${port}`)}` : '*0\r\n'
      },
    })
    const options = { sentinels: [sentinel.endpoint], name: 'main', protocol: 2 as const, retryStrategy: () => 1 }
    const redis = new Redis({ ...options, lazyConnect: true })
    onTestFinished(() => redis.disconnect())
    redis.on('error', () => {})
    await redis.connect()
    await redis.set('key', 'value')
    expect(redis.maint.status().capability).toEqual({ state: 'off', reason: 'Sentinel tells where the primary is' })
    primary = b
    a.refuse()
    a.reset()
    expect(await redis.get('key')).toBe('value')
    expect(b.connections()).toHaveLength(1)
  })

  /** A sentinel that answers who the primary is, and tells when it was asked. */
  const startSentinel = (answer: string, onAsked: () => void) =>
    startScripted({
      answer: ([name, word]) => {
        if (name !== 'sentinel') return '+OK\r\n'
        if (word !== 'get-master-addr-by-name') return '*0\r\n'
        onAsked()
        return answer
      },
    })

  it('ends with what sentinels say where the host is not to ask them again', async () => {
    const { endpoint } = await startSentinel('-ERR unknown\r\n', () => {})
    const redis = new Redis({
      sentinels: [endpoint],
      name: 'main',
      lazyConnect: true,
      sentinelRetryStrategy: () => null,
    })
    redis.on('error', () => {})
    const unreachable = 'All sentinels are unreachable and retry is disabled. Last error: ERR unknown'
    await expect(redis.connect()).rejects.toThrow(unreachable)
    await expect.poll(() => redis.status).toBe('end')
  })

  it('asks the next sentinel where the server of the first has another role', async () => {
    const [a, b] = (await backend.simulate({ nodes: 2 })).nodes as [SimNode, SimNode]
    a.intercept(([name]) => (name === 'info' ? bulk('role:slave\r\n') : undefined))
    const asked: string[] = []
    const [first, second] = await Promise.all(
      [a, b].map(({ endpoint: { host, port } }, index) =>
        startSentinel(`*2\r\n${bulk(host)}${bulk(`${port}`)}`, () => asked.push('ab'[index] as string)),
      ),
    )
    const sentinels = [first?.endpoint, second?.endpoint] as object[]
    const redis = new Redis({ sentinels, name: 'main', retryStrategy: () => 1 })
    onTestFinished(() => redis.disconnect())
    redis.on('error', () => {})
    expect(await redis.set('key', 'value')).toBe('OK')
    expect(asked).toEqual(['a', 'b'])
    expect(b.connections()).toHaveLength(1)
  })

  it('speaks RESP2 where that is asked for: then a subscriber takes no other commands, as with the host', async () => {
    const { node } = await backend.simulate()
    const redis = await connectRedis(node, { protocol: 2, retryStrategy: () => 1 })
    const heard: unknown[] = []
    redis.on('pmessage', (...message) => heard.push(message))
    expect(await redis.psubscribe('n?ws')).toBe(1)
    await expect(redis.get('key')).rejects.toThrow('Connection in subscriber mode')
    expect(redis.mode).toBe('subscriber')
    const publisher = await connectRedis(node)
    await publisher.publish('news', 'one')
    await expect.poll(() => heard).toEqual([['n?ws', 'news', 'one']])
    node.closeConnections()
    await expect.poll(() => publisher.publish('news', 'two')).toBe(1)
    await expect.poll(() => heard.length).toBe(2)
    expect(redis.maint.status().capability).toMatchObject({ state: 'off', reason: /^RESP2/ })
  })

  it.each([
    { protocol: 2 },
    { path: '/tmp/redis.sock' },
    { sentinels: [{ host: '127.0.0.1', port: 1 }], name: 'main' },
  ] as const)('refuses at once to demand notifications with %o', async options => {
    const { node } = await backend.simulate()
    const making = (): unknown =>
      openRedis(node, { ...options, lazyConnect: true, maintNotifications: 'enabled' } as never)
    expect(making).toThrow(expect.objectContaining({ code: 'MAINT_UNSUPPORTED' }))
  })

  it.each([{ hitless: false }, { maintNotifications: 'disabled' }] as const)(
    'is the plain client with %o, and its status says so',
    async options => {
      const { node } = await backend.simulate()
      const redis = new Redis({ ...node.endpoint, ...options, lazyConnect: true })
      onTestFinished(() => redis.disconnect())
      redis.on('error', () => {})
      await redis.connect()
      expect(redis.stream).toBeDefined()
      expect(redis.condition).toMatchObject({ protocol: 3 })
      expect(await redis.set('key', 'value')).toBe('OK')
      expect(redis.maint.status()).toMatchObject({ mode: 'off', ready: true })
      expect(node.connections().map(({ optedIn }) => optedIn)).toEqual([false])
      const copy = redis.duplicate({ hitless: undefined, maintNotifications: undefined } as never)
      onTestFinished(() => copy.disconnect())
      copy.on('error', () => {})
      await copy.get('key')
      expect(copy.maint.status()).toMatchObject({ mode: 'auto', ready: true })
    },
  )
})
