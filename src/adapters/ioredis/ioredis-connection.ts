import type { Socket } from 'node:net'
import type { HitlessError } from '../../base/errors.js'
import type { ChannelKind, ConnectionEvents, ConnectionPlan, HostConnection, Send, Words } from '../../engine/ports.js'
import { SUBSCRIBE, UNSUBSCRIBE } from '../../engine/session/subscriptions/channel-words.js'
import { StreamTaps, type Untap, type WireTap } from '../../wire/stream-tap.js'
import type { AttemptMaker, CarriedOptions } from './commands/carried-command.js'
import { CommandWriter } from './commands/command-writer.js'
import { connectEventOf, type DialParts, optionsFor } from './ioredis-dial.js'
import type { HostRedis } from './ioredis-module.js'
import { guardSocket, listenForMessages } from './ioredis-reader.js'

/** What the connections of one client have in common. */
export interface IoredisParts extends Omit<DialParts, 'plan' | 'onSocket'> {
  readonly attempts: AttemptMaker
  /** Whether a cluster sends again what a server refuses that owns some slots only. */
  readonly isClusterNode: boolean
}

/** What the host says when an answer comes for which it has no command. */
const NOTHING_ASKED = /^Command queue state error/

/** What the host says of everything that is closed. */
export const CLOSED = 'Connection is closed.'

const closings = new WeakSet<object>()

/** How a connection ended of which nobody complained, in the words of the host. */
export function connectionClosed(cause?: unknown): Error {
  const error = new Error(CLOSED, cause === undefined ? undefined : { cause })
  closings.add(error)
  return error
}

/** Whether an error says only that a connection is closed. */
export function isConnectionClosed(error: unknown): boolean {
  return typeof error === 'object' && error !== null && closings.has(error)
}

/** One client of the host library, used for one connection: it has nothing to remember, to repeat or to wait for. */
export class IoredisConnection implements HostConnection {
  readonly redis: HostRedis
  readonly writer: CommandWriter
  readonly send: Send
  readonly #parts: IoredisParts
  readonly #plan: ConnectionPlan
  readonly #events: ConnectionEvents
  #life: 'connecting' | 'ready' | 'over' = 'connecting'
  #socket: Socket | undefined
  #taps: StreamTaps | undefined
  #cause: unknown
  #garbage: HitlessError | undefined
  #isQuitting = false

