import { createDeferred, type Deferred } from '../../base/deferred.js'
import { waitForLast } from '../../base/last-patience.js'
import type { HostErrors } from '../ports.js'
import type { Link } from './link.js'

/** What the lifecycle of one client needs. */
export interface LifecycleParts<C> {
  readonly errors: HostErrors
  readonly link: Link
  /** The client, as `connect` gives it back. */
  readonly client: C
  readonly onEnded: () => void
}

/** Opens and closes one client. In every state, closing it ends all sockets and timers. */
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

  /** Whether a call of `connect` waits for the first connection. */
  get isConnecting(): boolean {
    return this.#connecting !== undefined
  }

  /** Connects. Rejects like the host: when the strategy gives up, or when there is no listener to `error`. */
  async connect(): Promise<C> {
    if (this.#isOpen) throw this.#parts.errors.alreadyOpen()
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

  /** Gives up a first connection that failed, where there is no listener that could learn of further attempts. */
  giveUp(error: unknown): void {
    const { link } = this.#parts
    this.settle({ error })
    link.stop(error)
    link.connections.endAll()
  }

  /**
   * Waits for the answers to everything sent, then ends all connections. Commands that wait for one fail. It settles at the
   * latest when the connections have sent nothing for 5 s, and after 30 s in any case; what has no answer then fails.
   */
  async close(): Promise<void> {
    const { link, errors } = this.#parts
    this.#stop(errors.closed())
    await this.#lastOf(Promise.all([...link.connections].map(connection => connection.drained())))
    this.#end()
  }

  /** Ends all connections at once; commands without an answer fail. */
  destroy(): void {
    if (!this.#isOpen && [...this.#parts.link.connections].length === 0) return
    this.#isOpen = true
    this.#stop(this.#parts.errors.destroyed())
    this.#end()
  }

  /** Sends QUIT after everything else, then ends all connections. It settles within the bounds of `close`. */
  async quit(): Promise<unknown> {
    const { link, errors } = this.#parts
    const serving = link.current
    this.#stop(errors.closed())
    try {
      if (serving?.isReady !== true) return 'OK'
      return (await this.#lastOf(serving.physical.quit())) ?? 'OK'
    } finally {
      this.#end()
    }
  }

  #lastOf<T>(answers: Promise<T>): Promise<T | undefined> {
    const { link } = this.#parts
    return waitForLast(answers, { clock: link.context.clock, heardAt: () => link.heardAt })
  }

  #stop(error: Error): void {
    const { link, errors } = this.#parts
    if (!this.#isOpen) throw errors.closed()
    this.#isOpen = false
    link.stop(error)
    this.settle({ error: errors.closed() })
  }

  #end(): void {
    this.#parts.link.connections.endAll()
    this.#parts.onEnded()
  }
}
