import { type Clock, systemClock } from '../../base/clock.js'
import type { Endpoint } from '../../base/endpoint.js'
import { createServerBackend } from '../backends/backend.js'
import type { Backend } from '../backends/backend-line.js'
import { EventLog } from '../event-log.js'
import { createConduct } from '../faults/conduct.js'
import { Listener } from '../listener.js'
import type { Session } from '../sessions/session.js'
import { SessionPool } from '../sessions/session-pool.js'
import { InterceptorChain } from './interceptor-chain.js'

/** How a node in front of a server is made. */
export interface ProxyNodeOptions {
  /** The address to listen on. */
  readonly host: string
  /** 0 for any free port. */
  readonly port: number
  readonly target: Endpoint
  /** After how long without bytes from the client a connection is closed, in milliseconds. Default 0: never. */
  readonly idleMs?: number
  /** Gives each connection a number of its own among all nodes. */
  readonly nextConnectionId: () => number
  /** Default the process's own. */
  readonly clock?: Clock
}

/** A client's connection through a node. */
export interface ProxyConnection {
  readonly id: number
  readonly remoteAddress: string
  readonly remotePort: number
  /** In milliseconds since 1970. */
  readonly connectedAt: number
}

/**
 * A node in front of a server: requests and replies pass unchanged, but for what its interceptors answer and for the bytes
 * that are put between two replies.
 */
export class ProxyNode {
  readonly target: Endpoint
  readonly interceptors: InterceptorChain = new InterceptorChain()
  readonly #idleMs: number
  readonly #clock: Clock
  readonly #backend: Backend
  readonly #listener: Listener
  readonly #sessions: SessionPool
  readonly #facts = new WeakMap<Session, ProxyConnection>()

  constructor({ host, port, target, idleMs = 0, nextConnectionId, clock = systemClock }: ProxyNodeOptions) {
    this.target = target
    this.#idleMs = idleMs
    this.#clock = clock
    this.#backend = createServerBackend('server', { ...target }, () => Promise.resolve())
    this.#sessions = new SessionPool({
      node: 0,
      clock,
      log: new EventLog(clock, 0),
      conduct: createConduct(undefined),
      interceptors: [this.interceptors.intercept],
      nextConnectionId,
      openLine: sink => this.#backend.open(sink),
      greet: () => [],
    })
    this.#listener = new Listener({ host, port, tls: undefined, onAccept: accepted => this.#accept(accepted) })
  }

  /** Where the node listens. */
  get endpoint(): Endpoint {
    return this.#listener.endpoint
  }

  /** How many connections were accepted since the start. */
  get totalConnections(): number {
    return this.#sessions.total
  }

  /**
   * Begins to listen.
   *
   * @throws HitlessError `SIMULATOR_UNAVAILABLE` when the address cannot be had.
   */
  open(): Promise<void> {
    return this.#listener.open()
  }

  /** The live connections, oldest first. */
  connections(): readonly ProxyConnection[] {
    return this.#sessions.live().flatMap(session => this.#facts.get(session) ?? [])
  }

  /** Writes bytes between two replies of a connection. Resolves with whether they were written. */
  async send(id: number, bytes: Buffer): Promise<boolean> {
    return (await this.#sessionOf(id)?.push(bytes)) ?? false
  }

  /** Ends a connection in order. Returns whether there was one. */
  closeConnection(id: number): boolean {
    const session = this.#sessionOf(id)
    session?.close()
    return session !== undefined
  }

  /** Ends everything. */
  async dispose(): Promise<void> {
    const closed = this.#listener.close()
    await this.#sessions.dispose()
    await closed
    await this.#backend.dispose()
  }

  #accept(accepted: Parameters<SessionPool['accept']>[0]): void {
    const { tcp, socket } = accepted
    const session = this.#sessions.accept(accepted)
    const { remoteAddress = '', remotePort = 0 } = tcp
    this.#facts.set(session, { id: session.id, remoteAddress, remotePort, connectedAt: this.#clock.epochMs() })
    if (this.#idleMs > 0) socket.setTimeout(this.#idleMs, () => session.close())
  }

  #sessionOf(id: number): Session | undefined {
    return this.#sessions.live().find(session => session.id === id)
  }
}
