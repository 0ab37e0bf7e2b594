import type { Keys } from '../../engine/commands/application-subscriptions.js'
import type { CommandBlocks } from '../../engine/commands/multi/command-blocks.js'
import { answeredElsewhere, runTaken, type TakenCommand } from '../../engine/commands/multi/taken-block.js'
import type { Lifecycle } from '../../engine/link/lifecycle.js'
import type { Link } from '../../engine/link/link.js'
import type { StandIn } from '../../engine/link/stand-in.js'
import type { Maint } from '../../engine/maint/maint-status.js'
import type { ChannelKind } from '../../engine/ports.js'
import { SOCKET_SHAPE } from '../../engine/session/own-socket.js'
import type { ChannelListeners, MessageListener } from '../../engine/session/subscriptions/listeners.js'
import { type HostOptions, mergeOptions } from './host-module.js'
import type { HostClient, HostClientClass, HostCommandOptions, MultiCommands } from './internals.js'
import type { NodeRedisHost } from './node-redis-host.js'
import type { GivenOptions } from './options.js'
import type { KnownClass } from './seams.js'
import { replaceSocket, shareFieldsets } from './telemetry.js'

/** What the members of a facade use. */
export interface FacadeParts {
  readonly host: NodeRedisHost
  readonly link: Link
  readonly lifecycle: Lifecycle
  readonly socket: StandIn
  readonly blocks: CommandBlocks
  readonly maint: Maint
  /** The options that the client was made with, for what is made like it. */
  readonly given: GivenOptions
  readonly makers: Makers
  /** Takes the client out of the host's metrics. */
  leave(): void
}

/** What else a client makes and asks. */
export interface Makers {
  readonly duplicate: (options: GivenOptions) => unknown
  readonly createPool: (options: GivenOptions, poolOptions: object | undefined) => unknown
  /** For a client of a cluster: sends what its node has refused to another one; `undefined` where it does not belong there. */
  readonly again?:
    | ((
        error: unknown,
        send: (client: HostClient, options: object) => Promise<unknown>,
        options: HostCommandOptions | undefined,
      ) => Promise<unknown> | undefined)
    | undefined
}

const PARTS = Symbol('hitless')

/** The facade, or an object that the host derived from it: each has command options of its own. */
interface Facade {
  readonly [PARTS]: FacadeParts
  readonly _commandOptions?: HostCommandOptions
  readonly isDirtyWatch: boolean
}

type GivenBlock = readonly [commands: MultiCommands, database?: number, ...rest: unknown[]]

