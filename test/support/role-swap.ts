import { createClient, type RedisClientType } from '@redis/client'
import { systemClock } from '../../src/base/clock.js'
import { pause } from '../../src/base/pause.js'
import { findFreePort, type RedisServer, startRedisServer } from './redis-server.js'
import { createTestName, type TestName } from './test-name.js'

const HOSTS = ['127.0.0.1', '127.0.0.2'] as const

/** How often the servers are asked whether something has come about, in milliseconds. */
const LOOK_AGAIN_MS = 2

/** One of two servers, and a plain client that leads to it whatever its role. */
export interface SwapServer {
  readonly host: string
  readonly client: RedisClientType
  /** Connections that the server ever accepted. */
  connectionsReceived(): Promise<number>
}

/** How the roles change. */
export interface SwapOptions {
  /** Whether the name leads to the new primary from then on. Default `true`. */
  readonly flipsName?: boolean
  /**
   * How long both servers are replicas, in milliseconds. Default: not at all; the server that becomes a replica stops to take
   * writes a moment before, and answers them when the other one is the primary.
   */
  readonly leaderlessMs?: number
}

/** Roles that have changed. */
export interface Swapped {
  /** When the new primary was first seen to be one, by `systemClock.now()`. */
  readonly promotedAt: number
}

/** Two real servers, one a replica of the other, on one port of two addresses, and a name that leads to either. */
export interface RoleSwap {
  readonly name: TestName
  readonly port: number
  readonly primary: SwapServer
  readonly replica: SwapServer
  /** Changes the roles as managed services do: no acknowledged write is lost, and connections stay open. */
  swap(options?: SwapOptions): Promise<Swapped>
  /** Takes all data away, and lets the name lead to the primary. */
  reset(): Promise<void>
  dispose(): Promise<void>
}

/** Starts both servers. */
export async function startRoleSwap(): Promise<RoleSwap> {
  const servers = await startPair()
  const port = servers[0].port
  const name = createTestName('redis.test', HOSTS[0])
  let [primary, replica] = [await toSwapServer(servers[0]), await toSwapServer(servers[1])]
  await replica.client.sendCommand(['REPLICAOF', primary.host, String(port)])
  await until(() => isReplicated(primary))
  return {
    name,
    port,
    get primary() {
      return primary
    },
    get replica() {
      return replica
    },
    async swap({ flipsName = true, leaderlessMs } = {}) {
      await until(() => isReplicated(primary))
      const pair = { primary, replica, port }
      const promotedAt = await (leaderlessMs === undefined ? failOver(pair) : demoteThenPromote(pair, leaderlessMs))
      ;[primary, replica] = [replica, primary]
      if (flipsName) name.leadTo(primary.host)
      return { promotedAt }
    },
    async reset() {
      await primary.client.sendCommand(['FLUSHALL'])
      name.leadTo(primary.host)
      await until(() => isReplicated(primary))
    },
    async dispose() {
      for (const { client } of [primary, replica]) client.destroy()
      await Promise.all(servers.map(server => server.kill()))
    },
  }
}

interface Pair {
  readonly primary: SwapServer
  readonly replica: SwapServer
  readonly port: number
}

/** Lets the servers agree on it: writes wait at the old primary, and are refused once the other one has taken over. */
async function failOver({ primary, replica, port }: Pair): Promise<number> {
  await primary.client.sendCommand(['FAILOVER', 'TO', replica.host, String(port)])
  await until(() => hasRole(replica, 'master'))
  const promotedAt = systemClock.now()
  await until(() => hasRole(primary, 'slave'))
  return promotedAt
}

async function demoteThenPromote({ primary, replica, port }: Pair, leaderlessMs: number): Promise<number> {
  await primary.client.sendCommand(['CLIENT', 'PAUSE', '10000', 'WRITE'])
  await until(async () => (await offsetOf(primary)) === (await offsetOf(replica)))
  await primary.client.sendCommand(['REPLICAOF', replica.host, String(port)])
  await primary.client.sendCommand(['CLIENT', 'UNPAUSE'])
  await pause(systemClock, leaderlessMs, true)
  await replica.client.sendCommand(['REPLICAOF', 'NO', 'ONE'])
  return systemClock.now()
}

async function startPair(): Promise<readonly [RedisServer, RedisServer]> {
  for (;;) {
    const port = await findFreePort(HOSTS)
    const started = await Promise.allSettled(HOSTS.map(host => startOne(host, port)))
    const [a, b] = started.flatMap(start => (start.status === 'fulfilled' ? [start.value] : []))
    if (a !== undefined && b !== undefined) return [a, b]
    // The port was taken in between.
    await a?.kill()
  }
}

function startOne(host: string, port: number): Promise<RedisServer> {
  const announced = ['--replica-announce-ip', host, '--replica-announce-port', String(port)]
  return startRedisServer({ host, port, settings: [...announced, '--repl-diskless-sync-delay', '0'] })
}

async function toSwapServer({ host, port }: RedisServer): Promise<SwapServer> {
  const client = connectPlain(host, port)
  await client.connect()
  return {
    host,
    client,
    connectionsReceived: async () => Number(await readInfo(client, 'stats', 'total_connections_received')),
  }
}

function connectPlain(host: string, port: number): RedisClientType {
  const client: RedisClientType = createClient({ socket: { host, port }, maintNotifications: 'disabled' })
  client.on('error', () => {})
  return client
}

async function hasRole({ client }: SwapServer, role: 'master' | 'slave'): Promise<boolean> {
  const reply = await client.sendCommand(['ROLE'])
  return Array.isArray(reply) && reply[0] === role
}

async function isReplicated({ client }: SwapServer): Promise<boolean> {
  return /state=online/.test(await readInfo(client, 'replication', 'slave0'))
}

async function offsetOf({ client }: SwapServer): Promise<string> {
  const offset = await readInfo(client, 'replication', 'slave_repl_offset')
  return offset === '' ? readInfo(client, 'replication', 'master_repl_offset') : offset
}

async function readInfo(client: RedisClientType, section: string, field: string): Promise<string> {
  const info = String(await client.sendCommand(['INFO', section]))
  return new RegExp(`^${field}:(.*)$`, 'm').exec(info)?.[1]?.trim() ?? ''
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await pause(systemClock, LOOK_AGAIN_MS, true)
}
