import { isIP } from 'node:net'
import { withDeadline } from '../../base/deadline.js'
import type { Endpoint } from '../../base/endpoint.js'
import type { HitlessError } from '../../base/errors.js'
import type { ConnectionId } from '../../core/decide/phase.js'
import type { Route } from '../../core/decide/route.js'
import type { Capability } from '../../core/events/maint-events.js'
import type { RefusedSpan } from '../../core/replies/overtaking.js'
import type { Context } from '../database/context.js'
import type { ConnectionEvents, ConnectionPlan, Delivery, HostConnection, Send } from '../ports.js'
import { type ConnectionIdentity, learnIdentity, readIdentity } from './connection-identity.js'
import { drain } from './drain.js'
import type { ServerFacts } from './server-facts.js'

/** What a connection tells its link. */
export interface ConnectionListener {
  /** The socket is there; the handshake is about to be written. */
  onConnect(connection: Connection): void
  /** It broke after it was ready. Told before the host rejects what was in flight. */
  onLost(connection: Connection, cause: unknown): void
  /** An error of the host that did not end it. */
  onError(connection: Connection, error: unknown): void
  /** A push that the host does not handle. Returns whether it was a maintenance notification. */
  onPush(connection: Connection, items: readonly unknown[]): boolean
  onMessage(connection: Connection, delivery: Delivery): void
  /** An event of the host that means the same on any connection. */
  onHostEvent(connection: Connection, event: string, args: readonly unknown[]): void
}

const PING = ['PING'] as const

const NO_PINS: ReadonlySet<string> = new Set()

/** One connection of a link: it is made once, never reconnects, and ends for good. */
export class Connection implements ConnectionEvents {
  readonly id: ConnectionId
  readonly route: Route
  /** What the host made of it. */
  readonly physical: HostConnection
  /** A plain field: it is read for every command. */
  readonly send: Send
  /** How many commands of the application were written to it. */
  written = 0
  /** Which of them were written behind one that its server refused and that is sent again. */
  refused: RefusedSpan | undefined
  /** Blocking commands without an answer. */
  blocked = 0
  /** Whether the next EXEC must fail, because the keys were watched on a connection that is gone. */
  failsNextExec = false
  /** When the last byte arrived, or when it was made. */
  lastHeardAt: number
  /** Set when it is left because it owes answers and sends nothing. */
  unresponsive: HitlessError | undefined
  /** What it is asked beside the handshake of the host: still to come, sent, owed once the host has its own answers, or nothing. */
  greeting: 'due' | 'sent' | 'owed' | 'left-out' = 'due'
  /** What the server answered to the wish for notifications; `undefined` where it was not asked. */
  capability: Promise<Capability> | undefined
  /** The answer to a `PING` in the write of the handshake, until it comes: a server may shake hands and not serve yet. */
  firstAnswer: Promise<unknown> | 'came' | undefined
  /** Settles with the last answer to what is asked in the handshake, where the server may be one that gives none. Never rejects. */
  lastAnswer: Promise<unknown> | 'came' | undefined
  /** What the server says of itself; `undefined` where it was not asked, or has said that it is none that names the primary. */
  server: Promise<ServerFacts | undefined> | undefined
  /** Where the primary is, as the server has said when it refused a command. */
  namedPrimary: Endpoint | undefined
  readonly #context: Pick<Context, 'target' | 'clock'>
  readonly #address: string | undefined
  readonly #listener: ConnectionListener
  /** Most connections are never pinned. */
  #pins: Set<string> | undefined
  #whenReleased: (() => void) | undefined
  #identity: ConnectionIdentity | undefined
  #learning: Promise<ConnectionIdentity | undefined> | undefined

  constructor(context: Pick<Context, 'host' | 'target' | 'clock'>, plan: ConnectionPlan, listener: ConnectionListener) {
    this.#context = context
    this.#address = plan.way?.address
    this.#listener = listener
    this.id = plan.id
    this.route = plan.route
    this.lastHeardAt = context.clock.now()
    this.physical = context.host.open(plan, this)
    this.send = this.physical.send
  }

  /** Whether it is a further one to the node of another, for the library's own questions. */
  get isAuxiliary(): boolean {
    return this.id < 0
  }

  /** Whether commands can be sent to it. */
  get isReady(): boolean {
    return this.physical.isReady
  }

  /** Whether anything sent, or to be sent, has no answer. */
  get owesAnswers(): boolean {
    return this.physical.owesReplies
  }

