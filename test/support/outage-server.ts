import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { systemClock } from '../../src/base/clock.js'
import { createDeferred, type Deferred } from '../../src/base/deferred.js'
import { findFreePort, type RedisServer, startRedisServer } from './redis-server.js'
import { createTestName, type TestName } from './test-name.js'

/** Where the server listens. */
export const OUTAGE_HOST = '127.0.0.1'

/** What becomes of connections while the server is down: their port refuses them, or they are accepted and reset. */
export type Outage = 'refuse' | 'reset'

/** A real server on one port, that can go away and come back. It comes back without data. */
export interface OutageServer {
  /** Leads to the server; how often it was asked tells how often somebody dialled. */
  readonly name: TestName
  readonly port: number
  /** When connections were reset while it was down, by `systemClock.now()`, since the last start. */
  readonly attemptsAt: readonly number[]
  /** Resolves with the next connection that is reset. */
  nextAttempt(): Promise<void>
  /** Ends the server, as a crash does. */
  stop(outage: Outage): Promise<void>
  start(): Promise<void>
  dispose(): Promise<void>
}

/** Starts a server. */
export async function startOutageServer(): Promise<OutageServer> {
  let server: RedisServer | undefined = await startAnywhere()
  const { port } = server
  let resetting: Server | undefined
  let attemptsAt: number[] = []
  let awaited: Deferred<void> = createDeferred()
  const endOutage = async (): Promise<void> => {
    await close(resetting)
    resetting = undefined
  }
  return {
    name: createTestName('redis.test', OUTAGE_HOST),
    port,
    get attemptsAt() {
      return attemptsAt
    },
    nextAttempt: () => awaited.promise,
    async stop(outage) {
      await server?.kill()
      server = undefined
      if (outage === 'refuse') return
      resetting = await listen(port, () => {
        attemptsAt.push(systemClock.now())
        awaited.resolve()
        awaited = createDeferred()
      })
    },
    async start() {
      await endOutage()
      attemptsAt = []
      server ??= await startRedisServer({ host: OUTAGE_HOST, port })
    },
    async dispose() {
      await endOutage()
      await server?.kill()
    },
  }
}

async function startAnywhere(): Promise<RedisServer> {
  for (;;) {
    const port = await findFreePort([OUTAGE_HOST])
    const server = await startRedisServer({ host: OUTAGE_HOST, port }).catch(() => undefined)
    if (server !== undefined) return server
  }
}

async function listen(port: number, onAttempt: () => void): Promise<Server> {
  const server = createServer(socket => {
    socket.on('error', () => {})
    socket.resetAndDestroy()
    onAttempt()
  })
  server.listen({ host: OUTAGE_HOST, port })
  await once(server, 'listening')
  return server
}

async function close(server: Server | undefined): Promise<void> {
  if (server === undefined) return
  const closed = once(server, 'close')
  server.close()
  await closed
}
