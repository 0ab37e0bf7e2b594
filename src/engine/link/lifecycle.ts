import type { HostModule } from '../../adapters/node-redis/host.js'
import { createDeferred, type Deferred } from '../../base/deferred.js'
import type { NodeRedisSlot } from './link.js'

/** What the lifecycle of one client needs. */
export interface LifecycleParts<C> {
  readonly host: HostModule
  readonly slot: NodeRedisSlot
  /** The client, as `connect` gives it back. */
  readonly client: C
  readonly announce: (event: 'end') => void
}

/** Opening and closing one client. In every state, closing it ends all sockets and timers. */
export class Lifecycle<C = unknown> {
  #parts: LifecycleParts<C>
  #isOpen = false
  #connecting: Deferred<C> | undefined

  constructor(parts: LifecycleParts<C>) {
    this.#parts = parts
  }

  /** From `connect` to `close`, `destroy` or `quit`, or until the reconnect strategy gave up. */
  get isOpen(): boolean {
    return this.#isOpen
  }

  /** Whether somebody waits for the first connection. */
  get isConnecting(): boolean {
    return this.#connecting !== undefined
  }

  /** Connects. Rejects like the host: when the strategy gives up, or nobody listens to `error`. */
  async connect(): Promise<C> {
    if (this.#isOpen) throw new Error('Socket already opened')
    this.#isOpen = true
    this.#connecting = createDeferred()
    const { slot } = this.#parts
    const connected = this.#connecting.promise
    slot.open()
    return connected
  }

  /** The wait for a connection is over. */
  settle(failure?: { readonly error: unknown }): void {
    const connecting = this.#connecting
    this.#connecting = undefined
    if (failure === undefined) return connecting?.resolve(this.#parts.client)
    this.#isOpen = false
    connecting?.reject(failure.error)
  }

  /** Gives a first connection up that failed, with nobody listening who could learn of further attempts. */
  giveUp(error: unknown): void {
    const { slot } = this.#parts
    this.settle({ error })
    slot.stop(error)
    slot.connections.endAll()
  }

  /** Waits for the answers to everything sent, then ends all connections. Commands that wait for one fail. */
  async close(): Promise<void> {
    const { slot, host } = this.#parts
    this.#stop(new host.ClientClosedError())
    await Promise.all([...slot.connections].map(generation => generation.drained()))
    this.#end()
  }

  /** Ends all connections at once; commands without an answer fail. */
  destroy(): void {
    if (!this.#isOpen && [...this.#parts.slot.connections].length === 0) return
    this.#isOpen = true
    this.#stop(new this.#parts.host.DisconnectsClientError())
    this.#end()
  }

  /** Sends QUIT behind everything else, then ends all connections. */
  async quit(): Promise<unknown> {
    const { slot, host } = this.#parts
    const serving = slot.current
    this.#stop(new host.ClientClosedError())
    try {
      return serving?.isReady === true ? await serving.client.QUIT() : 'OK'
    } finally {
      this.#end()
    }
  }

  #stop(error: Error): void {
    const { slot, host } = this.#parts
    if (!this.#isOpen) throw new host.ClientClosedError()
    this.#isOpen = false
    slot.stop(error)
    this.settle({ error: new host.ClientClosedError() })
  }

  #end(): void {
    this.#parts.slot.connections.endAll()
    this.#parts.announce('end')
  }
}
