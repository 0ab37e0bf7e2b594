import type { Link } from '../../engine/link/link.js'
import type { Maint } from '../../engine/maint/maint-status.js'
import { createOffMaint } from '../../engine/maint/off-maint.js'
import { type SendCommand, showOnce } from './commands/instrumentation.js'
import { IoredisClient } from './ioredis-client.js'
import type { HostCommand, HostRedis, PipelineStream } from './ioredis-module.js'
import { type IoredisSurroundings, settleIoredisOptions } from './ioredis-options.js'

/** A client of the host with its `maint` member. */
export interface HitlessHostRedis extends HostRedis {
  readonly maint: Maint
}

/** The class of such clients. */
export type HitlessRedisClass = new (...given: readonly unknown[]) => HitlessHostRedis

/** What is behind a client: nothing of ours where everything is off. */
interface Behind {
  readonly client: IoredisClient | undefined
  readonly shown: { readonly maint: Maint }
}

const BEHIND: unique symbol = Symbol('hitless')

const AROUND: unique symbol = Symbol('surroundings')

type Facade = HostRedis & { [BEHIND]?: Behind; readonly [AROUND]?: IoredisSurroundings }

/**
 * Makes the class of the application's clients: the host's own, which hands its commands to connections that are clients of
 * the host themselves.
 */
export function createHitlessRedis(surroundings: IoredisSurroundings): HitlessRedisClass {
  const { Redis: Host } = surroundings.module
  const behind = (redis: Facade): Behind => redis[BEHIND] ?? putBehind(redis, redis[AROUND] ?? surroundings)

  class Redis extends Host {
    constructor(...given: readonly unknown[]) {
      super(...given)
      // What is wrong with the options is said at once.
      behind(this)
    }
    static createClient(...given: readonly unknown[]): HostRedis {
      return new Redis(...given)
    }
    get maint(): Maint {
      return behind(this).shown.maint
    }
    override connect(callback?: (error?: unknown) => void): Promise<void> {
      const { client } = behind(this)
      return client === undefined ? super.connect(callback) : client.connect(callback)
    }
    override disconnect(reconnect = false): void {
      const { client } = behind(this)
      if (client === undefined) super.disconnect(reconnect)
      else client.disconnect(reconnect)
    }
    override sendCommand(command: HostCommand, stream?: PipelineStream, node?: unknown): unknown {
      const { client } = behind(this)
      if (client === undefined) return super.sendCommand(command, stream, node)
      const send: SendCommand = super.sendCommand
      if (send.__original !== undefined) showOnce(send, client.current ?? this, command)
      return client.send(command, stream)
    }
    /** The host monitors on a client of its own, which cannot be handed off. */
    override duplicate(override: { readonly monitor?: boolean } = {}): HostRedis {
      const options = { ...this.options, ...override }
      return override.monitor === true ? new Host(options) : new Redis(options)
    }
  }
  showConnection(Redis.prototype, redis => behind(redis).client)
  // The host is its own module, and has itself as a member.
  for (const name of ['default', 'Redis']) Object.defineProperty(Redis, name, { value: Redis, configurable: true })
  return Redis
}

/** The same class with other surroundings, for clients that belong together. */
export function redisClassWith(Redis: HitlessRedisClass, surroundings: IoredisSurroundings): HitlessRedisClass {
  class Own extends Redis {}
  Object.defineProperty(Own.prototype, AROUND, { value: surroundings })
  return Own
}

/** The link behind a client; for tests of the engine. */
export function linkOf(redis: Facade): Link {
  const link = redis[BEHIND]?.client?.link
  if (link === undefined) throw new TypeError('No client with a link')
  return link
}

/** The host calls `connect` before a subclass has fields of its own: what is behind a client is made when it is asked for. */
function putBehind(redis: Facade, surroundings: IoredisSurroundings): Behind {
  const made = makeBehind(redis, surroundings)
  Object.defineProperty(redis, BEHIND, { value: made })
  return made
}

function makeBehind(redis: Facade, surroundings: IoredisSurroundings): Behind {
  const settings = settleIoredisOptions(redis.options, surroundings.lookup)
  const { off, target } = settings
  if (off === undefined) {
    const client = new IoredisClient(redis, settings, surroundings)
    return { client, shown: client }
  }
  const state = {
    get isOpen(): boolean {
      return redis.status !== 'wait' && redis.status !== 'end'
    },
    get isReady(): boolean {
      return redis.status === 'ready'
    },
  }
  const facts = { reason: off, host: target.host, clock: surroundings.clock }
  return { client: undefined, shown: { maint: createOffMaint(facts, state) } }
}

/** The members of a client with everything off that others show of the connection that serves. */
const kept = new WeakMap<object, Record<string, unknown>>()

/** Shows what the host's own code, and instrumentation, read about the connection. */
function showConnection(prototype: object, clientOf: (redis: Facade) => IoredisClient | undefined): void {
  for (const name of ['stream', 'condition'] as const) {
    Object.defineProperty(prototype, name, {
      get(this: Facade): unknown {
        const client = clientOf(this)
        return client === undefined ? kept.get(this)?.[name] : client.current?.[name]
      },
      set(this: Facade, value: unknown): void {
        const members = kept.get(this) ?? {}
        kept.set(this, members)
        members[name] = value
      },
      configurable: true,
    })
  }
}
