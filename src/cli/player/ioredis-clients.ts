import { Redis as PlainRedis } from 'ioredis'
import { Redis as HitlessRedis } from '../../adapters/ioredis/drop-in/hitless-ioredis.js'
import type { ApplicationClient, CommandBlock } from './application-client.js'
import type { IncidentLog } from './notes/incident-log.js'
import { noteInterruptions, noteMaint } from './notes/maint-notes.js'

type Transaction = ReturnType<PlainRedis['multi']>

/** A client of ours. What a cut leaves open fails, where the host would send it again and so may apply it twice. */
export function createHitlessIoredis(url: string, log: IncidentLog): ApplicationClient {
  const redis = new HitlessRedis(url, { lazyConnect: true, autoResendUnfulfilledCommands: false })
  noteMaint(redis.maint, log)
  return {
    ...toApplicationClient(redis),
    record: file => redis.maint.record(file),
    onInterrupted: listener => noteInterruptions(redis.maint, listener),
  }
}

/** A plain client as it comes. */
export function createPlainIoredis(url: string): ApplicationClient {
  return toApplicationClient(new PlainRedis(url, { lazyConnect: true }))
}

function toApplicationClient(redis: PlainRedis): ApplicationClient {
  return {
    get: key => redis.get(key),
    set: (key, value) => redis.set(key, value),
    incr: key => redis.incr(key),
    pushItem: (queue, item) => redis.rpush(queue, item),
    takeItem: async (queue, withinSeconds) => (await redis.blpop(queue, withinSeconds))?.[1] ?? null,
    listen: (channel, listener) => {
      redis.on('message', (_, message) => listener(message))
      return redis.subscribe(channel)
    },
    multi: () => toBlock(redis.multi()),
    connect: () => redis.connect(),
    close: () => redis.quit(),
    destroy: () => redis.disconnect(),
    on: (event, listener) => redis.on(event, listener),
  }
}

function toBlock(transaction: Transaction): CommandBlock {
  const block: CommandBlock = {
    incr(key) {
      transaction.incr(key)
      return block
    },
    async exec() {
      const replies = (await transaction.exec()) ?? []
      return replies.map(([error, reply]) => {
        if (error !== null) throw error
        return reply
      })
    },
  }
  return block
}
