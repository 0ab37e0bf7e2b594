import type { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import type { OwnOptions } from '../../core/options/maint-options.js'
import { hostNameOf, type Lookup, type Target, timeLimitOf } from '../../core/target.js'

/** The versions of `ioredis` that offer the seams of `ioredis-seams.ts`, and speak RESP3. */
export const SUPPORTED_IOREDIS_VERSIONS = '>=6.0.0 <7'

/** A command of the host: made by its own code from what the application calls, with the promise that the application has. */
export interface HostCommand {
  name: string
  args: unknown[]
  readonly promise: Promise<unknown>
  readonly inTransaction: boolean
  readonly pipelineIndex?: number | undefined
  /** Whether the host has published it on its channels. */
  isTraced?: boolean
  /** Whether the application has an answer, or an error. */
  readonly isSettled?: boolean
  /** Decodes and transforms an answer, and gives it to the application. */
  resolve: (reply: unknown) => unknown
  reject: (error: Error) => void
  /** The hash slot of its first key; `null` without one. */
  getSlot(): number | null
  /** Its bytes. Scripts look whether the socket has had them already. */
  toWritable(socket: object): string | Buffer
  /** Newer hosts only: the protocol of the connection by which the answer is transformed. */
  setReplyContext?(context: object | null | undefined): void
}

/** Makes commands of the host. */
export type HostCommandClass = new (
  name: string,
  args?: readonly unknown[],
  options?: object,
  callback?: (error: unknown, reply: unknown) => void,
) => HostCommand

/** What the host knows about one connection. */
export interface HostCondition {
  readonly protocol?: 2 | 3
  subscriber: unknown
  readonly select: number
}

/** A queue of the host. */
export interface HostCommandQueue {
  readonly length: number
  push(item: object): unknown
  pop(): { readonly command: HostCommand } | undefined
  shift(): { readonly command: HostCommand } | undefined
}

/** A stream to which a pipeline of the host writes its commands. */
export interface PipelineStream {
  readonly isPipeline?: boolean
}

/** An instance of the host's client, as far as the adapter uses it. */
export interface HostRedis extends EventEmitter {
  options: IoredisOptions
  status: string
  /** Its number among the connections of the application's client. */
  connectionEpoch: number
  /** How many attempts to connect have failed in a row. */
  retryAttempts: number
  stream?: Socket
  condition?: HostCondition | null
  commandQueue: HostCommandQueue
  readonly offlineQueue: HostCommandQueue
  connect(callback?: (error?: unknown) => void): Promise<void>
  disconnect(reconnect?: boolean): void
  duplicate(override?: object): HostRedis
  sendCommand(command: HostCommand, stream?: object, node?: unknown): unknown
  /** Fails all commands. */
  flushQueue(error: Error): void
  /** Sets the status, and emits it as an event in the next turn. */
  setStatus(status: string, argument?: unknown): void
  /** Emits where somebody listens; an error to which nobody listens is logged. */
  silentEmit(event: string, argument?: unknown): boolean
}

/** What opens the sockets of a host client. */
export interface HostConnector {
  connect(emit: (event: string, error: unknown) => void): Promise<Socket>
  disconnect(): void
  check(info: object): boolean
  /** Whose events it emits. */
  emitter?: unknown
  /** The sentinels, in the order in which they are asked. */
  sentinelIterator?: SentinelIterator
}

/** The host goes through its sentinels with it. */
export interface SentinelIterator {
  /** Begins with the first one, or with the one that was asked last. */
  reset(movesLastToFirst: boolean): void
  /** Adds one that is asked last, unless it is there. */
  add?(sentinel: object): boolean
}

/** Makes what opens sockets. */
export type HostConnectorClass = new (options: object) => HostConnector

/** The host library's module. It is passed in, so that one adapter works with every version of it. */
export interface IoredisModule {
  readonly Redis: HostRedisClass
  readonly Command: HostCommandClass
  readonly ReplyError: new (message: string) => Error
  readonly SentinelConnector: HostConnectorClass
}

/** The class of the host's clients. */
export type HostRedisClass = new (...given: readonly unknown[]) => HostRedis

/** The host's options, as far as the adapter reads or sets them. The host parses URLs and fills in its defaults. */
export interface IoredisOptions extends OwnOptions {
  readonly host?: string
  readonly port?: number
  readonly path?: string | undefined
  readonly family?: number
  readonly tls?: (object & { readonly servername?: string; readonly lookup?: Lookup }) | null
  readonly Connector?: HostConnectorClass | undefined
  readonly sentinels?: readonly object[] | null
  readonly name?: string | null
  /** Whether sentinels are asked for the others. */
  readonly updateSentinels?: boolean
  readonly db?: number
  readonly protocol?: 2 | 3
  readonly connectTimeout?: number | null
  readonly disconnectTimeout?: number
  readonly commandTimeout?: number | undefined
  readonly blockingTimeout?: number | undefined
  readonly blockingTimeoutGrace?: number | undefined
  readonly stringNumbers?: boolean
  /** Whether a client of a cluster leads to a replica. */
  readonly readOnly?: boolean
  socketTimeout?: number | undefined
  readonly lazyConnect?: boolean
  readonly monitor?: boolean
  readonly enableOfflineQueue?: boolean
  readonly enableReadyCheck?: boolean
  readonly autoResubscribe?: boolean
  readonly autoResendUnfulfilledCommands?: boolean
  readonly maxRetriesPerRequest?: number | null
  readonly retryStrategy?: ((times: number) => unknown) | null
  readonly reconnectOnError?: ((error: Error) => unknown) | null
  readonly [option: string]: unknown
}

/** How long the host gives a connection where the options say nothing, in milliseconds. */
const CONNECT_TIMEOUT_MS = 10_000

/**
 * Where a client's options lead.
 *
 * @param byDefault - Resolves names where the options have no lookup.
 * @throws HitlessError `OPTIONS_INVALID` for a time that is none.
 */
export function ioredisTargetOf(options: IoredisOptions, byDefault?: Lookup): Target {
  const { host, port = 6379, path, tls, sentinels, connectTimeout = CONNECT_TIMEOUT_MS, family } = options
  const { lookup = byDefault } = tls ?? {}
  const connectTimeoutMs = timeLimitOf(connectTimeout)
  const common = { tls: Boolean(tls), connectTimeoutMs, lookup, family: family ?? 0, hints: undefined }
  if (sentinels) return { host: undefined, port: 0, path: sentinelKeyOf(options), ...common }
  return path
    ? { host: undefined, port: 0, path, ...common }
    : { host: hostNameOf(host), port, path: undefined, ...common }
}

/** The name under which clients of the same sentinels share what belongs to their database. */
function sentinelKeyOf({ sentinels, name }: IoredisOptions): string {
  return `sentinel ${String(name)} of ${JSON.stringify(sentinels)}`
}

/** Whether the socket of such a client is encrypted: the host asks for it twice where sentinels tell the address. */
export function isEncrypted({ tls, sentinels, enableTLSForSentinelMode }: IoredisOptions): boolean {
  return Boolean(tls) && (!sentinels || enableTLSForSentinelMode === true)
}
