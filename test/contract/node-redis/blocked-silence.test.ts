import { ErrorReply } from '@redis/client'
import { expect, it, onTestFinished } from 'vitest'
import { systemClock } from '../../../src/base/clock.js'
import { createDeferred } from '../../../src/base/deferred.js'
import { HitlessError } from '../../../src/base/errors.js'
import { systemRandom } from '../../../src/base/random.js'
import { createHooks } from '../../../src/core/events/hooks.js'
import type { OwnRequest } from '../../../src/core/events/refusal-events.js'
import { createTell } from '../../../src/core/events/tell.js'
import { BlockingCommands } from '../../../src/engine/commands/blocking/blocking-commands.js'
import type { RefusalContext } from '../../../src/engine/connect/refusal.js'
import { Rights } from '../../../src/engine/database/rights.js'
import { LivenessMonitor } from '../../../src/engine/link/monitors/liveness-monitor.js'
import type { FailureKind } from '../../../src/engine/ports.js'
import type { Connection } from '../../../src/engine/session/connection.js'
import { describeBackends } from '../../support/backends.js'
import { createBlackHoleProxy } from '../../support/black-hole-proxy.js'
import { createConnection } from '../../support/node-redis-context.js'
import { connectClient } from '../../support/rig.js'

const HASTY = { unresponsiveTimeoutMs: 150, healthCheckIntervalMs: 150 }