  constructor(parts: IoredisParts, plan: ConnectionPlan, events: ConnectionEvents) {
    this.#parts = parts
    this.#plan = plan
    this.#events = events
    this.redis = new parts.module.Redis(optionsFor({ plan, onSocket: socket => this.#watch(socket), ...parts }))
    this.writer = new CommandWriter(this.redis, parts.module)
    this.send = (words, options) => this.#send(words, options as CarriedOptions | undefined)
    this.redis.on('error', error => this.#onError(error))
    this.redis.on('select', database => events.onHostEvent('select', [database]))
    this.redis.on('moved', () => events.onHostEvent('moved', []))
    listenForMessages(this.redis, { onMessage: delivery => events.onMessage(delivery) })
  }

  get isReady(): boolean {
    return this.#life === 'ready'
  }

  get owesReplies(): boolean {
    return this.redis.commandQueue.length + this.writer.held > 0
  }

  async connect(): Promise<void> {
    try {
      await this.redis.connect()
    } catch (error) {
      this.destroy()
      throw this.#garbage ?? this.#cause ?? connectionClosed(error)
    }
    if (this.#life === 'over') throw connectionClosed()
    this.#life = 'ready'
    this.#tellRefusals()
  }

  /** What the server refuses of a handshake and can be done without, the host tells and goes on. */
  #tellRefusals(): void {
    const { module, client } = this.#parts
    const refusal = this.#cause
    if (!(refusal instanceof module.ReplyError)) return
    this.#cause = undefined
    client.silentEmit('error', refusal)
  }

  /** The host queues what is no part of its own handshake. It is written beside the queue, behind what the host has written. */
  sendInHandshake(words: readonly string[]): Promise<unknown> {
    const { redis } = this
    const { stream, commandQueue, condition } = redis
    const command = this.#parts.attempts.make(words)
    if (stream === undefined) return Promise.reject(connectionClosed())
    stream.write(command.toWritable(stream))
    commandQueue.push({ command, stream: undefined, select: condition?.select })
    return command.promise
  }

  async subscribe(kind: ChannelKind, keys: readonly string[]): Promise<void> {
    await this.#send([SUBSCRIBE[kind].toLowerCase(), ...keys])
  }

  async unsubscribe(kind: ChannelKind, keys: readonly string[]): Promise<void> {
    await this.#send([UNSUBSCRIBE[kind].toLowerCase(), ...keys]).catch(error => {
      // Of what was lost on the way nothing needs to be told: the next connection is not subscribed to it.
      if (this.#life !== 'over') throw error
    })
  }

  forgetSubscriptions(): void {
    if (this.redis.condition) this.redis.condition.subscriber = false
  }

  quit(): Promise<unknown> {
    this.#isQuitting = true
    return this.#send(['quit'])
  }

  /** It counts from when the host sets its next timer. A timeout that the user did not set stays unset. */
  relaxSocketTimeout(timeoutMs = 0): void {
    const { socketTimeout } = this.#parts.client.options
    if (socketTimeout !== undefined) this.redis.options.socketTimeout = Math.max(socketTimeout, timeoutMs)
  }

  tap(tap: WireTap): Untap {
    this.#taps ??= new StreamTaps(this.#socket)
    return this.#taps.add(tap)
  }

  keepAlive(keepsAlive: boolean): void {
    if (keepsAlive) this.#socket?.ref()
    else this.#socket?.unref()
  }

  destroy(): void {
    this.#end(new Error(CLOSED))
    this.#socket?.destroy()
    if (this.redis.status !== 'end') this.redis.disconnect()
  }

  /** Ends it as if it had broken: the link connects again. */
  breakOff(cause: unknown): void {
    this.#lose(cause)
    this.#socket?.destroy()
  }

  #send(words: Words, options?: CarriedOptions): Promise<unknown> {
    if (this.#life === 'over') return Promise.reject(connectionClosed())
    const command = this.#parts.attempts.make(words, options?.carried)
    this.writer.write(command)
    return command.promise
  }

  /** Listens to a socket before the host does. */
  #watch(socket: Socket): void {
    this.#socket = socket
    this.#taps?.attach(socket)
    if (!this.#plan.keepsAlive) socket.unref()
    // The host writes its handshake in this turn. What is asked besides leaves with it.
    socket.once(connectEventOf(this.redis.options), () => {
      socket.cork()
      process.nextTick(() => {
        if (this.#life === 'connecting') this.#events.onConnect()
        socket.uncork()
      })
    })
    socket.on('drain', () => this.writer.onDrain())
    socket.once('error', error => {
      this.#cause ??= error
    })
    socket.once('close', () => this.#lose(this.#garbage ?? this.#cause ?? connectionClosed()))
    guardSocket(socket, {
      onBytes: () => this.#events.onBytes(),
      onGarbage: error => this.#breakForGarbage(error),
      onPush: items => this.#events.onPush(items),
      onMessage: delivery => this.#events.onMessage(delivery),
    })
  }

  #onError(error: unknown): void {
    this.#cause ??= error
    if (error instanceof Error && NOTHING_ASKED.test(error.message)) this.#breakForGarbage(error as HitlessError)
  }

  #breakForGarbage(error: HitlessError): void {
    if (this.#life === 'over') return
    this.#garbage ??= error
    if (this.#life === 'ready') this.#lose(error)
    this.redis.flushQueue(error)
    this.#socket?.destroy()
  }

  #lose(cause: unknown): void {
    if (this.#life !== 'ready') return
    if (this.#isQuitting) return this.#end(connectionClosed())
    this.#life = 'over'
    this.#events.onLost(cause)
    this.#failAll(cause)
  }

  #end(error: Error): void {
    const wasReady = this.#life === 'ready'
    this.#life = 'over'
    if (wasReady) this.#failAll(error)
    else this.redis.flushQueue(error)
  }

  /** What was never written fails first, in another way. */
  #failAll(cause: unknown): void {
    this.writer.giveBack(cause)
    this.redis.flushQueue(cause === this.#garbage ? (cause as Error) : connectionClosed(cause))
  }
}
