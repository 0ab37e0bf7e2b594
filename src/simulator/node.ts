import { type Endpoint, printEndpoint } from '../base/endpoint.js'
import type { RespValue } from '../wire/value.js'
import type { Announcement } from './announcements/announcement.js'
import { toPush } from './announcements/frames.js'
import {
  type Credentials,
  createConduct,
  type HangUp,
  type Loading,
  type MaintSupport,
  type PausedCommands,
} from './faults/conduct.js'
import type { CommandFilter, CustomAnswer } from './faults/custom-answers.js'
import type { ResolvedNodeOptions, SharedState } from './node-options.js'
import { createParts, type NodeParts } from './node-parts.js'
import type { Slowness } from './sessions/drip.js'
import { type PushTargets, selectTargets } from './sessions/push-targets.js'
import type { SimConnection } from './sessions/sim-connection.js'

/** One endpoint of the database, with verbs for everything that can happen to it. */
export class SimNode {
  /** The number of the node, from 0. */
  readonly index: number
  /** The name of the node for connections that asked for a name. */
  readonly name: string
  /** What a client has to trust to connect to a TLS node, in PEM. */
  readonly certificate: string | undefined
  readonly #shared: SharedState
  readonly #parts: NodeParts

  /** Use `createSimulator` or `Simulator.addNode`. */
  constructor(index: number, options: ResolvedNodeOptions, shared: SharedState) {
    this.index = index
    this.name = options.name
    this.certificate = options.tls?.cert.toString()
    this.#shared = shared
    this.#parts = createParts(this, options, shared)
  }

  /** Where the node listens. */
  get endpoint(): Endpoint {
    return this.#parts.listener.endpoint
  }

  /** `redis://host:port`, or `rediss://` for a TLS node. */
  get url(): string {
    return `${this.certificate !== undefined ? 'rediss' : 'redis'}://${printEndpoint(this.endpoint)}`
  }

  /** Whether the node takes connections. */
  get listening(): boolean {
    return this.#parts.listener.listening
  }

  /** How many connections were accepted since the start. */
  get totalConnections(): number {
    return this.#parts.sessions.total
  }

  /** The live connections, oldest first. */
  connections(): readonly SimConnection[] {
    return this.#parts.sessions.live()
  }

  /** Resolves with the next connection that is accepted. */
  nextConnection(): Promise<SimConnection> {
    return this.#parts.sessions.next()
  }

  /**
   * Tells the connections that opted in what happens. A `moving` names the endpoint in the form that the connection
   * asked for.
   *
   * Connections that opt in while the window of a `moving` is open are told it too, with the seconds that are left. The
   * last completion is repeated to every connection that opts in, on any node. Resolves with how many were told, once
   * the bytes are written.
   */
  notify(announcement: Announcement): Promise<number> {
    return this.#parts.announcer.announce(this.#shared.history.number(announcement))
  }

  /** Closes the window of the last `moving`: new connections are not told of it any more. */
  endMove(): void {
    this.#parts.announcer.endMove()
  }

