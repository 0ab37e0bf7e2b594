import { assertSeams, type Seam, type SeamOwner, seam } from '../../base/seam.js'
import { CarriedCommand } from './commands/carried-command.js'
import { innermost } from './commands/instrumentation.js'
import type { HostCommand, HostRedis, IoredisModule } from './ioredis-module.js'
import { SUPPORTED_IOREDIS_VERSIONS } from './ioredis-module.js'

/** A client that never connects, on which the seams are tried, and what it asked for. */
interface IoredisSample {
  readonly module: IoredisModule
  readonly redis: HostRedis
  readonly connectors: readonly object[]
}

const PING = '*1\r\n$4\r\nping\r\n'

/** All that the adapter relies on inside the host, as spec/ioredis.md lists it. */
export const IOREDIS_SEAMS: readonly Seam<IoredisSample>[] = [
  seam('ReplyError', 'tells the answers of a server from other failures', ({ module }) => isClass(module.ReplyError)),
  seam(
    'SentinelConnector',
    'leaves it to the host to ask sentinels, and learns what they say',
    ({ module }) => isClass(module.SentinelConnector) && isClass(module.SentinelConnector.prototype.resolve),
  ),
  seam('Cluster', 'makes clusters', ({ module }) => isClass(Reflect.get(module, 'Cluster'))),
  seam('Command', 'makes attempts of a command, whose answers it decodes itself', ({ module }) => {
    let answer: unknown
    class Attempt extends module.Command {
      transformReply(reply: unknown): unknown {
        answer = reply
        return reply
      }
    }
    const attempt = new Attempt('ping', [])
    attempt.resolve('seam')
    return answer === 'seam' && attempt.toWritable({}) === PING
  }),
  seam('Connector', 'opens the socket where the plan says', ({ connectors }) => connectors.length === 1),
  seam('options', 'reads what the host has made of its parameters', ({ redis }) => {
    const { lazyConnect, maintNotifications } = redis.options
    return lazyConnect === true && maintNotifications === 'disabled'
  }),
  seam('sendCommand', 'writes the commands of one turn together, and counts them', ({ module, redis }) => {
    const written: unknown[] = []
    redis.status = 'ready'
    redis.condition = { subscriber: false, select: 0 }
    Reflect.set(redis, 'stream', { writable: true })
    // What is sent in the place of a command has no more members than this.
    const command: object = Object.create(CarriedCommand.prototype, {
      // Nobody is to be told of it.
      own: { value: Object.assign(new module.Command('ping'), { isTraced: true }) },
    })
    const write = (bytes: unknown): unknown => written.push(bytes)
    redis.sendCommand(command as HostCommand, { isPipeline: true, destination: { redis }, write })
    const [item, none] = [redis.commandQueue.pop(), redis.commandQueue.shift()]
    return String(written) === PING && item?.command === command && none === undefined
  }),
  seam(
    'status',
    'shows commands to instrumentation: one for a client that has ended is rejected at once',
    ({ module, redis }) => {
      const command = new module.Command('ping')
      let failed: unknown
      command.reject = error => {
        failed = error
      }
      innermost(redis.sendCommand).call(Object.create(redis, { status: { value: 'end' } }), command)
      return failed instanceof Error && redis.commandQueue.length + redis.offlineQueue.length === 0
    },
  ),
  seam(
    'commandQueue',
    'puts what belongs to a handshake behind it, and takes out what was not written',
    ({ redis }) => {
      const { commandQueue, offlineQueue } = redis
      commandQueue.push({})
      const lengths = [commandQueue, offlineQueue].map(({ length }) => length)
      return String(lengths) === '1,0' && commandQueue.pop() !== undefined && offlineQueue.shift() === undefined
    },
  ),
  seam('flushQueue', 'fails what has no answer', ({ module, redis }) => {
    const command: HostCommand = new module.Command('ping')
    command.promise.catch(() => {})
    let failed: unknown
    command.reject = error => {
      failed = error
    }
    Reflect.set(redis, 'stream', undefined)
    redis.commandQueue.push({ command })
    redis.flushQueue(new Error('seam'))
    return failed instanceof Error && failed.message === 'seam'
  }),
  seam('setStatus', 'tells statuses as the host does', ({ redis }) => {
    redis.setStatus('wait')
    return redis.status === 'wait'
  }),
  seam('silentEmit', 'emits errors as the host does', ({ redis }) => {
    let told: unknown
    redis.once('seam', argument => {
      told = argument
    })
    return redis.silentEmit('seam', 'argument') && told === 'argument'
  }),
]

/** Whose seams these are. */
export const SEAM_OWNER: SeamOwner = { library: 'ioredis', supported: SUPPORTED_IOREDIS_VERSIONS }

/** Without it there is nothing on which the others can be tried. */
const SEAMS = [seam<IoredisModule>('Redis', 'makes clients', ({ Redis }) => isClass(Redis))]

/**
 * Checks that a module has the seams that the adapter needs; once for each module.
 *
 * @throws HitlessError `HOST_UNSUPPORTED` naming what is missing and the supported versions.
 */
export function assertIoredisSupported(module: IoredisModule): void {
  assertSeams(SEAMS, module, () => module, SEAM_OWNER)
  assertSeams(IOREDIS_SEAMS, module, () => sampleOf(module), SEAM_OWNER)
}

function sampleOf(module: IoredisModule): IoredisSample {
  const connectors: object[] = []
  // It is made, and asked for nothing: the client never connects.
  class Connector {
    constructor() {
      connectors.push(this)
    }
  }
  const redis = new module.Redis({ lazyConnect: true, maintNotifications: 'disabled', Connector })
  return { module, redis, connectors }
}

function isClass(value: unknown): boolean {
  return typeof value === 'function'
}