describeBackends('a command that blocks on a connection', backend => {
  const start = async () => {
    const simulator = await backend.simulate({ record: true })
    const { node } = simulator
    const proxy = await createBlackHoleProxy(node.endpoint.port)
    onTestFinished(() => proxy.dispose())
    const connect = async (): Promise<Connection> => {
      const connection = createConnection({ RESP: 3, socket: { host: '127.0.0.1', port: proxy.port } })
      onTestFinished(() => connection.destroy())
      await connection.connect()
      return connection
    }
    const replacement = createDeferred<Connection>()
    let isLeft = false
    const leave = (): void => {
      isLeft = true
    }
    const takeOver = (connection: Connection): void => {
      leave()
      replacement.resolve(connection)
    }
    const unblocked: Connection[] = []
    const [rights, hooks] = [new Rights(), createHooks(systemClock)]
    for (const request of ['CLIENT INFO', 'CLIENT LIST', 'CLIENT UNBLOCK'] as const) rights.grant(request)
    const tell = createTell(hooks, systemClock)
    const refuse = (request: OwnRequest): void => rights.refuse(request, { error: new Error('NOPERM'), now: 0, tell })
    const classify = (error: unknown): FailureKind => (error instanceof ErrorReply ? 'reply' : 'other')
    const context: RefusalContext = {
      clock: systemClock,
      host: { classify },
      hooks,
      tell,
      database: { rightsOf: () => rights },
    }
    const blocking: BlockingCommands = new BlockingCommands(context, {
      run: ask => (serving.isReady && !isLeft ? ask(serving) : replacement.promise.then(ask)),
      withAuxiliary: async (_, run) => {
        const auxiliary = await connect()
        try {
          return await run(args => auxiliary.send(args))
        } finally {
          auxiliary.destroy()
        }
      },
      isClosed: false,
      onUnblocked: connection => unblocked.push(connection) > 0,
    })
    onTestFinished(() => blocking.close())
    const serving = await connect()
    const count = (words: string) =>
      simulator.log.filter(event => event.type === 'command' && event.words.join(' ').startsWith(words)).length
    const send = async (command: string, sent = command): Promise<{ readonly answer: Promise<unknown> }> => {
      const before = count(sent)
      const answer = blocking.send(serving, command.split(' '), undefined)
      answer.catch(() => {})
      await expect.poll(() => count(sent) - before).toBe(1)
      await expect.poll(() => blocking.spanOf(serving) !== undefined).toBe(true)
      return { answer }
    }
    return { node, proxy, connect, leave, takeOver, unblocked, refuse, blocking, serving, count, send }
  }

  /** Resolves when the watch says so. */
  const untilSilent = (blocking: BlockingCommands, serving: Connection): Promise<number> =>
    new Promise(resolve => {
      const context = { clock: systemClock, random: systemRandom, maint: HASTY }
      const watch = new LivenessMonitor<Connection>(context, {
        isListening: false,
        isMonitoring: false,
        blockedSpan: connection => blocking.spanOf(connection),
        checkBlocked: connection => blocking.check(connection),
        onUnresponsive: (_, unresponsiveForMs) => resolve(unresponsiveForMs),
        onStoodStill: () => {},
        onRecovered: () => {},
      })
      watch.watch(serving)
      onTestFinished(() => watch.stop())
    })

  it('is let go and issued again, time after time, over one further connection', async () => {
    const { node, proxy, blocking, serving, count, send } = await start()
    const { answer } = await send('BLPOP queue 0')
    for (let round = 1; round <= 3; round++) {
      await blocking.check(serving)
      await expect.poll(() => count('BLPOP')).toBe(round + 1)
      await expect.poll(() => blocking.spanOf(serving)?.untilAt).toBe(Number.POSITIVE_INFINITY)
    }
    expect(count('CLIENT UNBLOCK')).toBe(3)
    expect(proxy.accepted).toBe(2)
    const producer = await connectClient(node)
    await producer.rPush('queue', 'one')
    expect(await answer).toEqual(['queue', 'one'])
    blocking.close()
    await expect.poll(() => proxy.connections).toBe(1)
  })

  it('is issued on the next connection when its own one turns out to be silent', async () => {
    const { node, proxy, connect, takeOver, blocking, serving, count, send } = await start()
    const { answer } = await send('BLPOP queue 0')
    // The further connection, which was kept, falls silent as well.
    await blocking.check(serving)
    await expect.poll(() => count('BLPOP')).toBe(2)
    proxy.unresponsive()
    const unresponsiveForMs = await untilSilent(blocking, serving)
    expect(unresponsiveForMs).toBeGreaterThanOrEqual(HASTY.unresponsiveTimeoutMs)
    const next = await connect()
    serving.unresponsive = new HitlessError('CONNECTION_UNRESPONSIVE', 'not a word', {
      facts: { unresponsiveForMs: 1 },
    })
    takeOver(next)
    // It need not have ended: what it would answer is known.
    await blocking.release(serving)
    const producer = await connectClient(node)
    await producer.rPush('queue', 'one')
    expect(await answer).toEqual(['queue', 'one'])
    expect(await producer.lLen('queue')).toBe(0)
    expect(serving.isReady).toBe(true)
  })

  it('is issued on the next connection when it is let go only once its own one is left for its unresponsive', async () => {
    const { node, proxy, connect, takeOver, blocking, serving, send } = await start()
    const { answer } = await send('BLPOP queue 0')
    proxy.unresponsive()
    const next = await connect()
    const released = blocking.release(serving)
    serving.destroy()
    await released
    takeOver(next)
    const producer = await connectClient(node)
    await producer.rPush('queue', 'one')
    expect(await answer).toEqual(['queue', 'one'])
  })

  it('fails with what is not known when the server answered into the void', async () => {
    const { node, proxy, blocking, serving, send } = await start()
    const { answer } = await send('BLPOP queue 0')
    const failed = expect(answer).rejects.toMatchObject({ code: 'FATE_UNKNOWN', facts: { command: 'BLPOP' } })
    proxy.unresponsive()
    const producer = await connectClient(node)
    await producer.rPush('queue', 'one')
    await untilSilent(blocking, serving)
    const released = blocking.release(serving)
    serving.destroy()
    await released
    await failed
  })

  it('is not taken for blocked when it was sent into the void, first of all', async () => {
    const { proxy, blocking, serving } = await start()
    proxy.unresponsive()
    const answer = blocking.send(serving, ['BLPOP', 'queue', '0'], undefined)
    answer.catch(() => {})
    expect(serving.blocked).toBe(1)
    expect(serving.owesAnswers).toBe(true)
    expect(blocking.spanOf(serving)).toBeUndefined()
    await untilSilent(blocking, serving)
    serving.destroy()
    await expect(answer).rejects.toThrow()
  })

  // The built-in store has neither streams nor replicas.
  if (backend.name !== 'store') {
    it.each<[string, string]>([
      ['WAIT 1 0', 'WAIT'],
      ['XREAD BLOCK 0 STREAMS stream $', 'XREAD'],
    ])('is not let go where that would change what it means: %s', async (command, name) => {
      const { node, blocking, serving, count, send } = await start()
      node.intercept(([word]) => (word === 'XREVRANGE' ? '-NOPERM no permissions to run it\r\n' : undefined))
      await send(command)
      await blocking.check(serving)
      await blocking.check(serving)
      expect(count('CLIENT LIST')).toBe(2)
      expect([count('CLIENT UNBLOCK'), count(name)]).toEqual([0, 1])
      expect(blocking.spanOf(serving)?.untilAt).toBe(Number.POSITIVE_INFINITY)
      // Nor where its connection is left.
      if (name === 'XREAD') await blocking.release(serving)
      expect([count('CLIENT UNBLOCK'), count(name)]).toEqual([0, 1])
    })

    it('reads from the newest entry on what comes between its release and its next issue', async () => {
      const { node, connect, leave, takeOver, blocking, serving, count, send } = await start()
      const producer = await connectClient(node)
      await producer.xAdd('old', '7-1', { n: '1' })
      await producer.set('text', 'no stream')
      const { answer } = await send('XREAD BLOCK 0 STREAMS old none explicit $ $ 5-0')
      leave()
      await blocking.release(serving)
      await producer.xAdd('none', '1-1', { n: '2' })
      await producer.xAdd('old', '7-2', { n: '3' })
      takeOver(await connect())
      expect(JSON.stringify(await answer)).toMatch(/7-2.*1-1/)
      expect(count('XREAD BLOCK 0 STREAMS old none explicit 7-1 0-0 5-0')).toBe(1)
    })

    it('is not read on from an entry that the server answered into the void', async () => {
      const { node, proxy, connect, leave, takeOver, blocking, serving, count, send } = await start()
      const { answer } = await send('XREAD BLOCK 0 STREAMS stream $')
      const failed = expect(answer).rejects.toMatchObject({ code: 'FATE_UNKNOWN', facts: { command: 'XREAD' } })
      proxy.unresponsive()
      const producer = await connectClient(node)
      await producer.xAdd('stream', '7-1', { n: '1' })
      leave()
      const released = blocking.release(serving)
      await expect.poll(() => count('CLIENT UNBLOCK')).toBeGreaterThan(0)
      serving.destroy()
      await released
      takeOver(await connect())
      await failed
      expect(count('XREAD')).toBe(1)
    })

    it('reads from the newest entry on through its slices, where the server does not release it', async () => {
      const { node, refuse, serving, count, send } = await start()
      refuse('CLIENT UNBLOCK')
      const producer = await connectClient(node)
      await producer.xAdd('stream', '7-1', { n: '1' })
      const { answer } = await send('XREAD BLOCK 0 STREAMS stream none $ $', 'XREAD')
      await expect.poll(() => count('XREAD BLOCK 1000 STREAMS stream none 7-1 0-0'), { timeout: 3_000 }).toBe(1)
      await producer.xAdd('none', '1-1', { n: '2' })
      expect(JSON.stringify(await answer)).toMatch(/1-1/)
      expect([count('XREAD BLOCK 1000 STREAMS stream none $ $'), count('XREVRANGE')]).toEqual([1, 2])
      expect(serving.blocked).toBe(0)
    })

    it('answers what was reached of what it waits for when its connection is left between two slices', async () => {
      const { refuse, blocking, serving, count, send } = await start()
      refuse('CLIENT LIST')
      const { answer } = await send('WAIT 1 0', 'WAIT')
      await expect.poll(() => count('WAIT 1 1000'), { timeout: 3_000 }).toBe(2)
      await blocking.release(serving)
      expect(await answer).toBe(0)
      expect(count('WAIT')).toBe(2)
    })

    it('reads from the newest entry on through one check after the other, and asks once which one that is', async () => {
      const { node, blocking, serving, count, send } = await start()
      const producer = await connectClient(node)
      await producer.xAdd('stream', '7-1', { n: '1' })
      await producer.xDel('stream', '7-1')
      const { answer } = await send('XREAD BLOCK 0 STREAMS stream $')
      for (const rounds of [1, 2]) {
        await blocking.check(serving)
        await expect.poll(() => count('XREAD BLOCK 0 STREAMS stream 0-0')).toBe(rounds)
        await expect.poll(() => blocking.spanOf(serving)?.untilAt).toBe(Number.POSITIVE_INFINITY)
      }
      expect(count('XREVRANGE stream')).toBe(1)
      await producer.xAdd('stream', '7-2', { n: '2' })
      expect(JSON.stringify(await answer)).toMatch(/7-2/)
    })
  }

  it('is not let go at a server that knows its number, but another connection by it', async () => {
    const { node, blocking, serving, count, send } = await start()
    await send('BLPOP queue 0')
    node.intercept(({ 1: word, 3: id }) => {
      if (word !== 'LIST') return undefined
      const list = `id=${id} addr=10.9.9.9:1 laddr=10.9.9.1:6379 flags=b`
      return `$${list.length}\r\n${list}\r\n`
    })
    await blocking.check(serving)
    expect(count('CLIENT LIST')).toBe(1)
    expect(count('CLIENT UNBLOCK')).toBe(0)
    expect(blocking.spanOf(serving)).toBeDefined()
  })

  it('keeps its own timeout through checks', async () => {
    const { blocking, serving, count, send } = await start()
    const { answer } = await send('BLPOP queue 2')
    await blocking.check(serving)
    await expect.poll(() => count('BLPOP')).toBe(2)
    expect(await answer).toBeNull()
    expect(count('BLPOP')).toBe(2)
  })

  it('tells when a server became a replica and ended it, and passes on what somebody else ended', async () => {
    const { node, unblocked, blocking, serving } = await start()
    let answers = ['-UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)\r\n']
    node.intercept(([name]) => (name === 'BLPOP' ? answers.shift() : undefined))
    const answer = blocking.send(serving, ['BLPOP', 'queue', '0'], undefined)
    await expect.poll(() => unblocked).toEqual([serving])
    const producer = await connectClient(node)
    await producer.rPush('queue', 'one')
    expect(await answer).toEqual(['queue', 'one'])
    answers = ['-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n']
    await expect(blocking.send(serving, ['BLPOP', 'queue', '0'], undefined)).rejects.toThrow(/via CLIENT UNBLOCK/)
    expect(unblocked).toHaveLength(1)
  })
})
