import type { Keys } from '../../engine/commands/application-subscriptions.js'
import type { CommandBlocks, SentBlock } from '../../engine/commands/command-blocks.js'
import type { Run } from '../../engine/commands/waiting-line.js'
import type { Lifecycle } from '../../engine/link/lifecycle.js'
import type { Link } from '../../engine/link/link.js'
import type { Maint } from '../../engine/link/maint-status.js'
import type { ChannelKind } from '../../engine/ports.js'
import type { Connection } from '../../engine/session/connection.js'
import type { ChannelListeners, MessageListener } from '../../engine/session/listeners.js'
import type { NodeRedisHost } from './host.js'
import {
  collectItems,
  type HostClient,
  type HostCommandOptions,
  type MultiCommands,
  prototypeOf,
  shareFieldsets,
} from './internals.js'
import type { GivenOptions } from './options.js'

/** What the members of a facade use. */
export interface FacadeParts {
  readonly host: NodeRedisHost
  readonly link: Link
  readonly lifecycle: Lifecycle
  /** Takes the client out of the host's metrics. */
  readonly leave: () => void
  readonly blocks: CommandBlocks
  /** Made when it is asked for: few applications hold one for each client. */
  readonly createMaint: () => Maint
  maint?: Maint
  /** The options that the client was made with, for what is made like it. */
  readonly given: GivenOptions
  readonly makers: {
    readonly duplicate: (options: GivenOptions) => unknown
    readonly createPool: (options: GivenOptions, poolOptions: object | undefined) => unknown
  }
}

const PARTS = Symbol('hitless')

/** What runs the blocks of each kind in the host. */
const EXECUTE = { multi: '_executeMulti', pipeline: '_executePipeline' } as const

/** The facade, or an object that the host derived from it: each has command options of its own. */
interface Facade {
  readonly [PARTS]: FacadeParts
  readonly _commandOptions?: HostCommandOptions
}

type GivenBlock = readonly [commands: MultiCommands, database?: number, ...rest: unknown[]]

/** The functions by which commands leave the host's code, and what depends on the view. */
const ofView: object & ThisType<Facade> = {
  sendCommand(args: readonly unknown[], given?: HostCommandOptions): Promise<unknown> {
    const own = this._commandOptions
    const options = given === undefined || given === own ? own : { ...own, ...given }
    return this[PARTS].link.dispatcher.command(args, options)
  },
  _executeMulti(...block: GivenBlock): Promise<unknown[]> {
    return runBlock(this, 'multi', block)
  },
  _executePipeline(...block: GivenBlock): Promise<unknown[]> {
    return runBlock(this, 'pipeline', block)
  },
  async connect(): Promise<unknown> {
    await this[PARTS].lifecycle.connect()
    return this
  },
  duplicate(overrides?: object): unknown {
    const { given, makers, host } = this[PARTS]
    const { timeout, ...others } = this._commandOptions ?? {}
    const isImplied = timeout !== undefined && timeout === host.impliedTimeoutMs
    const commandOptions = isImplied ? others : this._commandOptions
    const own = { commandOptions, ...shareFieldsets(this as unknown as HostClient) }
    return makers.duplicate({ ...given, ...own, ...overrides } as GivenOptions)
  },
}

async function runBlock(view: Facade, kind: 'multi' | 'pipeline', [commands, database, ...rest]: GivenBlock) {
  const { blocks, link, host } = view[PARTS]
  const { _commandOptions: options } = view
  const send = ({ physical }: Connection): SentBlock => {
    const client = host.clientOf(physical)
    const same = options === undefined ? client : client.withCommandOptions(options)
    return collectItems(client, () => same[EXECUTE[kind]](commands, database, ...rest))
  }
  const replies = await blocks[kind]({ commands, options, send })
  if (database !== undefined) link.session.database = database
  return replies
}

/** A member that is the same for all views. */
function member<A extends unknown[], R>(act: (parts: FacadeParts, ...args: A) => R): object {
  return function (this: Facade, ...args: A): R {
    return act(this[PARTS], ...args)
  }
}

/** The commands that set something up on the connection. Every further connection must have the same. */
const sessionCommands: object & ThisType<Facade> = {
  async SELECT(database: number): Promise<void> {
    await this[PARTS].link.dispatcher.command(['SELECT', String(database)], this._commandOptions)
  },
  WATCH(keys: unknown): Promise<unknown> {
    const { link, host } = this[PARTS]
    return link.dispatcher.run(({ physical }) => host.clientOf(physical).WATCH(keys), this._commandOptions)
  },
  UNWATCH(): Promise<unknown> {
    const { link, host } = this[PARTS]
    const unwatch: Run<unknown> = async connection => {
      const reply = await host.clientOf(connection.physical).UNWATCH()
      connection.forgetWatch()
      return reply
    }
    return link.dispatcher.run(unwatch, this._commandOptions)
  },
  async MONITOR(listener: (line: never) => unknown): Promise<void> {
    const { link } = this[PARTS]
    const monitor = { listener, options: this._commandOptions }
    await link.dispatcher.run(({ physical }) => physical.monitor(monitor))
    link.session.monitor = monitor
  },
  reset: member(({ link, host }) =>
    link.dispatcher.run(async connection => {
      await link.path.reset(connection, () => host.clientOf(connection.physical).reset())
    }),
  ),
}

