import type { Signal } from '../base/light-signal.js'
import type { ConnectionId } from '../core/decide/phase.js'
import type { Route } from '../core/decide/route.js'
import type { Way } from '../core/target.js'
import type { Untap, WireTap } from '../wire/stream-tap.js'

/** The words of a command: its name and arguments, as the application gave them. */
export type Words = readonly unknown[]

/** How one command is sent. Other options are the host's own and are passed on unchanged. */
export interface SendOptions {
  /** How long the application waits for the answer, in milliseconds. */
  readonly timeout?: number | undefined
  /** Ends the wait. */
  readonly abortSignal?: AbortSignal | undefined
  /** Whether it is written before others that wait to be written. */
  readonly asap?: boolean | undefined
  readonly [option: string]: unknown
}

/** For commands of the library's own: the application's timeout and signal are not theirs. */
export const UNBOUNDED: SendOptions = { timeout: undefined, abortSignal: undefined }

/** Sends a command and resolves with its answer. It never throws: every error comes as a rejection. */
export type Send = (words: Words, options?: SendOptions) => Promise<unknown>

/** The kinds of subscription: by channel, by pattern, by shard channel. */
export type ChannelKind = 'CHANNELS' | 'PATTERNS' | 'SHARDED'

/** What MONITOR was asked with. */
export interface Monitoring {
  readonly listener: (line: never) => unknown
  /** The options of the call. */
  readonly options: SendOptions | undefined
}

/** A message that a connection received. */
export interface Delivery {
  readonly kind: ChannelKind
  /** The channel or pattern that was subscribed. */
  readonly key: string
  readonly channel: Buffer
  /** A list of keys, or `null` for all keys, where a server without RESP3 tells of stale keys on a channel. */
  readonly message: Buffer | readonly Buffer[] | null
}

/** A connection to be made. */
export interface ConnectionPlan {
  readonly id: ConnectionId
  readonly route: Route
  /** Which address of the name to take; `undefined` where there is no name. */
  readonly way: Way | undefined
  /** The database to select; `undefined` for the configured one. */
  readonly database: number | undefined
  /** Whether its socket keeps the process alive. */
  readonly keepsAlive: boolean
  /** Options of Node's `tls.connect` that count before the configured ones. */
  readonly tls?: object | undefined
}

/** What a physical connection tells. A host may call these in its read path, since none of them throws. */
export interface ConnectionEvents {
  /** The socket is connected and the handshake is not written yet. Only now may `sendInHandshake` be called. */
  onConnect(): void
  /** Bytes arrived; told before they are read. */
  onBytes(): void
  /** A push that the host does not handle. Returns whether it was a maintenance notification. */
  onPush(items: readonly unknown[]): boolean
  onMessage(delivery: Delivery): void
  /** An error that did not end the connection. Most hosts have no such errors. */
  onError(error: unknown): void
  /** An event of the host's own that means the same on any connection. */
  onHostEvent(event: string, args: readonly unknown[]): void
  /**
   * It broke after it was ready, without a call of `destroy`. Called once, with `isReady` false, before the host
   * rejects what was in flight, so that the engine already knows where new commands go.
   *
   * A command of which no byte was written fails with a `NeverSent` then, and so it does when the engine ends a connection
   * that was ready: before those in flight fail. (Un)subscriptions are resolved instead, as the next connection is
   * subscribed to everything.
   */
  onLost(cause: unknown): void
}