  /**
   * Writes a push, given by its elements or as bytes, between two replies of each connection.
   *
   * @param targets - Default `opted-in`.
   * @returns how many connections it was written to.
   */
  async push(frame: readonly RespValue[] | Buffer, targets: PushTargets = 'opted-in'): Promise<number> {
    const bytes = Buffer.isBuffer(frame) ? frame : toPush(frame)
    const writes = selectTargets(this.#parts.sessions.live(), targets).map(connection => connection.push(bytes))
    return (await Promise.all(writes)).filter(Boolean).length
  }

  /** Delays the first answers to new connections by this time, counted from their first command. 0 ends it. */
  delayHandshake(delayMs: number): void {
    this.#parts.conduct.handshakeDelayMs = delayMs
  }

  /** Refuses new connections (ECONNREFUSED). Open connections stay. */
  refuse(): void {
    void this.#parts.listener.close()
  }

  /**
   * Takes connections again, on the same port.
   *
   * @throws HitlessError `SIMULATOR_UNAVAILABLE` when another process took the port meanwhile.
   */
  accept(): Promise<void> {
    return this.#parts.listener.open()
  }

  /**
   * Behaves as a stopped process: accepts connections and bytes, and answers nothing, on open connections too. With
   * `false` it continues where it stopped.
   */
  silent(on = true): void {
    this.#parts.conduct.silent = on
    for (const session of this.#parts.sessions.live()) {
      if (on) session.stop()
      else session.resume()
    }
  }

  /** Never answers on the open connections again, as a host that is gone without a word. New ones are served. */
  halfOpen(): void {
    for (const session of this.#parts.sessions.live()) {
      session.fallSilent()
      session.withhold()
    }
  }

  /** Answers late, or a few bytes at a time, on open connections too. `undefined` ends it. */
  slow(slowness: Slowness | undefined): void {
    this.#parts.conduct.slowness = slowness
    for (const session of this.#parts.sessions.live()) session.slow(slowness)
  }

  /**
   * Lets the commands of its clients wait, as `CLIENT PAUSE` does: those that may write, or all. They are executed, in order,
   * when the time is over, in milliseconds, or with {@link unpause}. Default: until then.
   */
  pause(commands: PausedCommands = 'writes', forMs: number = Number.MAX_SAFE_INTEGER): void {
    this.#parts.pause.begin(commands, forMs)
  }

  /** Ends what `pause` or a client began. */
  unpause(): void {
    this.#parts.pause.end()
  }

  /** Accepts new connections and ends them. */
  hangUp(when: HangUp = 'at-once'): void {
    this.#parts.conduct.hangUp = when
  }

  /** Answers `-LOADING` to every command; with `data`, only to the commands for which Redis does. */
  answerLoading(on: boolean | Loading = true): void {
    this.#parts.conduct.loading = typeof on === 'string' ? on : on ? 'all' : 'none'
  }

  /** Answers `-READONLY` to writes, and to `ROLE` that it is a replica. */
  readonly(on = true): void {
    this.#parts.conduct.readonly = on
  }

  /** Answers `-NOREPLICAS` to writes. */
  lackReplicas(on = true): void {
    this.#parts.conduct.lacksReplicas = on
  }

  /**
   * Makes the node a replica of another one, or a primary. As a replica it answers `-READONLY` to writes, and `ROLE` with
   * its primary; as Valkey it sends connections with the capability there, with `-REDIRECT`.
   */
  follow(primary: SimNode | undefined): void {
    this.#parts.conduct.follows = primary === undefined ? undefined : () => primary.endpoint
  }

  /** Sets how `CLIENT MAINT_NOTIFICATIONS` is answered. */
  maintSupport(support: MaintSupport): void {
    this.#parts.conduct.maintSupport = support
  }

  /** Asks new connections for other credentials, or for none. */
  requireCredentials(credentials: Credentials | undefined): void {
    this.#parts.conduct.credentials = credentials
  }

  /** Answers some commands by itself, in their place among the other replies. The returned function ends that. */
  intercept(answer: CustomAnswer): () => void {
    return this.#parts.custom.add(answer)
  }

  /**
   * Executes the next command that matches, and closes its connection instead of answering: the client cannot know
   * whether it was executed. What the client sent after the command is not executed. Resolves with the connection.
   */
  loseReply(matches: CommandFilter): Promise<SimConnection> {
    return this.#parts.custom.loseReply(matches)
  }

  /** Ends the open connections at once (RST). */
  reset(): void {
    for (const session of this.#parts.sessions.live()) session.reset()
  }

  /** Ends the open connections in order (FIN). */
  closeConnections(): void {
    for (const session of this.#parts.sessions.live()) session.close()
  }

  /** Ends what the verbs changed: the node listens and behaves as at its start. The window of a `moving` stays open, and the role that it has. */
  async heal(): Promise<void> {
    const { credentials, server, follows } = this.#parts.conduct
    this.#parts.pause.end()
    Object.assign(this.#parts.conduct, createConduct(credentials), { server, follows })
    for (const session of this.#parts.sessions.live()) {
      session.resume()
      session.slow(undefined)
    }
    await this.accept()
  }

  /** Ends everything; the simulator calls it. */
  async dispose(): Promise<void> {
    this.#parts.announcer.dispose()
    this.#parts.pause.dispose()
    const closed = this.#parts.listener.close()
    await this.#parts.sessions.dispose()
    await closed
  }
}