const subscribe = (kind: ChannelKind): object =>
  member(({ link }, keys: Keys, listener: MessageListener, bufferMode?: boolean) =>
    link.path.pubSub.subscribe(kind, keys, { listener, bufferMode }),
  )
const unsubscribe = (kind: ChannelKind): object =>
  member(({ link }, keys?: Keys, listener?: MessageListener, bufferMode?: boolean) =>
    link.path.pubSub.unsubscribe(kind, keys, listener && { listener, bufferMode }),
  )

/** Publish/subscribe. The link keeps the application's listeners; the connections only deliver to them. */
const pubSub = {
  SUBSCRIBE: subscribe('CHANNELS'),
  PSUBSCRIBE: subscribe('PATTERNS'),
  SSUBSCRIBE: subscribe('SHARDED'),
  UNSUBSCRIBE: unsubscribe('CHANNELS'),
  PUNSUBSCRIBE: unsubscribe('PATTERNS'),
  SUNSUBSCRIBE: unsubscribe('SHARDED'),
  getPubSubListeners: member(({ link }, kind: ChannelKind) => {
    const listeners = [...link.session.subscriptions.listenersOf(kind)]
    return new Map(listeners.map(([key, given]) => [key, toHostShape(given)]))
  }),
  extendPubSubListeners: member(({ link }, kind: ChannelKind, given: ReadonlyMap<string, ChannelListeners>) =>
    link.path.pubSub.extend(kind, given),
  ),
  extendPubSubChannelListeners: member(({ link }, kind: ChannelKind, channel: string, given: ChannelListeners) =>
    link.path.pubSub.extend(kind, new Map([[channel, given]])),
  ),
}

/** The listeners of a channel as the host keeps them. */
export function toHostShape(listeners: ChannelListeners): ChannelListeners & { readonly unsubscribing: boolean } {
  return { unsubscribing: false, ...listeners }
}

/** Opening, closing and copying. */
const life = {
  close: member(({ lifecycle }) => lifecycle.close()),
  destroy: member(destroy),
  disconnect: member(async parts => destroy(parts)),
  QUIT: member(({ lifecycle }) => lifecycle.quit()),
  ref: member(parts => keepAlive(parts, true)),
  unref: member(parts => keepAlive(parts, false)),
  createPool: member(({ given, makers }, options?: object) => makers.createPool(given, options)),
  setDirtyWatch: member(({ link }, message: string) => link.current?.physical.failNextExec(message)),
}

/** Also a client that never connected leaves the host's metrics. */
function destroy({ lifecycle, leave }: FacadeParts): void {
  lifecycle.destroy()
  leave()
}

function keepAlive({ link }: FacadeParts, keepsAlive: boolean): void {
  link.session.refed = keepsAlive
  for (const { physical } of link.connections) physical.keepAlive(keepsAlive)
}

/** What the client says about itself. */
const state: Readonly<Record<string, (parts: FacadeParts) => unknown>> = {
  maint: parts => {
    parts.maint ??= parts.createMaint()
    return parts.maint
  },
  isOpen: ({ lifecycle }) => lifecycle.isOpen,
  isReady: ({ link }) => link.dispatcher.isReady,
  isPubSubActive: ({ link }) => link.session.subscriptions.isActive,
  socketEpoch: ({ link }) => link.serving.epoch,
  isWatching: ({ link }) => link.current?.physical.isWatching === true,
  isDirtyWatch: ({ link }) => link.current?.physical.failsNextExec === true,
}

function toAccessor([name, read]: [name: string, read: (parts: FacadeParts) => unknown]): [string, PropertyDescriptor] {
  const get = function (this: Facade): unknown {
    return read(this[PARTS])
  }
  return [name, { get, enumerable: true, configurable: true }]
}

const MEMBERS: PropertyDescriptorMap = {
  ...Object.getOwnPropertyDescriptors({ ...ofView, ...sessionCommands, ...pubSub, ...life }),
  ...Object.fromEntries(Object.entries(state).map(toAccessor)),
}

/** What the facades over one class of host clients inherit from. */
const prototypes = new WeakMap<object, object>()

/**
 * Turns a host client that never connects into the stable client that the application holds.
 *
 * The host's own code above `sendCommand` stays as it is: typed commands, modules, scripts, iterators, derived views
 * and the legacy interface all end there, or in the two functions that run blocks. Only these are replaced, so every
 * object of the application acts on the connection that serves then.
 */
export function installFacade(client: object, parts: FacadeParts): void {
  const proper = prototypeOf(client)
  const base = prototypeOf(proper)
  const prototype = prototypes.get(base) ?? Object.create(base, MEMBERS)
  prototypes.set(base, prototype)
  Object.setPrototypeOf(proper, prototype)
  // The host defines `SUBSCRIBE` and the like on each client.
  for (const alias of Object.keys(proper)) {
    const replaced = MEMBERS[alias.toUpperCase()]
    if (replaced !== undefined) Reflect.set(proper, alias, replaced.value)
  }
  Reflect.set(proper, PARTS, parts)
}
