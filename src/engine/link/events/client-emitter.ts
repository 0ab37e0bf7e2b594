import { throwLater } from '../../../base/emit-safely.js'

/** What emits events by name, as Node's emitters do: an `error` without a listener is thrown. */
interface Emitter {
  emit(name: string, ...args: readonly unknown[]): unknown
}

/** Whose calls of `connect` wait. */
export interface Connecting {
  /** Fails the call of `connect` that waits. Returns whether one does. */
  refuse(thrown: unknown): boolean
}

/**
 * Emits the events of the application's client.
 *
 * What a listener throws is told as an `error`. What comes of that, also for want of a listener, fails the call of `connect`
 * that waits, as with the plain client. Otherwise it is the process's business, unless it is about a further attempt to
 * reconnect: that attempt was announced, and the next one follows.
 */
export class ClientEmitter {
  readonly #client: Emitter
  readonly #connecting: Connecting
  #isAway = false

  constructor(client: Emitter, connecting: Connecting) {
    this.#client = client
    this.#connecting = connecting
  }

  /** Emits an event; never throws. */
  emit(name: string, ...args: readonly unknown[]): void {
    if (name === 'reconnecting') this.#isAway = true
    try {
      this.#client.emit(name, ...args)
    } catch (thrown) {
      if (name !== 'error') this.emit('error', thrown)
      else if (!this.#connecting.refuse(thrown) && !this.#isAway) throwLater(thrown)
    }
    if (name === 'ready') this.#isAway = false
  }
}
