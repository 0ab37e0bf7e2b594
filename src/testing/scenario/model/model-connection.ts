import type { Clock, Timer } from '../../../base/clock.js'
import { createDeferred } from '../../../base/deferred.js'
import type {
  ChannelKind,
  ConnectionEvents,
  ConnectionPlan,
  HostConnection,
  Send,
  Words,
} from '../../../engine/ports.js'
import { SUBSCRIBE, UNSUBSCRIBE } from '../../../engine/session/subscriptions/channel-words.js'
import { LOADING } from '../../../simulator/faults/replies.js'
import type { Store } from '../../../simulator/store/store.js'
import { ModelError } from './model-error.js'
import type { ModelNode, ModelPeer } from './model-node.js'
import { ModelWire } from './model-wire.js'

/** What a modelled connection is made of. */
export interface ModelConnectionParts {
  readonly plan: ConnectionPlan
  readonly node: ModelNode
  readonly clock: Clock
  /** The data that all nodes serve. */
  readonly store: Store
  readonly events: ConnectionEvents
}

/** How long a refusal takes, in milliseconds. */
const REFUSAL_MS = 1

/** A connection of the modelled world with both of its ends: the host's first, then the server's. */
export class ModelConnection implements HostConnection, ModelPeer {
  readonly node: ModelNode
  readonly send: Send
  readonly #parts: ModelConnectionParts
  readonly #wire: ModelWire
  readonly #connected = createDeferred<void>()
  #timer: Timer | undefined
  #phase: 'new' | 'handshaking' | 'ready' | 'ended' = 'new'
  /** Whether it has asked to be told of maintenance. */
  #isTold = false

  constructor(parts: ModelConnectionParts) {
    this.#parts = parts
    this.node = parts.node
    this.#wire = new ModelWire({ ...parts, onClosed: () => this.breakOff('ended') })
    this.send = words => this.#send(words)
    // A connection that was given up before it was ready is not awaited.
    this.#connected.promise.catch(() => {})
  }

  get isReady(): boolean {
    return this.#phase === 'ready'
  }

  get owesReplies(): boolean {
    return this.#wire.owes
  }

  connect(): Promise<void> {
    this.#phase = 'handshaking'
    const isRefused = this.node.conduct === 'refusing'
    const outcome = isRefused ? () => this.breakOff('refused', 'ECONNREFUSED') : () => this.#shakeHands()
    this.#timer = this.#parts.clock.after(isRefused ? REFUSAL_MS : this.node.handshakeMs, outcome)
    return this.#connected.promise
  }

  sendInHandshake(words: Words): Promise<unknown> {
    if (words[1] !== 'MAINT_NOTIFICATIONS') return this.#wire.send(words)
    this.#isTold = true
    return Promise.resolve('OK')
  }

  async subscribe(kind: ChannelKind, keys: readonly string[]): Promise<void> {
    await this.#send([SUBSCRIBE[kind], ...keys], keys.length)
  }

  async unsubscribe(kind: ChannelKind, keys: readonly string[]): Promise<void> {
    await this.#send([UNSUBSCRIBE[kind], ...keys], keys.length)
  }

  /** A modelled connection does not remember them. */
  forgetSubscriptions(): void {}

  quit(): Promise<unknown> {
    return this.send(['QUIT'])
  }

  relaxSocketTimeout(): void {}

  keepAlive(): void {}

  dropCachedReplies(): void {
    // It takes over. Its answers before were part of its handshake.
    this.#wire.takesTime = true
  }

  destroy(): void {
    this.#end(new ModelError('closed', 'The connection is closed'))
  }

  /** The server pushes something. */
  receive(items: readonly unknown[]): void {
    if (this.#phase === 'ended' || !this.#isTold) return
    this.#parts.events.onBytes()
    this.#parts.events.onPush(items)
  }

  resume(): void {
    this.#wire.resume()
  }

  /** The server or the network ends it. */
  breakOff(message: string, code?: string): void {
    const wasReady = this.#phase === 'ready'
    const error = Object.assign(new ModelError('socket-closed', message), code && { code, syscall: 'connect' })
    this.#end(error, () => {
      if (wasReady) this.#parts.events.onLost(error)
    })
  }

  /** In the modelled world there are no bytes. */
  tap(): () => void {
    return () => {}
  }

  #end(error: ModelError, tell: () => void = () => {}): void {
    if (this.#phase === 'ended') return
    this.#phase = 'ended'
    this.node.connections.delete(this)
    this.#timer?.dispose()
    tell()
    this.#wire.close(error)
    this.#connected.reject(error)
  }

  #shakeHands(): void {
    const { conduct } = this.node
    if (conduct === 'silent') return
    if (conduct === 'hanging-up') return this.breakOff('hung up')
    if (conduct === 'loading-only') return this.#end(new ModelError('reply', LOADING))
    const { events, plan } = this.#parts
    events.onConnect()
    for (const items of this.node.greeting()) this.receive(items)
    // A listener may have ended it in that call.
    if (this.#phase !== 'handshaking') return
    this.#phase = 'ready'
    this.node.connections.add(this)
    void this.send(['HELLO', '3'])
    if (plan.database !== undefined) void this.send(['SELECT', plan.database])
    this.#connected.resolve()
  }

  #send(words: Words, confirmations?: number): Promise<unknown> {
    if (this.#phase !== 'ended') return this.#wire.send(words, confirmations)
    return Promise.reject(new ModelError('closed', 'The connection is closed'))
  }
}
