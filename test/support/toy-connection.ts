import { connect, type Socket } from 'node:net'
import type { Clock } from '../../src/base/clock.js'
import { createDeferred } from '../../src/base/deferred.js'
import { NeverSent } from '../../src/engine/commands/recovery/never-sent.js'
import type {
  ChannelKind,
  ConnectionEvents,
  ConnectionPlan,
  HostConnection,
  Send,
  SendOptions,
  Words,
} from '../../src/engine/ports.js'
import {
  isConfirmation,
  readMessage,
  SUBSCRIBE,
  UNSUBSCRIBE,
} from '../../src/engine/session/subscriptions/channel-words.js'
import { RespDecoder } from '../../src/wire/decode/decoder.js'
import { encodeCommand } from '../../src/wire/encoder.js'
import { StreamTaps, type Untap, type WireTap } from '../../src/wire/stream-tap.js'
import { RespError, RespPush, type RespValue } from '../../src/wire/value.js'
import { createWireError } from '../../src/wire/wire-error.js'
import { TOY_ERRORS, ToyError, type ToyOptions } from './toy-options.js'

/** A command that has no answer yet. */
interface Pending {
  readonly words: Words
  /** How many confirmations answer it, where it is a subscription. */
  confirmations: number
  readonly resolve: (reply?: unknown) => void
  readonly reject: (error: unknown) => void
}

/** One socket, the commands that wait to be written to it, and those that wait for their answers. */
export class ToyConnection implements HostConnection {
  readonly send: Send = (words, options = {}) => this.#enqueue(words, options)
  readonly #plan: ConnectionPlan
  readonly #events: ConnectionEvents
  readonly #options: ToyOptions
  readonly #clock: Clock
  readonly #decoder = new RespDecoder()
  readonly #unsent: Pending[] = []
  readonly #sent: Pending[] = []
  readonly #connected = createDeferred<void>()
  #life: 'connecting' | 'ready' | 'over' = 'connecting'
  #socket: Socket | undefined
  #taps: StreamTaps | undefined

  constructor(plan: ConnectionPlan, events: ConnectionEvents, options: ToyOptions, clock: Clock) {
    this.#plan = plan
    this.#events = events
    this.#options = options
    this.#clock = clock
    // One that is ended before it was told to connect has nobody who waits.
    this.#connected.promise.catch(() => {})
  }

  get isReady(): boolean {
    return this.#life === 'ready'
  }

  get owesReplies(): boolean {
    return this.#unsent.length + this.#sent.length > 0
  }

