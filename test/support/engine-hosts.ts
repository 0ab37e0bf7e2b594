import * as redis from '@redis/client'
import { describe, onTestFinished } from 'vitest'
import { hostErrors } from '../../src/adapters/node-redis/host.js'
import type { HitlessClientOptions } from '../../src/adapters/node-redis/index.js'
import type { HitlessOptions } from '../../src/core/options/hitless-options.js'
import type { MaintOptions } from '../../src/core/options/maint-options.js'
import type { Lookup } from '../../src/core/target.js'
import type { Maint } from '../../src/engine/link/maint-status.js'
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
  create(options: EngineClientOptions): EngineClient
}

const NODE_REDIS: EngineHost = {
  name: '@redis/client',
  errors: hostErrors(redis),
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

const TOY: EngineHost = {
  name: 'a toy host',
  errors: TOY_ERRORS,
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
 */
export function describeHosts(title: string, define: (rig: EngineRig) => void): void {
  describe.each([NODE_REDIS, TOY])('$name', host => {
    describeBackends(title, backend => {
      if (host === TOY && backend.name !== 'store') declareAbsence('the toy needs one back end', false)
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
