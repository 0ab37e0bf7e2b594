import type { Keys } from '../../engine/commands/application-subscriptions.js'
import type { Lifecycle } from '../../engine/link/lifecycle.js'
import type { Link } from '../../engine/link/link.js'
import type { Maint } from '../../engine/link/maint-status.js'
import type { ChannelKind } from '../../engine/ports.js'
import type { ChannelListeners, MessageListener } from '../../engine/session/subscriptions.js'
import type { CommandBlocks } from './command-blocks.js'
import type { NodeRedisHost } from './host.js'
import { type HostCommandOptions, type MultiCommands, prototypeOf } from './internals.js'

/** What the members of a facade act on. */
export interface FacadeParts {
  readonly host: NodeRedisHost
  readonly link: Link
  readonly lifecycle: Lifecycle
  readonly blocks: CommandBlocks
  readonly maint: Maint
  /** Makes another client with the same options, some of them replaced. */
  readonly duplicate: (overrides: object) => unknown
  /** Makes a pool with the same options. */
  readonly createPool: (options: object | undefined) => unknown
}

/** The facade, or an object that the host derived from it: each has command options of its own. */
interface View {
  readonly _commandOptions?: HostCommandOptions
}

/**
 * Turns a host client that never connects into the stable client that the application holds.
 *
 * The host's own machinery above `sendCommand` stays as it is: typed commands, modules, scripts, iterators, derived views
 * and the legacy interface all end there, or in the two functions that run blocks. Replacing just these makes every
 * object that the application ever got from the client act on the connection that serves when it is used.
 */
export function installFacade(client: object, parts: FacadeParts): void {
  const target = prototypeOf(client)
  const groups = [commands(parts), sessionCommands(parts), pubSub(parts), lifecycle(parts), state(parts)]
  for (const group of groups) Object.defineProperties(target, Object.getOwnPropertyDescriptors(group))
}

type GivenBlock = readonly [commands: MultiCommands, database?: number, ...rest: unknown[]]

/** The ways in which commands leave the host's machinery. */
function commands({ link, blocks }: FacadeParts): object {
  const { dispatcher, session } = link

  async function run(kind: 'multi' | 'pipeline', view: View, [given, database, ...rest]: GivenBlock) {
    const replies = await blocks[kind]({ commands: given, database, rest, options: view._commandOptions })
    if (database !== undefined) session.database = database
    return replies
  }

  return {
    sendCommand(this: View, args: readonly unknown[], given?: HostCommandOptions): Promise<unknown> {
      const options =
        given === undefined || given === this._commandOptions
          ? this._commandOptions
          : { ...this._commandOptions, ...given }
      return dispatcher.command(args, options)
    },
    _executeMulti(this: View, ...block: GivenBlock): Promise<unknown[]> {
      return run('multi', this, block)
    },
    _executePipeline(this: View, ...block: GivenBlock): Promise<unknown[]> {
      return run('pipeline', this, block)
    },
  }
}

/** The commands that set something up on the connection, which every further connection must have as well. */
function sessionCommands({ link, host }: FacadeParts): object {
  const { dispatcher, session } = link
  const select = async (database: number): Promise<void> => {
    await dispatcher.command(['SELECT', String(database)], undefined)
  }
  const watch = (keys: unknown): Promise<unknown> =>
    dispatcher.run(({ physical }) => host.clientOf(physical).WATCH(keys))
  const unwatch = (): Promise<unknown> =>
    dispatcher.run(async connection => {
      const reply = await host.clientOf(connection.physical).UNWATCH()
      connection.forgetWatch()
      return reply
    })
  const monitor = async (listener: (line: never) => unknown): Promise<void> => {
    await dispatcher.run(({ physical }) => physical.monitor(listener))
    session.monitor = listener
  }
  const reset = (): Promise<void> =>
    dispatcher.run(async connection => {
      await host.clientOf(connection.physical).reset()
      connection.forgetWatch()
      connection.unpin()
      session.reset()
      await link.connections.askAgain(connection)
    })
  return {
    SELECT: select,
    select,
    WATCH: watch,
    watch,
    UNWATCH: unwatch,
    unwatch,
    MONITOR: monitor,
    monitor,
    reset,
  }
}