/** The functions by which blocks leave the host's code, and what depends on the view. */
const ofView: object & ThisType<Facade> = {
  _executeMulti(...block: GivenBlock): Promise<unknown[]> {
    return runBlock(this, 'multi', block)
  },
  _executePipeline(...block: GivenBlock): Promise<unknown[]> {
    return runBlock(this, 'pipeline', block)
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

/** The host traces the block, and checks the watch, as those of a client that is connected. Only its commands are taken. */
async function runBlock(view: Facade, kind: 'multi' | 'pipeline', given: GivenBlock): Promise<unknown[]> {
  const { socket, blocks, link, host } = view[PARTS]
  const [commands, database] = given
  const execute = view.constructor.prototype[kind === 'multi' ? '_executeMulti' : '_executePipeline']
  const take = () => socket.intake.collect(() => execute.apply(view, given) as Promise<unknown[]>)
  const isForgotten = kind === 'multi' && socket.isOpen && link.current?.isWatching !== true && !view.isDirtyWatch
  let { replies, items } = take()
  if (isForgotten && items.length === 0) {
    // It remembers a watch that RESET has ended, and has forgotten it now.
    replies.catch(() => {})
    ;({ replies, items } = take())
  }
  // Where it refuses a block since the keys are not watched any more, that is told.
  if (items.length === 0) link.current?.forgetWatch()
  else {
    const taken = kind === 'pipeline' ? items.map(item => elsewhere(view[PARTS], item)) : items
    runTaken({ kind, commands, options: view._commandOptions, items: taken }, blocks, host.errors)
  }
  const all = await replies
  if (database !== undefined) link.session.database = database
  return all
}

/** In a cluster each item of a pipeline follows the node that says where it belongs. */
function elsewhere({ makers: { again } }: FacadeParts, item: TakenCommand): TakenCommand {
  const { args, options } = item
  if (again === undefined) return item
  const send = (client: HostClient, own: object): Promise<unknown> => client.sendCommand(args, { ...options, ...own })
  return answeredElsewhere(item, error => again(error, send, options))
}

/** A member that is the same for all views. */
function member<A extends unknown[], R>(act: (parts: FacadeParts, ...args: A) => R): object {
  return function (this: Facade, ...args: A): R {
    return act(this[PARTS], ...args)
  }
}

/** The commands that set something up on the connection. Every further connection must have the same. */
const sessionCommands: object & ThisType<Facade> = {
  MONITOR(listener: (line: never) => unknown): Promise<void> {
    return this[PARTS].link.path.monitor({ listener, options: this._commandOptions })
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
  destroy: member(parts => leaving(parts, parts.lifecycle.destroy())),
  disconnect: member(async parts => leaving(parts, parts.lifecycle.destroy())),
  QUIT: member(parts => leaving(parts, parts.lifecycle.quit())),
  ref: member(({ lifecycle }) => lifecycle.keepAlive(true)),
  unref: member(({ lifecycle }) => lifecycle.keepAlive(false)),
  createPool: member(({ given, makers }, options?: object) => makers.createPool(given, options)),
}

/** A client that ends leaves the host's metrics at once, also one that never connected. */
function leaving<T>(parts: FacadeParts, ended: T): T {
  parts.leave()
  return ended
}

/** What the client says about itself. */
const state: Readonly<Record<string, (parts: FacadeParts) => unknown>> = {
  maint: ({ maint }) => maint,
  isOpen: ({ lifecycle }) => lifecycle.isOpen,
  isReady: ({ link }) => link.dispatcher.isReady,
  isWatching: ({ link }) => link.current?.isWatching === true,
  isPubSubActive: ({ link }) => link.session.subscriptions.isActive,
  socketEpoch: ({ link }) => link.serving.epoch,
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

/** The classes of facades, each over one class of host clients. */
const classes = new WeakMap<HostClientClass, HostClientClass>()

/** Makes a host client that never connects, for `installFacade`. */
export function createFacade({ HostClass, shape }: KnownClass, options: HostOptions): HostClient {
  const FacadeClass = classes.get(HostClass) ?? facadeClassOf(HostClass)
  classes.set(HostClass, FacadeClass)
  const socket = options.socket && { socket: mergeOptions(SOCKET_SHAPE, options.socket) }
  return new FacadeClass(mergeOptions(shape, options, socket))
}

function facadeClassOf(HostClass: HostClientClass): HostClientClass {
  const FacadeClass = class extends HostClass {}
  Object.defineProperties(FacadeClass.prototype, MEMBERS)
  // It is known by the class of the host.
  Reflect.deleteProperty(FacadeClass.prototype, 'constructor')
  return FacadeClass
}

/**
 * Turns a host client that never connects into the stable client that the application holds.
 *
 * The host's own code above its queue stays as it is: typed commands, modules, scripts, iterators, derived views and the
 * legacy interface all end there, past the host's traces, or in the two functions that run blocks. Only these are replaced,
 * so every object of the application acts on the connection that serves then.
 *
 * @returns An object that inherits from the client, as the host has it. What others inherit from is costly to change from then on.
 */
export function installFacade(client: HostClient, parts: FacadeParts): HostClient {
  replaceSocket(client, parts.socket)
  client._getQueue().addCommand = parts.socket.take
  Reflect.set(client, PARTS, parts)
  return Object.create(client)
}
