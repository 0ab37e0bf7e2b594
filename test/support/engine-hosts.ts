import * as redis from '@redis/client'
import * as ioredis from 'ioredis'
import { describe, onTestFinished } from 'vitest'
import type { IoredisClusterModule } from '../../src/adapters/ioredis/cluster/ioredis-cluster-seams.js'
import { createIoredisAdapter } from '../../src/adapters/ioredis/ioredis-adapter.js'
import { IOREDIS_ERRORS } from '../../src/adapters/ioredis/ioredis-host.js'
import { type HitlessHostRedis, linkOf } from '../../src/adapters/ioredis/redis-class.js'
import type { HitlessClientOptions } from '../../src/adapters/node-redis/index.js'
import { hostErrors } from '../../src/adapters/node-redis/node-redis-host.js'
import { isHitlessError } from '../../src/base/errors.js'
import type { HitlessOptions } from '../../src/core/options/hitless-options.js'
import type { MaintOptions } from '../../src/core/options/maint-options.js'
import type { Lookup } from '../../src/core/target.js'
import type { Maint } from '../../src/engine/maint/maint-status.js'
import type { HostErrors, SendOptions } from '../../src/engine/ports.js'
import type { SimNode, SimulatorOptions } from '../../src/simulator/index.js'
import { declareAbsence, describeBackends, type TestBackend } from './backends.js'
import { openClient } from './rig.js'
import { ToyClient, type ToyEvent } from './toy-client.js'
import { TOY_ERRORS } from './toy-options.js'

/** A client of any host, as far as the contract of the engine goes. */
export interface EngineClient {
  readonly maint: Maint
  /** What it told its user, in order. */
  readonly events: readonly ToyEvent[]
  connect(): Promise<unknown>
  close(): Promise<unknown>
  quit(): Promise<unknown>
  destroy(): void
  command(words: readonly string[], options?: SendOptions): Promise<unknown>
  subscribe(channel: string, listener: (message: string) => void): Promise<unknown>
  psubscribe(pattern: string, listener: (message: string) => void): Promise<unknown>
  unsubscribe(channel: string): Promise<unknown>
}

/** What a test sets, in words that every host has some for. */
export interface EngineClientOptions {
  readonly host: string
  readonly port: number
  readonly maint?: MaintOptions
  readonly hitless?: HitlessOptions
  readonly name?: string
  readonly database?: number
  readonly lookup?: Lookup
  readonly offlineQueue?: boolean
  readonly maxWaitingCommands?: number
  readonly reconnect?: (retries: number, cause: unknown) => number | false
}

/** A host library behind its adapter. */
export interface EngineHost {
  readonly name: string
  /** The errors that its users know. */
  readonly errors: HostErrors
  /** Whether it has an option of its own for how many commands may wait. */
  readonly boundsQueue: boolean
  create(options: EngineClientOptions): EngineClient
}

const NODE_REDIS: EngineHost = {
  name: '@redis/client',
  errors: hostErrors(redis),
  boundsQueue: true,
  create({ host, port, lookup, reconnect, maint = {}, hitless = {}, offlineQueue, maxWaitingCommands, ...plain }) {
    const socket = {
      host,
      port,
      ...(lookup !== undefined && { lookup }),
      ...(reconnect !== undefined && { reconnectStrategy: reconnect }),
    }
    const client = openClient({
      ...plain,
      socket,
      disableOfflineQueue: offlineQueue === false,
      ...(maxWaitingCommands !== undefined && { commandsQueueMaxLength: maxWaitingCommands }),
      maintNotifications: maint,
      hitless,
    } as HitlessClientOptions)
    const events: ToyEvent[] = []
    const names = {
      ready: 'connected',
      reconnecting: 'reconnecting',
      error: 'failed',
      terminated: 'terminated',
      end: 'ended',
    } as const
    for (const [theirs, ours] of Object.entries(names)) client.on(theirs, () => events.push(ours))
    return {
      maint: client.maint,
      events,
      connect: () => client.connect(),
      close: () => client.close(),
      quit: () => client.quit(),
      destroy: () => client.destroy(),
      command: (words, options) => client.sendCommand(words, options as never),
      subscribe: (channel, listener) => client.subscribe(channel, listener),
      psubscribe: (pattern, listener) => client.pSubscribe(pattern, listener),
      unsubscribe: channel => client.unsubscribe(channel),
    }
  },
}

const IOREDIS: EngineHost = {
  name: 'ioredis',
  errors: IOREDIS_ERRORS,
  boundsQueue: false,
  create({ host, port, lookup, reconnect, maint = {}, hitless = {}, offlineQueue, name, database }) {
    const { Redis } = createIoredisAdapter(ioredis as unknown as IoredisClusterModule, lookup && { lookup })
    let cause: unknown
    const retryStrategy = reconnect && ((times: number) => reconnect(times - 1, cause) || undefined)
    const client = new Redis({
      host,
      port,
      lazyConnect: true,
      // What a test of the contract says about commands in flight is the engine's own rule.
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: null,
      enableOfflineQueue: offlineQueue !== false,
      ...(name !== undefined && { connectionName: name }),
      ...(database !== undefined && { db: database }),
      ...(retryStrategy !== undefined && { retryStrategy }),
      maintNotifications: maint,
      hitless,
    })
    client.on('error', error => {
      cause = error
    })
    return new IoredisEngineClient(client)
  },
}

