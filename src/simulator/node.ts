import type { Clock } from '../base/clock.js'
import { type Endpoint, printEndpoint } from '../base/endpoint.js'
import type { RespValue } from '../wire/value.js'
import type { Announcement } from './announcements/announcement.js'
import { Announcer } from './announcements/announcer.js'
import { toPush } from './announcements/frames.js'
import type { History } from './announcements/history.js'
import type { Backend } from './backends/line.js'
import type { EventLog } from './event-log.js'
import { interceptAuthentication } from './faults/authentication.js'
import {
  type Conduct,
  type Credentials,
  createConduct,
  type HangUp,
  type Loading,
  type MaintSupport,
} from './faults/conduct.js'
import { interceptLoading } from './faults/loading.js'
import { interceptOptIn } from './faults/opt-in.js'
import { interceptReplica } from './faults/replica.js'
import { Listener, type TlsIdentity } from './listener.js'
import type { Command } from './sessions/command.js'
import type { SimConnection } from './sessions/connection.js'
import { type Accepted, type Interceptor, Session, type SessionEvent, type SessionHost } from './sessions/session.js'

/** How a node is made. */
export interface NodeOptions {
  /** The loopback address to listen on. Default `127.0.0.1`; `::1` and `127.0.0.2` and so on work as well. */
  readonly host?: string
  /** Default 0: any free port. */
  readonly port?: number
  /** What connections that asked for a name are told. Default `localhost` for `127.0.0.1` and `::1`, else the address. */
  readonly name?: string
  /** Makes the node speak TLS. */
  readonly tls?: TlsIdentity
  /** Makes the node ask for a password. */
  readonly password?: string
  /** Who the password belongs to. Default `default`. */
  readonly username?: string
}

/** What all nodes of a simulator share. */
export interface SharedState {
  readonly clock: Clock
  readonly backend: Backend
  readonly history: History
  readonly log: EventLog
  readonly nextConnectionId: () => number
}

/** Answers a command instead of the data set with the bytes returned; `undefined` leaves it to the next. */
export type CustomAnswer = (words: readonly string[], connection: SimConnection) => string | Buffer | undefined

/** Which connections a push goes to: those that opted in, all that speak RESP3, or the ones given. */
export type PushTargets = 'opted-in' | 'resp3' | readonly SimConnection[]

/** One endpoint of the database, with verbs for everything that can happen to it. */
export class SimNode {
  /** The number of the node, from 0. */
  readonly index: number
  /** What connections that asked for a name are told. */
  readonly name: string
  readonly #shared: SharedState
  readonly #conduct: Conduct
  readonly #listener: Listener
  readonly #announcer: Announcer
  readonly #sessions = new Set<Session>()
  readonly #custom: Interceptor[] = []
  readonly #host: SessionHost
  readonly #secure: boolean
  #total = 0

  /** Use `createSimulator` or `Simulator.addNode`. */
  constructor(index: number, options: NodeOptions, shared: SharedState) {
    const { host = '127.0.0.1', port = 0, tls, password, username = 'default' } = options
    this.index = index
    this.name = options.name ?? (host === '127.0.0.1' || host === '::1' ? 'localhost' : host)
    this.#shared = shared
    this.#secure = tls !== undefined
    this.#conduct = createConduct(password === undefined ? undefined : { username, password })
    this.#listener = new Listener({ host, port, tls, onAccept: accepted => this.#accept(accepted) })
    this.#announcer = new Announcer({ ...shared, sessions: () => [...this.#sessions] })
    this.#host = this.#createHost()
  }

  /** Where the node listens. */
  get endpoint(): Endpoint {
    return this.#listener.endpoint
  }

  /** `redis://host:port`, or `rediss://` for a TLS node. */
  get url(): string {
    return `${this.#secure ? 'rediss' : 'redis'}://${printEndpoint(this.endpoint)}`
  }

  /** Whether the node takes connections. */
  get listening(): boolean {
    return this.#listener.listening
  }

  /** How many connections were accepted since the start. */
  get totalConnections(): number {
    return this.#total
  }