  connect(): Promise<void> {
    const { route, way, keepsAlive } = this.#plan
    const { host, port } = route.type === 'endpoint' ? route.endpoint : this.#options
    const socket = connect({ host: way?.address ?? host, port, noDelay: true })
    this.#socket = socket
    this.#taps?.attach(socket)
    this.relaxSocketTimeout(undefined)
    this.keepAlive(keepsAlive)
    const withinMs = way?.connectTimeoutMs ?? this.#options.connectTimeoutMs
    const late = (): void => this.#end(new ToyError('connect-timeout', `No socket within ${withinMs} ms`))
    const timer = withinMs > 0 ? this.#clock.after(withinMs, late) : undefined
    socket.on('connect', () => this.#shakeHands())
    socket.on('data', chunk => this.#read(chunk))
    socket.on('drain', () => this.#write())
    socket.on('timeout', () => this.#end(new ToyError('socket-timeout', 'The socket was idle')))
    socket.on('error', error => this.#end(error))
    socket.on('close', () => this.#end(new ToyError('socket-closed', 'The socket was closed')))
    for (const event of ['connect', 'close']) socket.on(event, () => timer?.dispose())
    return this.#connected.promise
  }

  sendInHandshake(words: readonly string[]): Promise<unknown> {
    return this.#enqueue(words, {})
  }

  async subscribe(kind: ChannelKind, keys: readonly string[]): Promise<void> {
    await this.#enqueue([SUBSCRIBE[kind], ...keys], {}, keys.length)
  }

  async unsubscribe(kind: ChannelKind, keys: readonly string[]): Promise<void> {
    await this.#enqueue([UNSUBSCRIBE[kind], ...keys], {}, keys.length)
  }

  /** The toy does not remember them. */
  forgetSubscriptions(): void {}

  tap(tap: WireTap): Untap {
    this.#taps ??= new StreamTaps(this.#socket)
    return this.#taps.add(tap)
  }

  quit(): Promise<unknown> {
    return this.send(['QUIT'])
  }

  /** A timeout that the user did not set stays unset, and a longer one stays longer. */
  relaxSocketTimeout(timeoutMs = 0): void {
    const { socketTimeoutMs } = this.#options
    if (socketTimeoutMs !== undefined) this.#socket?.setTimeout(Math.max(socketTimeoutMs, timeoutMs))
  }

  keepAlive(keepsAlive: boolean): void {
    if (keepsAlive) this.#socket?.ref()
    else this.#socket?.unref()
  }

  destroy(): void {
    this.#end(TOY_ERRORS.destroyed(), 'wanted')
  }

  /** The handshake and what the engine adds to it leave in one write. */
  #shakeHands(): void {
    const { name, database = 0 } = this.#options
    const { database: selected = database } = this.#plan
    this.#socket?.cork()
    const handshake = [this.send(['HELLO', '3'])]
    if (name !== undefined) handshake.push(this.send(['CLIENT', 'SETNAME', name]))
    if (selected !== 0) handshake.push(this.send(['SELECT', String(selected)]))
    this.#events.onConnect()
    this.#socket?.uncork()
    const ready = (): void => {
      if (this.#life !== 'connecting') return
      this.#life = 'ready'
      this.#connected.resolve()
    }
    Promise.all(handshake).then(ready, error => this.#end(error))
  }

  #enqueue(words: Words, options: SendOptions, confirmations = 0): Promise<unknown> {
    const { timeout, abortSignal } = options
    if (this.#life === 'over') return Promise.reject(TOY_ERRORS.closed())
    if (abortSignal?.aborted === true) return Promise.reject(TOY_ERRORS.aborted())
    return new Promise((resolve, reject) => {
      const settle = <T>(how: (value: T) => void): ((value: T) => void) => {
        return value => {
          timer?.dispose()
          abortSignal?.removeEventListener('abort', abort)
          how(value)
        }
      }
      const command: Pending = {
        words,
        confirmations,
        resolve: settle(resolve),
        reject: settle(reject),
      }
      // What was written already keeps its place, so that a late answer finds nobody instead of somebody else.
      const giveUp = (error: Error): void => {
        const at = this.#unsent.indexOf(command)
        if (at !== -1) this.#unsent.splice(at, 1)
        command.reject(error)
      }
      const abort = (): void => giveUp(TOY_ERRORS.aborted())
      const timer = timeout ? this.#clock.after(timeout, () => giveUp(TOY_ERRORS.timeout())) : undefined
      abortSignal?.addEventListener('abort', abort)
      this.#unsent.push(command)
      this.#write()
    })
  }

  /** Writes as much as the socket wants; the rest stays unsent, and can still go elsewhere. */
  #write(): void {
    const socket = this.#socket
    while (socket !== undefined && !socket.writableNeedDrain) {
      const command = this.#unsent.shift()
      if (command === undefined) return
      this.#sent.push(command)
      socket.write(encodeCommand(command.words.map(word => (Buffer.isBuffer(word) ? word : String(word)))))
    }
  }

  #read(chunk: Buffer): void {
    this.#events.onBytes()
    try {
      for (const value of this.#decoder.feed(chunk)) this.#take(value)
      if (this.#decoder.failure !== undefined) throw this.#decoder.failure
    } catch (error) {
      // Nobody can tell any more to whom the next bytes belong.
      this.#end(error)
    }
  }

  #take(value: RespValue): void {
    if (value instanceof RespPush) this.#takePush(value.items)
    else if (value instanceof RespError) this.#answered().reject(new ToyError('reply', value.message))
    else this.#answered().resolve(value)
  }

  #answered(): Pending {
    const command = this.#sent.shift()
    if (command !== undefined) return command
    throw createWireError('WIRE_PROTOCOL', 'An answer that nothing asked for', this.#decoder.offset)
  }

  #takePush(items: readonly RespValue[]): void {
    const delivery = readMessage(items)
    if (delivery !== undefined) return this.#events.onMessage(delivery)
    const [first] = this.#sent
    if (first === undefined || first.confirmations === 0 || !isConfirmation(String(items[0]))) {
      this.#events.onPush(items)
      return
    }
    first.confirmations -= 1
    if (first.confirmations === 0) this.#sent.shift()?.resolve()
  }

  /** The engine learns of it, and takes what was never written, before anybody's command fails. */
  #end(cause: unknown, how?: 'wanted'): void {
    if (this.#life === 'over') return
    const wasReady = this.#life === 'ready'
    const isBreak = wasReady && how !== 'wanted'
    this.#life = 'over'
    const unsent = this.#unsent.splice(0)
    if (isBreak) this.#events.onLost(cause)
    for (const command of unsent) {
      // The engine subscribes the next connection to everything by itself.
      if (command.confirmations > 0) command.resolve()
      else command.reject(wasReady ? new NeverSent(cause) : cause)
    }
    for (const command of this.#sent.splice(0)) command.reject(cause)
    this.#connected.reject(cause)
    this.#socket?.destroy()
  }
}
