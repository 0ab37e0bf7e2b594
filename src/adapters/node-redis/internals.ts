import type { EventEmitter } from 'node:events'
import type { SeamOwner } from '../../base/seam.js'
import { NeverSent } from '../../engine/commands/recovery/never-sent.js'
import type { ChannelKind } from '../../engine/ports.js'
import { type HostModule, type HostOptions, mergeOptions } from './host-module.js'

/** The versions of `@redis/client` that offer the seams below. */
export const SUPPORTED_HOST_VERSIONS = '>=5.11.0 <7'

/** The library that has the seams. */
export const SEAM_OWNER: SeamOwner = { library: '@redis/client', supported: SUPPORTED_HOST_VERSIONS }

/** A host command that was never written to a socket, as the host's queue returns it. */
export interface QueuedCommand {
  readonly args: readonly unknown[]
  /** Set on (un)subscribe commands only. */
  readonly channelsCounter?: number | undefined
  readonly resolve: (reply?: unknown) => void
  readonly reject: (error: unknown) => void
}

/** The host's command queue. It is internal and typed, and the only way to the pushes and to unsent commands. */
export interface HostQueue {
  readonly decoder: { onPush: (push: unknown[]) => void; write: (chunk: Uint8Array) => void }
  addPushHandler(handler: (push: unknown[]) => boolean): void
  extractAllCommands(): QueuedCommand[]
  /** Takes commands out as they are written, each in pieces. */
  commandsToWrite(): Iterable<readonly (string | Buffer)[]>
  addCommand(args: readonly unknown[], options?: HostCommandOptions): Promise<unknown>
  /** Rejects all commands, written or not. */
  flushAll(error: unknown): void
  /** Whether everything was answered. */
  isEmpty(): boolean
}

/** The options of one command, as far as they matter here. */
export interface HostCommandOptions {
  readonly timeout?: number | undefined
  readonly abortSignal?: AbortSignal | undefined
  readonly [option: string]: unknown
}

/** A queued command of a MULTI block or pipeline. */
export type MultiCommands = readonly { readonly args: readonly unknown[] }[]

/** A listener that wants buffers. */
export type BufferListener = (message: Buffer | readonly Buffer[] | null, channel: Buffer) => unknown

/** The part of a host client that the adapter uses. All of it is public except the members that begin with `_`. */
export interface HostClient extends EventEmitter {
  readonly isOpen: boolean
  readonly isReady: boolean
  readonly options: HostOptions | undefined
  readonly clientSideCache: { clear?(): void } | undefined
  connect(): Promise<unknown>
  destroy(): void
  ref(): void
  unref(): void
  sendCommand(args: readonly unknown[], options?: object): Promise<unknown>
  withCommandOptions(options: object): HostClient
  GET(key: string): Promise<unknown>
  MULTI(): HostBlock
  SELECT(database: number): Promise<unknown>
  MONITOR(callback: (reply: never) => unknown): Promise<unknown>
  QUIT(): Promise<unknown>
  reset(): Promise<unknown>
  /** What it believes to be subscribed to, by channel or pattern; to be changed in place. */
  getPubSubListeners(kind: ChannelKind): Map<string, object>
  SUBSCRIBE(channels: string[], listener: BufferListener, bufferMode: true): Promise<void>
  PSUBSCRIBE(patterns: string[], listener: BufferListener, bufferMode: true): Promise<void>
  SSUBSCRIBE(channels: string[], listener: BufferListener, bufferMode: true): Promise<void>
  UNSUBSCRIBE(channels?: string[]): Promise<void>
  PUNSUBSCRIBE(patterns?: string[]): Promise<void>
  SUNSUBSCRIBE(channels?: string[]): Promise<void>
  /** Newer hosts only; the facade has it. */
  extendPubSubChannelListeners(kind: ChannelKind, channel: string, listeners: object): Promise<void>
  /** Each view has its own. */
  readonly _commandOptions?: HostCommandOptions
  _executeMulti(commands: MultiCommands, database?: number, ...rest: unknown[]): Promise<unknown[]>
  _executePipeline(commands: MultiCommands, database?: number, ...rest: unknown[]): Promise<unknown[]>
  _getQueue(): HostQueue
  _ejectSocket(): { connect(): Promise<unknown> }
  _insertSocket(socket: object): void
  /** Has what is queued written soon. */
  _unpause(): void
  /** The name in the host's traces and metrics; newer hosts only. */
  readonly _clientId?: string
  _setIdentity?(role: string, parentId: string | undefined): void
  _maintenanceUpdate(update: {
    relaxedSocketTimeout: number | undefined
    relaxedCommandTimeout: number | undefined
  }): void
}

/** A host pool, as far as the adapter uses it. */
export interface HostPool extends EventEmitter {
  readonly clientSideCache: { onPoolClose?(): void } | undefined
  readonly identity?: { readonly id: string }
  withCommandOptions(options: object): HostPool
  GET(key: string): Promise<unknown>
}

/** A MULTI block as the application composes it. */
export interface HostBlock {
  SELECT(database: number): HostBlock
  exec(): Promise<unknown>
  execAsPipeline(): Promise<unknown>
}

/**
 * Listens to the pushes that the host does not handle, and does not pass malformed ones on. The host's own handlers
 * throw on pushes without a name, and on some that begin like its own, and then the replies after them are lost.
 *
 * @param onPush - Returns whether it took the push. Must not throw.
 */
export function listenForPushes(client: HostClient, onPush: (push: unknown[]) => boolean): void {
  const queue = client._getQueue()
  const { decoder } = queue
  const deliver = decoder.onPush
  decoder.onPush = push => {
    const [name] = push
    try {
      if (typeof name === 'string' || Buffer.isBuffer(name)) deliver(push)
      else onPush(push)
    } catch {
      onPush(push)
    }
  }
  queue.addPushHandler(onPush)
}

/**
 * Gives the commands that a client has not written back to their senders, as its connection has ended. A subscription is
 * settled instead: all of them are carried over as a whole.
 *
 * @param cause - What they fail with where they cannot be sent elsewhere.
 */
export function giveUnsentBack(client: HostClient, cause: unknown): void {
  for (const command of client._getQueue().extractAllCommands()) {
    if (command.channelsCounter === undefined) command.reject(new NeverSent(cause))
    else command.resolve()
  }
}

/** The object that a host client inherits from. The client and its views are objects that inherit from this one. */
export function prototypeOf(client: object): object {
  return Object.getPrototypeOf(client)
}

/** Has the host make a client; it does not connect. */
export function createHostClient(host: HostModule, options: HostOptions): HostClient {
  // The adapter's view of a host client is structural, and checked at start-up.
  return host.createClient(mergeOptions<never>(options)) as unknown as HostClient
}

/** A class of host clients. */
export type HostClientClass = new (options: HostOptions) => HostClient

/** Makes further clients of one client's class. */
export type HostClientFactory = (options: HostOptions) => HostClient

/** The timeout that the host gives all commands of a client by itself; `undefined` where it has none, or the user set one. */
export function impliedTimeoutOf({ options, _commandOptions }: HostClient): number | undefined {
  const { commandOptions } = options ?? {}
  const given = commandOptions as HostCommandOptions | undefined
  return given?.timeout === undefined ? _commandOptions?.timeout : undefined
}

const factories = new WeakMap<object, HostClientFactory>()

/** The factory of a client's own class. */
export function factoryOf(client: HostClient): HostClientFactory {
  const HostClass = client.constructor as HostClientClass
  const factory = factories.get(HostClass) ?? (options => new HostClass(options))
  factories.set(HostClass, factory)
  return factory
}
