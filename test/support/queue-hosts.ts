import type { ConnectionOptions } from 'bullmq'
import { onTestFinished } from 'vitest'
import { createClient, type HitlessClient, type HitlessClientOptions } from '../../src/adapters/node-redis/index.js'
import type { HitlessOptions } from '../../src/core/options/hitless-options.js'
import type { Lookup } from '../../src/core/target.js'
import type { Maint } from '../../src/engine/link/maint-status.js'

/** Where a queue is, and how its clients behave. */
export interface QueuePlace {
  readonly host: string
  readonly port: number
  readonly lookup?: Lookup
  readonly hitless?: HitlessOptions
}

/** A client as BullMQ takes it. */
export interface QueueClient {
  readonly connection: ConnectionOptions
  readonly maint: Maint
  /** Ends it in order. */
  close(): Promise<unknown>
}

/** A client library that BullMQ works with, behind its adapter. */
export interface QueueHost {
  readonly name: string
  /** Connects a client, which ends with the test; its hand-offs begin at once. */
  connect(place: QueuePlace): Promise<QueueClient>
}

const NODE_REDIS: QueueHost = {
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

/** The client libraries of which BullMQ is tested with. A new one joins the list. */
export const QUEUE_HOSTS: readonly QueueHost[] = [NODE_REDIS]
