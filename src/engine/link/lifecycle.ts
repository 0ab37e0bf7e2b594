import type { HostModule } from '../../adapters/node-redis/host.js'
import { createDeferred, type Deferred } from '../../base/deferred.js'
import type { Link } from './link.js'

/** What the lifecycle of one client needs. */
export interface LifecycleParts<C> {
  readonly host: HostModule
  readonly link: Link
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
    const { link } = this.#parts
    const connected = this.#connecting.promise
    link.open()
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
    const { link } = this.#parts
    this.settle({ error })
    link.stop(error)
    link.connections.endAll()
  }

  /** Waits for the answers to everything sent, then ends all connections. Commands that wait for one fail. */
  async close(): Promise<void> {
    const { link, host } = this.#parts
    this.#stop(new host.ClientClosedError())
    await Promise.all([...link.connections].map(connection => connection.drained()))
    this.#end()
  }

  /** Ends all connections at once; commands without an answer fail. */
  destroy(): void {
    if (!this.#isOpen && [...this.#parts.link.connections].length === 0) return
    this.#isOpen = true
    this.#stop(new this.#parts.host.DisconnectsClientError())
    this.#end()
  }

  /** Sends QUIT behind everything else, then ends all connections. */
  async quit(): Promise<unknown> {
    const { link, host } = this.#parts
    const serving = link.current
    this.#stop(new host.ClientClosedError())
    try {
      return serving?.isReady === true ? await serving.client.QUIT() : 'OK'
    } finally {
      this.#end()
    }
  }

  #stop(error: Error): void {
    const { link, host } = this.#parts
    if (!this.#isOpen) throw new host.ClientClosedError()
    this.#isOpen = false
    link.stop(error)
    this.settle({ error: new host.ClientClosedError() })
  }

  #end(): void {
    this.#parts.link.connections.endAll()
    this.#parts.announce('end')
  }
}