/** A client of the host, in the words of the contract. */
class IoredisEngineClient implements EngineClient {
  readonly events: ToyEvent[] = []
  readonly #redis: HitlessHostRedis & CallableRedis
  readonly #listeners = new Map<string, (message: string) => void>()
  #isClosing = false

  constructor(redis: HitlessHostRedis) {
    this.#redis = redis as HitlessHostRedis & CallableRedis
    // The host emits its statuses in the next turn, so they are noted when they are set.
    const { setStatus } = redis
    redis.setStatus = (status, argument) => {
      this.#note(status)
      setStatus.call(redis, status, argument)
    }
    redis.on('message', (channel, message) => this.#listeners.get(channel)?.(message))
    redis.on('pmessage', (pattern, _, message) => this.#listeners.get(pattern)?.(message))
  }

  #note(status: string): void {
    if (status === 'ready') this.events.push('connected')
    if (status === 'reconnecting') this.events.push('reconnecting')
    if (status === 'close' && !this.#isClosing) this.events.push('failed')
    if (status === 'end') this.events.push(this.#isClosing ? 'ended' : 'terminated')
  }

  get maint(): Maint {
    return this.#redis.maint
  }

  /** The host's own rejects when the first attempt fails, though others follow, and a subscriber connects. */
  async connect(): Promise<unknown> {
    const redis = this.#redis
    this.#isClosing = false
    const isUnderWay = this.#listeners.size > 0 && redis.status === 'connecting'
    return new Promise((resolve, reject) => {
      const goOn = (error: unknown): void => {
        if (redis.status === 'end' || redis.status === 'ready' || isHitlessError(error)) return reject(error)
        redis.once('ready', resolve)
        redis.once('end', () => reject(error))
      }
      if (isUnderWay) goOn(undefined)
      else redis.connect().then(resolve, goOn)
    })
  }

  async close(): Promise<void> {
    this.#isClosing = true
    const ended = new Promise(resolve => this.#redis.once('end', resolve))
    this.#redis.disconnect()
    await ended
  }

  async quit(): Promise<unknown> {
    this.#isClosing = true
    return this.#redis.quit()
  }

  destroy(): void {
    this.#isClosing = true
    this.#redis.disconnect()
  }

  command(words: readonly string[], options?: SendOptions): Promise<unknown> {
    const [name = '', ...args] = words
    return options === undefined
      ? this.#redis.call(name, ...args)
      : linkOf(this.#redis).dispatcher.command(words, options)
  }

  subscribe(channel: string, listener: (message: string) => void): Promise<unknown> {
    this.#listeners.set(channel, listener)
    return this.#redis.subscribe(channel)
  }

  psubscribe(pattern: string, listener: (message: string) => void): Promise<unknown> {
    this.#listeners.set(pattern, listener)
    return this.#redis.psubscribe(pattern)
  }

  unsubscribe(channel: string): Promise<unknown> {
    return this.#redis.unsubscribe(channel)
  }
}

/** The commands of the host that it makes for each instance. */
interface CallableRedis {
  call(name: string, ...args: readonly string[]): Promise<unknown>
  quit(): Promise<unknown>
  subscribe(channel: string): Promise<unknown>
  psubscribe(pattern: string): Promise<unknown>
  unsubscribe(channel: string): Promise<unknown>
}

const TOY: EngineHost = {
  name: 'a toy host',
  errors: TOY_ERRORS,
  boundsQueue: true,
  create(options) {
    const events: ToyEvent[] = []
    const client = new ToyClient({ connectTimeoutMs: 5_000, ...options, tell: event => events.push(event) })
    return Object.assign(client, { events })
  },
}

/** What a test of the contract works with. */
export interface EngineRig {
  readonly host: EngineHost
  readonly errors: HostErrors
  /** Starts nodes of one database, which end with the test. */
  start(options?: Omit<SimulatorOptions, 'backend'>): ReturnType<TestBackend['simulate']>
  /** Makes a client of a node, or of another place, which ends with the test; its hand-offs begin at once. */
  create(node: SimNode | undefined, options?: Partial<EngineClientOptions>): EngineClient
  connect(node: SimNode | undefined, options?: Partial<EngineClientOptions>): Promise<EngineClient>
}

/**
 * Declares the same tests for every host that the engine drives, over every back end. A new host joins the list below.
 *
 * The toy has no users: what it needs is shown by one back end.
 *
 * @param describeOver - `describeStore` for what only the built-in store can be.
 */
export function describeHosts(
  title: string,
  define: (rig: EngineRig) => void,
  describeOver: typeof describeBackends = describeBackends,
): void {
  describe.each([NODE_REDIS, IOREDIS, TOY])('$name', host => {
    describeOver(title, backend => {
      if (host !== NODE_REDIS && backend.name !== 'store') declareAbsence(`${host.name} needs one back end`, false)
      else define(rigOf(host, backend))
    })
  })
}

function rigOf(host: EngineHost, backend: TestBackend): EngineRig {
  const create: EngineRig['create'] = (node, { maint, ...options } = {}) => {
    const place = node === undefined ? { host: 'localhost', port: 0 } : node.endpoint
    const client = host.create({ ...place, ...options, maint: { ...maint, handoff: { spread: 0, ...maint?.handoff } } })
    onTestFinished(() => client.destroy())
    return client
  }
  return {
    host,
    errors: host.errors,
    start: options => backend.simulate(options),
    create,
    async connect(node, options) {
      const client = create(node, options)
      await client.connect()
      return client
    },
  }
}
