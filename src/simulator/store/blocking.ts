import type { Clock, Timer } from '../../base/clock.js'
import type { Blocked } from './blocked.js'
import type { Keyspace } from './keyspace.js'
import { NO_LIST, type Reply, toErrorReply } from './reply.js'
import type { StoreClient } from './store-client.js'

interface Waiting extends Blocked {
  readonly client: StoreClient
  readonly deliver: (reply: Reply) => void
  timer: Timer | undefined
}

/** The clients that wait for keys, served in the order in which they came. */
export class BlockedClients {
  readonly #clock: Clock
  readonly #waiting = new Set<Waiting>()
  readonly #ready = new Map<Keyspace, Set<string>>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Lets a client wait. `deliver` is called once, unless the client leaves. */
  wait(client: StoreClient, blocked: Blocked, deliver: (reply: Reply) => void): void {
    const waiting: Waiting = { ...blocked, client, deliver, timer: undefined }
    if (blocked.timeoutMs > 0) {
      waiting.timer = this.#clock.after(blocked.timeoutMs, () => this.#settle(waiting, NO_LIST))
    }
    client.blocked = blocked
    this.#waiting.add(waiting)
  }

  /** Remembers that a key changed; `serve` looks at it. */
  changed(keyspace: Keyspace, name: string | undefined): void {
    if (this.#waiting.size === 0 || name === undefined) return
    const names = this.#ready.get(keyspace) ?? new Set()
    this.#ready.set(keyspace, names.add(name))
  }

  /** Serves those whose keys changed. Called after each command, and after a transaction as a whole. */
  serve(): void {
    while (this.#ready.size > 0) {
      const ready = new Map(this.#ready)
      this.#ready.clear()
      for (const waiting of [...this.#waiting]) {
        const names = ready.get(waiting.keyspace)
        if (names !== undefined && waiting.names.some(name => names.has(name))) this.#retry(waiting)
      }
    }
  }

  /** Ends a client's wait with a reply. Returns whether it waited. */
  unblock(client: StoreClient, reply: Reply): boolean {
    const waiting = this.#find(client)
    if (waiting === undefined) return false
    this.#settle(waiting, reply)
    return true
  }

  /** Forgets a client that left. */
  leave(client: StoreClient): void {
    const waiting = this.#find(client)
    waiting?.timer?.dispose()
    if (waiting !== undefined) this.#waiting.delete(waiting)
    client.blocked = undefined
  }

  #find(client: StoreClient): Waiting | undefined {
    return [...this.#waiting].find(waiting => waiting.client === client)
  }

  #retry(waiting: Waiting): void {
    try {
      const reply = waiting.attempt()
      if (reply !== undefined) this.#settle(waiting, reply)
    } catch (error) {
      this.#settle(waiting, toErrorReply(error))
    }
  }

  #settle(waiting: Waiting, reply: Reply): void {
    if (!this.#waiting.has(waiting)) return
    this.leave(waiting.client)
    waiting.deliver(reply)
  }
}
