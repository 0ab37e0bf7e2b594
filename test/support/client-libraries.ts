import * as ioredis from 'ioredis'
import { onTestFinished } from 'vitest'
import { createIoredisAdapter } from '../../src/adapters/ioredis/index.js'
import { createClient, type HitlessClient, type HitlessClientOptions } from '../../src/adapters/node-redis/index.js'
import type { HitlessOptions } from '../../src/core/options/hitless-options.js'
import type { Lookup } from '../../src/core/target.js'
import type { Maint } from '../../src/engine/maint/maint-status.js'

/** Where the database is, and how a client of it behaves. */
export interface LibraryPlace {
  readonly host: string
  readonly port: number
  readonly lookup?: Lookup
  readonly hitless?: HitlessOptions
}

/** A client that other packages are given. */
export interface LibraryClient {
  /** As they take it. */
  readonly connection: object & {
    connect(...args: never[]): unknown
    duplicate(...args: never[]): unknown
  }
  readonly maint: Maint
  /** Ends it in order. */
  close(): Promise<unknown>
}

/** A client library behind its adapter. */
export interface ClientLibrary {
  readonly name: string
  /** Connects a client, which ends with the test; its hand-offs begin at once. */
  connect(place: LibraryPlace): Promise<LibraryClient>
}

const NODE_REDIS: ClientLibrary = {
  name: '@redis/client',
  async connect({ host, port, lookup, hitless = {} }) {
    const socket = { host, port, ...(lookup !== undefined && { lookup }) }
    const maintNotifications = { handoff: { spread: 0 } }
    const client: HitlessClient = createClient({ socket, maintNotifications, hitless } as HitlessClientOptions as never)
    onTestFinished(() => client.destroy())
    client.on('error', () => {})
    await client.connect()
    return { connection: client, maint: client.maint, close: () => client.close() }
  },
}

const IOREDIS: ClientLibrary = {
  name: 'ioredis',
  async connect({ host, port, lookup, hitless = {} }) {
    const { Redis } = createIoredisAdapter(ioredis, lookup && { lookup })
    const maintNotifications = { handoff: { spread: 0 } }
    // As BullMQ demands it of a client that blocks.
    const client = new Redis({ host, port, maxRetriesPerRequest: null, maintNotifications, hitless })
    onTestFinished(() => client.disconnect())
    client.on('error', () => {})
    await client.ping()
    return { connection: client, maint: client.maint, close: () => client.quit() }
  },
}

/** The client libraries that other packages are tested with. A new one joins the list. */
export const CLIENT_LIBRARIES: readonly ClientLibrary[] = [NODE_REDIS, IOREDIS]
