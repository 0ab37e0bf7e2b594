import { expect, it } from 'vitest'
import { describeBackends } from '../../support/backends.js'
import { connectRedis, openRedis } from '../../support/ioredis-rig.js'

describeBackends('a client of ioredis that ends', backend => {
  const start = async () => {
    const { node } = await backend.simulate({ record: true })
    return node
  }

  it('is answered what it sent before quit, also where it is disconnected at once', async () => {
    const redis = await connectRedis(await start())
    const answers = Promise.all([redis.incr('n'), redis.quit(), redis.incr('n').catch(String)])
    redis.disconnect()
    expect(await answers).toEqual([1, 'OK', 'Error: Connection is closed.'])
    expect(redis.status).toBe('end')
  })

  it('is answered what it sent before it is told to connect again: nothing of it is executed twice', async () => {
    const redis = await connectRedis(await start(), { retryStrategy: () => 1 })
    const told: string[] = []
    for (const status of ['close', 'ready']) redis.on(status, () => told.push(status))
    const before = [redis.incr('n'), redis.pipeline().incr('n').exec()]
    redis.disconnect(true)
    const after = redis.incr('n').then(answer => [...told, answer])
    expect(await Promise.all([...before, after])).toEqual([1, [[null, 2]], ['close', 'ready', 3]])
  })

  it('is answered what it sent beside a command for whose answer it is to connect again, each once', async () => {
    let asked = 0
    const reconnectOnError = () => [2, false, 1][asked++] as 1 | 2 | false
    const redis = await connectRedis(await start(), { retryStrategy: () => 1, reconnectOnError })
    await redis.set('text', 'value')
    const wrong = redis.lpush('text', 'item').catch(String)
    expect(await Promise.all([wrong, redis.incr('n'), redis.incr('n')])).toEqual([
      expect.stringContaining('WRONGTYPE'),
      1,
      2,
    ])
    const again = redis.lpush('text', 'item').catch(String)
    expect(await Promise.all([again, redis.incr('n')])).toEqual([expect.stringContaining('WRONGTYPE'), 3])
    expect(asked).toBe(3)
  })

  it('waits no longer for the answer to quit than disconnect does', async () => {
    const node = await start()
    const redis = await connectRedis(node, { disconnectTimeout: 1 })
    node.silent()
    const failed = Promise.all([redis.get('key').catch(String), redis.quit().catch(String)])
    redis.disconnect()
    expect(await failed).toEqual(['Error: Connection is closed.', 'Error: Connection is closed.'])
  })

  it('is answered what waits for its first connection before it quits, and is told that it connected', async () => {
    const redis = openRedis(await start(), { lazyConnect: true })
    const told: string[] = []
    for (const event of ['ready', 'end']) redis.on(event, () => told.push(event))
    const connected = redis.connect()
    expect(await Promise.all([redis.incr('n'), redis.quit()])).toEqual([1, 'OK'])
    await connected
    await expect.poll(() => told).toEqual(['ready', 'end'])
  })

  it('does not quit where what waits before that is not answered', async () => {
    const node = await start()
    node.refuse()
    const redis = openRedis(node, { retryStrategy: () => 1, maxRetriesPerRequest: 2 })
    const failed = Promise.all([redis.incr('n').catch(String), redis.quit().catch(String)])
    expect(await failed).toEqual([expect.stringContaining('max retries'), expect.stringContaining('max retries')])
    await node.accept()
    await expect.poll(() => redis.status).toBe('ready')
  })

  it('connects as soon as it has ended', async () => {
    const redis = await connectRedis(await start())
    await redis.quit()
    await redis.connect()
    expect(await redis.incr('n')).toBe(1)
  })

  it('says that the connection is closed to what waits where its strategy gives up', async () => {
    const node = await start()
    node.refuse()
    const redis = openRedis(node, { retryStrategy: () => null })
    const ended = new Promise(resolve => redis.once('end', resolve))
    expect(await redis.get('key').catch(String)).toBe('Error: Connection is closed.')
    await ended
  })

  it.each([
    ['error', () => 1],
    ['error', () => null],
    ['close', () => 1],
    ['reconnecting', () => 1],
  ])('ends where it is disconnected by a listener to %s', async (name, retryStrategy) => {
    const node = await start()
    node.refuse()
    const redis = openRedis(node, { retryStrategy, lazyConnect: true })
    const told: string[] = []
    for (const status of ['close', 'end', 'connecting']) redis.on(status, () => told.push(status))
    redis.once(name, () => redis.disconnect())
    expect(await redis.get('key').catch(String)).toBe('Error: Connection is closed.')
    await expect.poll(() => told).toEqual(['connecting', 'close', 'end'])
    await node.accept()
    expect(redis.status).toBe('end')
    await redis.connect()
    expect(await redis.get('key')).toBeNull()
  })

  it('waits as long for a subscription as for a command, and subscribes later', async () => {
    const node = await start()
    node.refuse()
    const redis = openRedis(node, { commandTimeout: 20, retryStrategy: () => 1, maxRetriesPerRequest: null })
    await expect(redis.subscribe('channel')).rejects.toThrow('Command timed out')
    const heard = new Promise(resolve => redis.once('message', (_, message) => resolve(message)))
    await node.accept()
    const other = openRedis(node, { retryStrategy: () => 1 })
    await expect.poll(() => other.publish('channel', 'message')).toBe(1)
    expect(await heard).toBe('message')
  })
})
