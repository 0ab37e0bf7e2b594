import { tracingChannel } from 'node:diagnostics_channel'
import type { HostRedis, IoredisModule } from '../ioredis-module.js'
import type { SendCommand } from './instrumentation.js'

/** On what it depends what the host does with a command that a server answers at once. */
const LOOKED_AT = ['commandQueue', 'condition', 'getBlockingTimeoutInMs', 'options', 'status', 'stream']
const OPTIONS_LOOKED_AT = ['commandTimeout', 'socketTimeout']
/** What an entry of its queue holds. */
const ITEM = ['command', 'stream', 'select']

/** A method of a class: what others put into its place is a function. */
const METHOD = /^sendCommand\b/

const known = new WeakMap<SendCommand, boolean>()

/**
 * Whether it is known all that is done to send such a command: the host writes it, and puts it into its queue. A version that
 * looks at more may do more, and what was put into its place looks at what it sends: either is left to do it.
 */
export function isKnown(send: SendCommand, module: IoredisModule): boolean {
  const before = known.get(send)
  if (before !== undefined) return before
  const answer = METHOD.test(String(send)) && onlyWrites(send, module)
  known.set(send, answer)
  return answer
}

function onlyWrites(send: SendCommand, { Redis, Command }: IoredisModule): boolean {
  class Connector {}
  const redis = new Redis({ lazyConnect: true, maintNotifications: 'disabled', Connector })
  const [seen, seenOptions] = [new Set<string>(), new Set<string>()]
  Object.assign(redis, { status: 'ready', condition: { subscriber: false, select: 0 }, stream: { writable: true } })
  redis.options = watched(redis.options, seenOptions)
  const pipeline = { isPipeline: true, destination: { redis }, write() {} }
  // Nobody is to be told of it.
  send.call(watched(redis, seen), Object.assign(new Command('ping'), { isTraced: true }), pipeline)
  const isAllKnown = isWithin(seen, LOOKED_AT) && isWithin(seenOptions, OPTIONS_LOOKED_AT)
  const item = redis.commandQueue.pop() ?? {}
  return isAllKnown && isWithin(Object.keys(item), ITEM) && redis.commandQueue.length === 0
}

function isWithin(names: Iterable<string>, all: readonly string[]): boolean {
  return [...names].every(name => all.includes(name))
}

function watched<T extends object>(target: T, seen: Set<string>): T {
  return new Proxy(target, {
    get(_, name) {
      seen.add(String(name))
      return Reflect.get(target, name)
    },
  })
}

const traced = tracingChannel('ioredis:command')

/** Whether a connection of such a version takes a command now, with nothing else to be done and nobody told of it. */
export function takesPlainly({ status, stream, condition, options }: HostRedis): boolean {
  const takes = status === 'ready' && stream?.writable === true && options.socketTimeout === undefined
  return takes && !condition?.subscriber && traced.hasSubscribers === false
}
