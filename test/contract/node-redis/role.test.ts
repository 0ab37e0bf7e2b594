import * as host from '@redis/client'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import type { HostOptions } from '../../../src/adapters/node-redis/host-module.js'
import type { HostClient } from '../../../src/adapters/node-redis/internals.js'
import { createHostClient } from '../../../src/adapters/node-redis/internals.js'
import { assertPrimary } from '../../../src/engine/connect/role.js'
import {
  describeWithRedisServer,
  findFreePort,
  type RedisServer,
  startRedisServer,
} from '../../support/redis-server.js'

const HOST = '127.0.0.1'

/** One that may ask for everything but the role, and one that may not ask at all. */
const USERS = ['--user narrow on nopass ~* +@all -role', '--user blind on nopass ~* +ping'].flatMap(user =>
  user.split(' '),
)

/** Starts a server, with further settings. */
async function start(settings: readonly string[] = []): Promise<RedisServer> {
  return startRedisServer({ host: HOST, port: await findFreePort([HOST]), settings })
}

describeWithRedisServer('asking for a primary', () => {
  let primary: RedisServer
  let replica: RedisServer

  beforeAll(async () => {
    primary = await start(USERS)
    replica = await start([...USERS, '--replicaof', HOST, String(primary.port)])
  })

  afterAll(async () => {
    await Promise.all([primary?.kill(), replica?.kill()])
  })

  const connect = async ({ port }: RedisServer, options: HostOptions = {}): Promise<HostClient> => {
    const client = createHostClient(host, { ...options, socket: { host: HOST, port, reconnectStrategy: false } })
    client.on('error', () => {})
    onTestFinished(() => client.destroy())
    await client.connect()
    return client
  }

  const asked = (client: HostClient, { port }: RedisServer) => ({
    send: client.sendCommand.bind(client),
    reached: { host: HOST, port },
  })

  const outcome = async (server: RedisServer, options?: HostOptions): Promise<unknown> => {
    const client = await connect(server, options)
    return assertPrimary(asked(client, server)).then(
      () => 'passes',
      error => error,
    )
  }

  const asUser = (username: string): HostOptions => ({ username, password: 'any' })

  it.each([2, 3] as const)('passes a primary and rejects a replica, in RESP%i', async RESP => {
    expect(await outcome(primary, { RESP })).toBe('passes')
    expect(await outcome(replica, { RESP })).toMatchObject({
      code: 'NOT_PRIMARY',
      retryable: true,
      facts: { role: 'slave', endpoint: { host: HOST, port: replica.port } },
    })
  })

  it('does not mind replies that are mapped to bytes', async () => {
    const { BLOB_STRING, SIMPLE_STRING } = host.RESP_TYPES
    const typeMapping = { [BLOB_STRING]: Buffer, [SIMPLE_STRING]: Buffer }
    expect(await outcome(primary, { commandOptions: { typeMapping } })).toBe('passes')
    expect(await outcome(replica, { commandOptions: { typeMapping } })).toMatchObject({ code: 'NOT_PRIMARY' })
    const narrow = { ...asUser('narrow'), commandOptions: { typeMapping } }
    expect(await outcome(replica, narrow)).toMatchObject({ code: 'NOT_PRIMARY' })
  })

  it('asks another way where ROLE is forbidden', async () => {
    expect(await outcome(primary, asUser('narrow'))).toBe('passes')
    expect(await outcome(replica, asUser('narrow'))).toMatchObject({ code: 'NOT_PRIMARY', facts: { role: 'slave' } })
  })

  it('passes what does not tell', async () => {
    expect(await outcome(primary, asUser('blind'))).toBe('passes')
    expect(await outcome(replica, asUser('blind'))).toBe('passes')
  })

  it('rejects with the error of a connection that breaks', async () => {
    const client = await connect(primary)
    const answer = assertPrimary(asked(client, primary))
    client.destroy()
    await expect(answer).rejects.not.toMatchObject({ code: 'NOT_PRIMARY' })
  })
})