  /** Whether keys are watched on it, or were when it broke. */
  get isWatching(): boolean {
    return this.failsNextExec || this.pins.has('WATCH')
  }

  /** What ties the application to this connection: open WATCH and MULTI commands that it sent by itself. */
  get pins(): ReadonlySet<string> {
    return this.#pins ?? NO_PINS
  }

  /** The application begins something that it can end only on this connection. */
  pin(name: string): void {
    this.#pins ??= new Set()
    this.#pins.add(name)
  }

  /** Everything that the application began by single commands has ended. */
  unpin(): void {
    this.#pins?.clear()
    this.noteRelease()
  }

  /** No keys are watched any more. */
  forgetWatch(): void {
    this.#pins?.delete('WATCH')
    this.failsNextExec = false
    this.noteRelease()
  }

  /** Calls back, perhaps at once, when nothing ties the application to it. A later call replaces an earlier one. */
  whenReleased(then: () => void): void {
    this.#whenReleased = then
    this.noteRelease()
  }

  /** Something may have ended that tied the application to it. */
  noteRelease(): void {
    if (this.isReady && this.isTied) return
    const then = this.#whenReleased
    this.#whenReleased = undefined
    then?.()
  }

  /** Whether the application has begun something on it that it cannot end elsewhere. */
  get isTied(): boolean {
    return this.pins.size > 0
  }

  /** Whether only the application may send something: it has a MULTI of its own open, or has switched answers off. */
  get isReserved(): boolean {
    return this.pins.size > (this.pins.has('WATCH') ? 1 : 0)
  }

  /** Where the connection leads, as an address where that is known: a name may lead elsewhere by now. */
  get reached(): Endpoint {
    const { host, port } = this.#aimedAt()
    return { host: this.address ?? host ?? 'localhost', port }
  }

  /** The address that the connection leads to; `undefined` for a unix socket. */
  get address(): string | undefined {
    const { host } = this.#aimedAt()
    if (host === undefined) return undefined
    return isIP(host) === 0 ? this.#address : host
  }

  /** Connects and shakes hands. Rejects with the host's error; then the connection is over. */
  connect(): Promise<void> {
    return this.physical.connect()
  }

  /** Resolves with whether everything sent before was answered within the time; never rejects. */
  fence(withinMs: number): Promise<boolean> {
    const answered = this.ping().then(
      () => true,
      // An error reply is an answer in order like any other.
      () => this.isReady,
    )
    return withDeadline(answered, { clock: this.#context.clock, withinMs, onLate: () => false })
  }

  /** Resolves once nothing is left to be answered, or the connection broke; never rejects. */
  drained(): Promise<void> {
    return drain(this)
  }

  /** Resolves with the server's answer to a PING that is sent after everything else. */
  ping(): Promise<unknown> {
    return this.send(PING, { timeout: undefined, abortSignal: undefined })
  }

  /** Resolves with how the server knows this connection, `undefined` where it does not tell. It is asked once. */
  learnIdentity(): Promise<ConnectionIdentity | undefined> {
    if (this.#identity !== undefined) return Promise.resolve(this.#identity)
    this.#learning ??= learnIdentity(this.send).then(identity => {
      this.#identity = identity
      return identity
    })
    return this.#learning
  }

  /** How the server knows this connection, where that is known already. */
  get identity(): ConnectionIdentity | undefined {
    return this.#identity
  }

  /** Takes the answer to a `CLIENT INFO` of the handshake. */
  noteIdentity(line: unknown): void {
    this.#identity = readIdentity(line)
  }

  /** Ends it at once: no socket, timer or subscription of it is left. Idempotent. */
  destroy(): void {
    this.physical.destroy()
  }

  onConnect(): void {
    this.#listener.onConnect(this)
  }

  onBytes(): void {
    this.lastHeardAt = this.#context.clock.now()
  }

  onPush(items: readonly unknown[]): boolean {
    return this.#listener.onPush(this, items)
  }

  onMessage(delivery: Delivery): void {
    this.#listener.onMessage(this, delivery)
  }

  onError(error: unknown): void {
    this.#listener.onError(this, error)
  }

  onHostEvent(event: string, args: readonly unknown[]): void {
    this.#listener.onHostEvent(this, event, args)
  }

  onLost(cause: unknown): void {
    this.#listener.onLost(this, cause)
  }

  #aimedAt(): { readonly host: string | undefined; readonly port: number } {
    return this.route.type === 'endpoint' ? this.route.endpoint : this.#context.target
  }
}
