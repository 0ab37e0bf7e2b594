import { subscribe } from 'node:diagnostics_channel'
import { createClient as createPlainClient, type RedisClientType } from '@redis/client'
import {
  createClient as createHitlessClient,
  createClientPool as createHitlessPool,
} from '../../adapters/node-redis/drop-in/hitless-client.js'
import type { ApplicationClient, ErrandClient } from './application-client.js'
import type { IncidentLog } from './notes/incident-log.js'
import { noteInterruptions, noteMaint } from './notes/maint-notes.js'
import type { Interruption } from './notes/message-log.js'
import type { ClientKind } from './player-messages.js'

/** Creates a client, and counts what happens to it besides commands. */
export type CreateClient = (url: string, log: IncidentLog) => ApplicationClient

/** How each kind is created. A host library is only loaded where it is wanted. */
const KINDS: Readonly<Record<ClientKind, () => CreateClient | Promise<CreateClient>>> = {
  'redis-hitless': () => createHitless,
  'redis-hitless/pool': () => createPool,
  '@redis/client': () => createPlain,
  'redis-hitless/ioredis': async () => (await import('./ioredis-clients.js')).createHitlessIoredis,
  ioredis: async () => (await import('./ioredis-clients.js')).createPlainIoredis,
}

/** Loads what creates a client as an application would, with a listener for `error`. */
export async function loadClient(kind: ClientKind): Promise<CreateClient> {
  const create = await KINDS[kind]()
  return (url, log) => {
    const client = create(url, log)
    client.on('error', error => log.failed(error))
    client.on('reconnecting', () => log.reconnecting())
    return client
  }
}

/** What takes items and listens where a kind is used: pools cannot. */
export function loadSingle(kind: ClientKind): Promise<CreateClient> {
  return loadClient(kind === 'redis-hitless/pool' ? 'redis-hitless' : kind)
}

/** A client that only reads back what the server holds, and publishes. */
export function createAuditor(
  url: string,
): Pick<RedisClientType, 'get' | 'incr' | 'mGet' | 'lRange' | 'publish' | 'connect' | 'destroy'> {
  const auditor = createPlainClient({
    url,
    maintNotifications: 'disabled',
    socket: { reconnectStrategy: false },
  })
  return auditor.on('error', () => {})
}

/** Ends a client at once, in whatever state it is. */
export function discard(client: Pick<ApplicationClient, 'destroy'>): void {
  try {
    client.destroy()
  } catch {
    // It was closed to the point where there is nothing left to destroy.
  }
}

function createHitless(url: string, log: IncidentLog): ApplicationClient {
  const client = createHitlessClient({ url })
  noteMaint(client.maint, log)
  return Object.assign(client, toErrands(client), {
    record: (file: string) => client.maint.record(file),
    onInterrupted: (listener: (interruption: Interruption) => void) => noteInterruptions(client.maint, listener),
  })
}

/** Blocking commands and subscriptions take a connection each: those of an application are no pool. */
function createPool(url: string, log: IncidentLog): ApplicationClient {
  const pool = createHitlessPool({ url }, { minimum: 4, maximum: 8 })
  noteMaint(pool.maint, log)
  const refuse = (): never => {
    throw new TypeError('A pool does not block and listens to nothing')
  }
  return Object.assign(pool, {
    pushItem: (queue: string, item: string) => pool.rPush(queue, item),
    takeItem: refuse,
    listen: refuse,
    record: (file: string) => pool.maint.record(file),
  })
}

type Errands = Pick<RedisClientType, 'rPush' | 'blPop' | 'subscribe'>

function toErrands(client: Errands): ErrandClient {
  return {
    pushItem: (queue, item) => client.rPush(queue, item),
    takeItem: async (queue, withinSeconds) => (await client.blPop(queue, withinSeconds))?.element ?? null,
    listen: (channel, listener) => client.subscribe(channel, listener),
  }
}

function createPlain(url: string, log: IncidentLog): ApplicationClient {
  // Its own maintenance support is on by default and has no events; this channel is where it tells of moves.
  subscribe('node-redis:connection:handoff', () => {
    log.handedOff()
    log.note('hand-off completed')
  })
  const client = createPlainClient({ url })
  return Object.assign(client, toErrands(client))
}
