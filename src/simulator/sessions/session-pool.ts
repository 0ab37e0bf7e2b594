import type { Clock } from '../../base/clock.js'
import { createDeferred, type Deferred } from '../../base/deferred.js'
import { HitlessError } from '../../base/errors.js'
import type { Line, LineSink } from '../backends/backend-line.js'
import type { EventLog } from '../event-log.js'
import type { Conduct } from '../faults/conduct.js'
import type { Accepted, SessionEvent } from './accepted.js'
import { type Command, toText } from './command.js'
import { type Interceptor, Session, type SessionHost } from './session.js'
import type { SimConnection } from './sim-connection.js'

/** What a pool of sessions needs of its node. */
export interface PoolHost {
  /** The number of the node. */
  readonly node: number
  readonly clock: Clock
  readonly log: EventLog
  readonly conduct: Conduct
  readonly interceptors: readonly Interceptor[]
  readonly nextConnectionId: () => number
  readonly openLine: (sink: LineSink) => Line
  readonly greet: (session: Session) => readonly Buffer[]
}

/** The live sessions of one node. */
export class SessionPool {
  readonly #host: PoolHost
  readonly #sessionHost: SessionHost
  readonly #live = new Set<Session>()
  readonly #awaited: Deferred<SimConnection>[] = []
  #total = 0
  #emptied: Deferred<void> | undefined

  constructor(host: PoolHost) {
    this.#host = host
    const record = (session: Session, type: SessionEvent, command?: Command): void =>
      this.#record(session, type, command)
    this.#sessionHost = { ...host, record }
  }

  /** How many connections were accepted since the start. */
  get total(): number {
    return this.#total
  }

  /** The live sessions, oldest first. */
  live(): readonly Session[] {
    return [...this.#live]
  }

  /** Takes a new connection in. */
  accept(accepted: Accepted): Session {
    this.#total += 1
    const session = new Session(this.#host.nextConnectionId(), accepted, this.#sessionHost)
    this.#live.add(session)
    this.#record(session, 'connected')
    for (const awaited of this.#awaited.splice(0)) awaited.resolve(session)
    if (this.#host.conduct.hangUp === 'at-once') session.close()
    return session
  }

  /** Resolves with the next connection that is accepted. */
  next(): Promise<SimConnection> {
    const awaited = createDeferred<SimConnection>()
    // A caller that awaits it sees the rejection. Without one, the rejection must not end the process.
    awaited.promise.catch(() => {})
    this.#awaited.push(awaited)
    return awaited.promise
  }

  /** Ends all sessions, and resolves once their sockets are closed. */
  async dispose(): Promise<void> {
    for (const awaited of this.#awaited.splice(0)) {
      awaited.reject(
        new HitlessError('SIMULATOR_UNAVAILABLE', 'The simulator was disposed of before a connection came', {
          facts: { kind: 'disposed' },
        }),
      )
    }
    if (this.#live.size === 0) return
    this.#emptied = createDeferred()
    for (const session of this.#live) session.destroy()
    await this.#emptied.promise
  }

  #record(session: Session, type: SessionEvent, command?: Command): void {
    const { log, node } = this.#host
    if (type === 'closed') this.#forget(session)
    if (log.active) log.add({ node, connection: session.id, type, words: command === undefined ? [] : toText(command) })
  }

  #forget(session: Session): void {
    this.#live.delete(session)
    if (this.#live.size === 0) this.#emptied?.resolve()
  }
}