/** Publish/subscribe: the application's listeners are kept by the link, the connections only deliver to them. */
function pubSub({ link }: FacadeParts): object {
  const { pubSub: listeners } = link.path
  const subscribe = (kind: ChannelKind) => (keys: Keys, listener: MessageListener, bufferMode?: boolean) =>
    listeners.subscribe(kind, keys, { listener, bufferMode })
  const unsubscribe = (kind: ChannelKind) => (keys?: Keys, listener?: MessageListener, bufferMode?: boolean) =>
    listeners.unsubscribe(kind, keys, listener && { listener, bufferMode })

  const [channels, patterns, sharded] = [subscribe('CHANNELS'), subscribe('PATTERNS'), subscribe('SHARDED')]
  const [noChannels, noPatterns, noSharded] = [unsubscribe('CHANNELS'), unsubscribe('PATTERNS'), unsubscribe('SHARDED')]
  return {
    SUBSCRIBE: channels,
    subscribe: channels,
    PSUBSCRIBE: patterns,
    pSubscribe: patterns,
    SSUBSCRIBE: sharded,
    sSubscribe: sharded,
    UNSUBSCRIBE: noChannels,
    unsubscribe: noChannels,
    PUNSUBSCRIBE: noPatterns,
    pUnsubscribe: noPatterns,
    SUNSUBSCRIBE: noSharded,
    sUnsubscribe: noSharded,
    getPubSubListeners: (kind: ChannelKind) =>
      new Map([...link.session.subscriptions.listenersOf(kind)].map(([key, given]) => [key, toHostShape(given)])),
    extendPubSubListeners: (kind: ChannelKind, given: ReadonlyMap<string, ChannelListeners>) =>
      listeners.extend(kind, given),
    extendPubSubChannelListeners: (kind: ChannelKind, channel: string, given: ChannelListeners) =>
      listeners.extend(kind, new Map([[channel, given]])),
  }
}

/** The listeners of a channel as the host keeps them. */
export function toHostShape(listeners: ChannelListeners): ChannelListeners & { readonly unsubscribing: boolean } {
  return { unsubscribing: false, ...listeners }
}

/** Opening, closing and copying. */
function lifecycle({ lifecycle: life, link, duplicate, createPool }: FacadeParts): object {
  const quit = (): Promise<unknown> => life.quit()
  const keepAlive = (keepsAlive: boolean): void => {
    link.session.refed = keepsAlive
    for (const { physical } of link.connections) physical.keepAlive(keepsAlive)
  }
  return {
    connect: () => life.connect(),
    close: () => life.close(),
    destroy: () => life.destroy(),
    disconnect: async (): Promise<void> => life.destroy(),
    QUIT: quit,
    quit,
    ref: () => keepAlive(true),
    unref: () => keepAlive(false),
    duplicate(this: View, overrides?: object): unknown {
      return duplicate({ commandOptions: this._commandOptions, ...overrides })
    },
    createPool,
  }
}

/** What the client says about itself. */
function state({ lifecycle: life, link, maint }: FacadeParts): object {
  const { dispatcher, session } = link
  return {
    get maint(): Maint {
      return maint
    },
    get isOpen(): boolean {
      return life.isOpen
    },
    get isReady(): boolean {
      return dispatcher.isReady
    },
    get isPubSubActive(): boolean {
      return session.subscriptions.isActive
    },
    get socketEpoch(): number {
      return link.serving.epoch
    },
    get isWatching(): boolean {
      return link.current?.physical.isWatching === true
    },
    get isDirtyWatch(): boolean {
      return link.current?.physical.failsNextExec === true
    },
    setDirtyWatch(message: string): void {
      link.current?.physical.failNextExec(message)
    },
  }
}