/** One physical connection: it is made once, never reconnects, and ends for good. Only its adapter sees more of it. */
export interface HostConnection {
  /** From the end of its handshake until it breaks or is destroyed. */
  readonly isReady: boolean
  /** Commands leave in the order of the calls, each answer goes to its own command. A plain field: it is read for every command. */
  readonly send: Send
  /** Whether anything sent, or to be sent, has no answer. */
  readonly owesReplies: boolean
  /** Connects and shakes hands; called once. Rejects with the host's own error, with nothing told to `onLost`. */
  connect(): Promise<void>
  /** Sends a command in the same write as the handshake. The host's traces and error counters do not see it. */
  sendInHandshake(words: readonly string[]): Promise<unknown>
  /**
   * Sends one command at once, in order with all others; resolves once the server has confirmed all of them. Messages come by
   * `onMessage`. What was refused, or is being unsubscribed, can be subscribed to again.
   */
  subscribe(kind: ChannelKind, keys: readonly string[]): Promise<void>
  unsubscribe(kind: ChannelKind, keys: readonly string[]): Promise<void>
  /** The server has ended all of them by itself, as RESET does. */
  forgetSubscriptions(): void
  /** Sends MONITOR, where the host's users can ask for it. */
  monitor?(monitoring: Monitoring): Promise<unknown>
  /** Sends QUIT. That the server closes the connection then does not count as a loss. */
  quit(): Promise<unknown>
  /** Raises the socket's idle timeout to at least this number of milliseconds, or sets it back. */
  relaxSocketTimeout(timeoutMs: number | undefined): void
  /** Empties the client-side cache, where the host has one. */
  dropCachedReplies?(): void
  /** Shows what goes over it from now on, in plain text also where the socket is encrypted. Called at any time. */
  tap(tap: WireTap): Untap
  /** Whether its socket keeps the process alive from now on. */
  keepAlive(keepsAlive: boolean): void
  /**
   * Ends it at once, in any state: no socket or timer is left, and what has no answer fails. Idempotent; it emits
   * nothing.
   */
  destroy(): void
}

/** What an error of the host means. */
export type FailureKind =
  | 'reply'
  | 'timeout'
  | 'aborted'
  | 'offline'
  | 'connect-timeout'
  | 'socket-timeout'
  | 'socket-closed'
  | 'credentials'
  | 'other'

/** The errors that the users of a host know. A new one is made for each failure. */
export interface HostErrors {
  closed(): Error
  offline(): Error
  /** More commands than the host's own options allow. */
  queueFull(): Error
  destroyed(): Error
  timeout(message?: string): Error
  aborted(): Error
  watch(reason: string): Error
  connectTimeout(): Error
  alreadyOpen(): Error
}

/** The pause before the next attempt. */
export interface ReconnectPause {
  readonly afterMs: number
  /** What the user's strategy threw in place of an answer. */
  readonly thrown?: unknown
}

/** When the next attempt follows, or the error that ends all attempts. */
export type ReconnectDecision = ReconnectPause | { readonly giveUp: unknown }

/** A host library, set up for one client. */
export interface Host {
  readonly errors: HostErrors
  /** How many commands may wait, where the host's own options say it. */
  readonly maxWaitingCommands?: number | undefined
  /** Whether commands fail instead of waiting while nothing serves. */
  readonly failsOffline: boolean
  /**
   * The timeout of commands for which the user has set none, in milliseconds; `undefined` where there is none. It ends only
   * the wait until a command is written. One that the user has set ends the call.
   */
  readonly impliedTimeoutMs?: number | undefined
  /**
   * With how many connections one command may be lost that may be sent again, where the host's own options say it. Default: 1.
   */
  readonly mostLosses?: number
  /** Whether the server is a node of a cluster of the host, which sends again what that refuses with `TRYAGAIN`. */
  readonly isClusterNode?: boolean
  /** Whether the user paces reconnects. */
  readonly pacesReconnects: boolean
  /** Whether a connection with subscriptions can do nothing else, as on RESP2. */
  readonly subscribersOnlyListen?: boolean
  classify(error: unknown): FailureKind
  reconnectDelay(retries: number, cause: unknown): ReconnectDecision
  /**
   * Asks the user's identity provider, where there is one, for what the next connection needs. Called before a dial; the
   * result is called when the dial is over. What it rejects with has the kind `credentials`: it says nothing about the
   * database. The signal aborts when it takes too long, or the dial is given up.
   */
  askCredentials?(signal: Signal): Promise<() => void> | undefined
  /** Makes a connection; it does not connect yet. */
  open(plan: ConnectionPlan, events: ConnectionEvents): HostConnection
  /** Ends what its connections share, where they share something. The client may connect again afterwards. */
  dispose?(): void
}

/** What the application's client is told. No member may throw. */
export interface ClientEvents {
  /** The socket of an attempt to connect is there; its handshake follows. Not told of a hand-off. */
  reached(): void
  /** A connection serves, after a connect or a reconnect, not after a hand-off. */
  connected(): void
  reconnecting(): void
  failed(error: unknown): void
  terminated(error: unknown): void
  /** Another connection serves: earlier cached answers may be wrong. */
  cacheDropped(): void
  /** An event of the host's own, of the connection that serves. */
  hostEvent(event: string, args: readonly unknown[]): void
}
