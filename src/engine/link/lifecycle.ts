import { createDeferred, type Deferred } from '../../base/deferred.js'
import { waitForLast } from '../../base/last-patience.js'
import { toldOf } from '../commands/recovery/never-sent.js'
import type { HostErrors } from '../ports.js'
import type { Connection } from '../session/connection.js'
import type { Link } from './link.js'
import type { ConnectFailure } from './link-parts.js'

/** What the lifecycle of one client needs. */
export interface LifecycleParts {
  readonly errors: HostErrors
  readonly link: Link
  /** @param wasConnected - Whether a connection served when the application ended it. */
  onEnded(wasConnected: boolean): void
}

/** Opens and closes one client. In every state, closing it ends all sockets and timers. */
export class Lifecycle {
  readonly #parts: LifecycleParts
  #isOpen = false
  /** Whether the end was told, or there is none to tell. */
  #isOver = true
  #wasConnected = false
  #connecting: Deferred<void> | undefined
  /** A call of `connect` that fails as soon as the listeners were told. */
  #failing: Deferred<void> | undefined
  /** Whether `connect` was called in this very tick, so that nothing was dialled. */
  #isFresh = false

  constructor(parts: LifecycleParts) {
    this.#parts = parts
  }

  /** From `connect` to `close`, `destroy` or `quit`, or until the reconnect strategy gave up. */
  get isOpen(): boolean {
    return this.#isOpen
  }

  /**
   * Connects. Rejects like the host: when the strategy gives up, or when there is no listener to `error`, or it throws; and when
   * the client is closed meanwhile, with the last failure where there was one; closed in the same tick it resolves. With
   * `failFast` it rejects with `UNAVAILABLE` when an attempt has failed; then the client stays open, and goes on trying.
   */
  async connect(): Promise<void> {
    if (this.#isOpen) throw this.#parts.errors.alreadyOpen()
    this.#isOpen = true
    this.#isOver = false
    this.#connecting = createDeferred()
    this.#isFresh = true
    queueMicrotask(() => {
      this.#isFresh = false
    })
    const { link } = this.#parts
    const connected = this.#connecting.promise
    link.open()
    return connected
  }

  /** The wait for a connection is over. */
  settle(failure?: ConnectFailure): void {
    const connecting = this.#connecting
    this.#connecting = undefined
    if (failure === undefined) return connecting?.resolve()
    if (failure.goesOn === true) return connecting?.reject(failure.error)
    this.#isOpen = false
    this.#failing = connecting
    queueMicrotask(() => {
      if (this.#failing === connecting) this.#failing = undefined
      connecting?.reject(failure.error)
    })
  }

  /**
   * Gives what a listener of the application threw, such as an error to which nobody listens, to the call of `connect` that
   * waits: it fails, and no further attempt is made.
   *
   * @returns Whether a call waits.
   */
  refuse(thrown: unknown): boolean {
    const { link } = this.#parts
    const waiting = this.#failing ?? this.#connecting
    if (waiting === undefined) return false
    if (waiting === this.#connecting) {
      this.settle({ error: thrown })
      link.stop(thrown)
      link.connections.endAll()
    }
    waiting.reject(thrown)
    return true
  }

  /**
   * Waits for the answers to everything sent, then ends all connections. Commands that wait for one fail. It settles at the
   * latest when the connections have sent nothing for 5 s, and after 30 s in any case; what has no answer then fails. Where
   * nothing is owed they end at once.
   *
   * @param lastOf - Waits for the answers of one connection. Default: until it owes nothing.
   */
  async close(lastOf: (connection: Connection) => Promise<unknown> = each => each.drained()): Promise<void> {
    const { link, errors } = this.#parts
    this.#stop(errors.closed())
    const leaving = [...link.connections]
    if (leaving.some(({ owesAnswers }) => owesAnswers)) await this.#lastOf(Promise.all(leaving.map(lastOf)))
    this.#end(leaving)
  }

  /** Ends all connections at once; commands without an answer fail. */
  destroy(): void {
    const { link, errors } = this.#parts
    // Subscriptions may wait though the client never connected.
    if (!this.#isOpen && [...link.connections].length === 0) return link.dispatcher.close(errors.destroyed())
    this.#isOpen = true
    this.#stop(errors.destroyed())
    this.#end()
  }

  /** Sends QUIT after everything else, then ends all connections. It settles within the bounds of `close`. */
  async quit(): Promise<unknown> {
    const { link, errors } = this.#parts
    const serving = link.current
    this.#isFresh = false
    this.#stop(errors.closed())
    const leaving = [...link.connections]
    try {
      if (serving?.isReady !== true) return 'OK'
      // Behind a slice of a blocking command goes the rest of it first.
      const quit = serving.blocked > 0 ? serving.drained().then(() => serving.physical.quit()) : serving.physical.quit()
      return (await this.#lastOf(quit)) ?? 'OK'
    } catch (error) {
      throw toldOf(error)
    } finally {
      this.#end(leaving)
    }
  }

  /** Whether its connections keep the process alive, the later ones among them. */
  keepAlive(keepsAlive: boolean): void {
    const { link } = this.#parts
    link.session.refed = keepsAlive
    for (const { physical } of link.connections) physical.keepAlive(keepsAlive)
  }

  #lastOf<T>(answers: Promise<T>): Promise<T | undefined> {
    const { link } = this.#parts
    return waitForLast(answers, { clock: link.context.clock, heardAt: () => link.heardAt })
  }

  #stop(error: Error): void {
    const { link, errors } = this.#parts
    if (!this.#isOpen) throw errors.closed()
    this.#isOpen = false
    // A listener that is told of the first connection may close it: `connect` has succeeded all the same.
    const { isReady } = link.dispatcher
    this.#wasConnected = isReady
    link.stop(error)
    this.settle(isReady || this.#isFresh ? undefined : { error: link.failure ?? error })
  }

  /** The application may have connected again while the last answers were waited for: then only the old connections end. */
  #end(leaving: readonly { readonly id: number }[] = []): void {
    const { link } = this.#parts
    if (this.#isOpen) {
      for (const { id } of leaving) link.connections.end(id)
      return
    }
    link.connections.endAll()
    if (this.#isOver) return
    this.#isOver = true
    this.#parts.onEnded(this.#wasConnected)
  }
}
