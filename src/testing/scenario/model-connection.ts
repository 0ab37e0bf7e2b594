import type { Clock, Timer } from '../../base/clock.js'
import type { MaintenanceNotification } from '../../notifications/notification.js'
import type { ModelNode, ModelPeer } from './model-node.js'

/** What the client's side of a connection learns. */
export interface ConnectionListener {
  ready(): void
  /** It ended before it was ready. */
  failed(error: Error): void
  /** It ended after it was ready. */
  lost(error: Error): void
  notified(notification: MaintenanceNotification): void
}

/** How a connection is made. */
export interface ConnectionRequest {
  readonly node: ModelNode
  readonly clock: Clock
  /** How long it may take until it is ready, in milliseconds. */
  readonly withinMs: number
  /** What it has to prove of the node. */
  readonly proof: 'serving' | 'primary' | undefined
  readonly listener: ConnectionListener
}

/** How long a refusal takes, in milliseconds. */
const REFUSAL_MS = 1

/** A connection of the modelled world, with both of its ends. */
export class ModelConnection implements ModelPeer {
  readonly node: ModelNode
  #phase: 'handshaking' | 'ready' | 'ended' = 'handshaking'
  readonly #request: ConnectionRequest
  readonly #timers = new Set<Timer>()
  readonly #fences = new Set<(drained: boolean) => void>()

  constructor(request: ConnectionRequest) {
    this.#request = request
    this.node = request.node
    const refused = this.node.conduct === 'refusing'
    this.#after(request.withinMs, () => this.breakOff('not ready in time'))
    if (refused) this.#after(REFUSAL_MS, () => this.breakOff('refused'))
    else this.#after(this.node.handshakeMs, () => this.#shakeHands())
  }

  /** Whether it gets notifications: it opted in as the last step of its handshake. */
  get isReady(): boolean {
    return this.#phase === 'ready'
  }

  /** Resolves with whether the node answered in time. */
  fence(withinMs: number): Promise<boolean> {
    return new Promise(resolve => {
      if (this.#phase === 'ended') return resolve(false)
      this.#fences.add(resolve)
      this.#after(this.node.answerMs, () => {
        if (this.node.conduct !== 'silent') resolve(true)
      })
      this.#after(withinMs, () => resolve(false))
    })
  }

  /** The server says something. */
  receive(notification: MaintenanceNotification): void {
    if (this.#phase !== 'ended') this.#request.listener.notified(notification)
  }

  /** The server's side, or the network, ends it. */
  breakOff(message: string): void {
    const phase = this.#phase
    this.end()
    if (phase === 'ready') this.#request.listener.lost(new Error(message))
    if (phase === 'handshaking') this.#request.listener.failed(new Error(message))
  }

  /** The client's side ends it; nobody is told. */
  end(): void {
    this.#phase = 'ended'
    this.node.connections.delete(this)
    for (const timer of this.#timers) timer.dispose()
    this.#timers.clear()
    for (const report of this.#fences) report(false)
    this.#fences.clear()
  }

  #shakeHands(): void {
    const { conduct } = this.node
    if (conduct === 'silent') return
    if (conduct === 'hanging-up') return this.breakOff('hung up')
    for (const notification of this.node.greeting()) this.receive(notification)
    // A listener may have ended it at that.
    if (this.#phase === 'ended') return
    const { proof } = this.#request
    if (conduct === 'loading' && proof !== undefined) return this.breakOff('loading')
    if (conduct === 'replica' && proof === 'primary') return this.breakOff('not a primary')
    for (const timer of this.#timers) timer.dispose()
    this.#timers.clear()
    this.#phase = 'ready'
    this.node.connections.add(this)
    this.#request.listener.ready()
  }

  #after(delayMs: number, task: () => void): void {
    const timer = this.#request.clock.after(delayMs, () => {
      this.#timers.delete(timer)
      task()
    })
    this.#timers.add(timer)
  }
}