  /** The live connections, oldest first. */
  connections(): readonly SimConnection[] {
    return [...this.#sessions]
  }

  /** Resolves with the next connection that is accepted. */
  async nextConnection(): Promise<SimConnection | undefined> {
    const { connection } = await this.#shared.log.next(event => event.type === 'connected' && event.node === this.index)
    return this.connections().find(({ id }) => id === connection)
  }

  /**
   * Tells the connections that opted in what happens; each `moving` names the endpoint as the connection asked.
   *
   * Connections that opt in while a `moving` holds are told it again, with the seconds left; the last completion is repeated
   * to every connection that opts in, on any node. Resolves with how many were told, once the bytes are written.
   */
  notify(announcement: Announcement): Promise<number> {
    return this.#announcer.announce(this.#shared.history.number(announcement))
  }

  /** Ends the `moving` that holds: newcomers are not told any more. */
  endMove(): void {
    this.#announcer.endMove()
  }

  /**
   * Writes a push, given by its elements or as bytes, between two replies of each connection.
   *
   * @param targets - Default `opted-in`.
   * @returns how many connections it was written to.
   */
  async push(frame: readonly RespValue[] | Buffer, targets: PushTargets = 'opted-in'): Promise<number> {
    const bytes = Buffer.isBuffer(frame) ? frame : toPush(frame)
    const writes = this.#select(targets).map(connection => connection.push(bytes))
    return (await Promise.all(writes)).filter(Boolean).length
  }

  /** Keeps what new connections are answered back for this long, counted from their first command. 0 ends it. */
  delayHandshake(delayMs: number): void {
    this.#conduct.handshakeDelayMs = delayMs
  }

  /** Refuses new connections (ECONNREFUSED); those that are open go on. */
  refuse(): void {
    this.#listener.close()
  }

  /**
   * Takes connections again, on the same port.
   *
   * @throws HitlessError `SIMULATOR_UNAVAILABLE` when another process took the port meanwhile.
   */
  accept(): Promise<void> {
    return this.#listener.open()
  }

  /**
   * Behaves as a stopped process: takes connections and bytes, and answers nothing, on connections that are open as well.
   * With `false` it goes on where it left off.
   */
  silent(on = true): void {
    this.#conduct.silent = on
    for (const session of this.#sessions) {
      if (on) session.stop()
      else session.resume()
    }
  }

  /** Ends new connections by itself. */
  hangUp(when: HangUp = 'at-once'): void {
    this.#conduct.hangUp = when
  }

  /** Answers `-LOADING` to every command; with `data`, to those that Redis itself answers so. */
  answerLoading(on: boolean | Loading = true): void {
    this.#conduct.loading = typeof on === 'string' ? on : on ? 'all' : 'none'
  }

  /** Answers `-READONLY` to writes, and to `ROLE` that it is a replica. */
  readonly(on = true): void {
    this.#conduct.readonly = on
  }

  /** Sets how `CLIENT MAINT_NOTIFICATIONS` is answered. */
  maintSupport(support: MaintSupport): void {
    this.#conduct.maintSupport = support
  }

  /** Asks new connections for other credentials, or for none. */
  requireCredentials(credentials: Credentials | undefined): void {
    this.#conduct.credentials = credentials
  }

  /** Answers some commands by itself, in their place among the other replies. Returns what ends it. */
  intercept(answer: CustomAnswer): () => void {
    const interceptor: Interceptor = (session, command) => {
      const reply = answer(toText(command), session)
      if (reply === undefined) return false
      session.answer(() => Buffer.from(reply))
      return true
    }
    this.#custom.unshift(interceptor)
    return () => {
      const at = this.#custom.indexOf(interceptor)
      if (at !== -1) this.#custom.splice(at, 1)
    }
  }

  /** Ends the open connections at once (RST). */
  reset(): void {
    for (const session of this.#sessions) session.reset()
  }

  /** Ends the open connections in order (FIN). */
  closeConnections(): void {
    for (const session of this.#sessions) session.close()
  }

  /** Ends what the verbs changed: the node listens and behaves as at its start. A `moving` that holds goes on. */
  async heal(): Promise<void> {
    const { credentials } = this.#conduct
    Object.assign(this.#conduct, createConduct(credentials))
    for (const session of this.#sessions) session.resume()
    await this.accept()
  }

  /** Ends everything; the simulator calls it. */
  dispose(): void {
    this.#announcer.dispose()
    this.#listener.close()
    for (const session of this.#sessions) session.reset()
  }

  #accept(accepted: Accepted): void {
    this.#total += 1
    const session = new Session(this.#shared.nextConnectionId(), accepted, this.#host)
    this.#sessions.add(session)
    this.#record(session, 'connected')
    if (this.#conduct.hangUp === 'at-once') session.close()
  }

  #createHost(): SessionHost {
    const builtIn = [interceptLoading, interceptAuthentication, interceptOptIn, interceptReplica]
    const custom: Interceptor = (session, command) => this.#custom.some(intercept => intercept(session, command))
    return {
      clock: this.#shared.clock,
      conduct: this.#conduct,
      interceptors: [custom, ...builtIn],
      openLine: session => this.#shared.backend.open(session),
      greet: session => this.#announcer.greet(session),
      record: (session, type, command) => this.#record(session, type, command),
    }
  }

  #record(session: Session, type: SessionEvent, command?: Command): void {
    if (type === 'closed') this.#sessions.delete(session)
    const { log } = this.#shared
    if (!log.active) return
    log.add({ node: this.index, connection: session.id, type, words: command === undefined ? [] : toText(command) })
  }

  #select(targets: PushTargets): readonly SimConnection[] {
    if (typeof targets !== 'string') return targets
    return this.connections().filter(
      ({ optedIn, protocol }) => protocol === 3 && (targets === 'resp3' || optedIn !== false),
    )
  }
}

function toText(command: Command): readonly string[] {
  return command.words.map(part => part.toString('utf8'))
}
