import type { Clock } from '../../base/clock.js'
import { isHitlessError } from '../../base/errors.js'
import type { Line, LineSink, OwnReply } from '../backends/backend-line.js'
import type { Conduct } from '../faults/conduct.js'
import { errorReply } from '../faults/replies.js'
import { type Accepted, type SessionEvent, servernameOf } from './accepted.js'
import { ClientState } from './client-state.js'
import type { Command } from './command.js'
import type { Slowness } from './drip.js'
import { Intake } from './intake.js'
import { MAX_UNDELIVERED_BYTES, MAX_UNREAD_BYTES } from './parked-commands.js'
import type { Protocol } from './protocol.js'
import { ReplyStream } from './reply-stream.js'
import type { MovingEndpointType, SimConnection } from './sim-connection.js'

/** Looks at a command before it is passed on. Returns whether it answered the command. */
export type Interceptor = (session: Session, command: Command) => boolean

/** What a session needs of the node that accepted it. */
export interface SessionHost {
  readonly clock: Clock
  readonly conduct: Conduct
  readonly interceptors: readonly Interceptor[]
  readonly openLine: (sink: LineSink) => Line
  /** What a connection is told right after it opted in. */
  readonly greet: (session: Session) => readonly Buffer[]
  readonly record: (session: Session, event: SessionEvent, command?: Command) => void
}

/** One client connection, from accept to close. */
export class Session implements SimConnection, LineSink {
  readonly id: number
  readonly state: ClientState
  readonly remotePort: number
  optedIn: MovingEndpointType | false = false
  commands = 0

  readonly #accepted: Accepted
  readonly #host: SessionHost
  readonly #line: Line
  readonly #stream: ReplyStream
  readonly #intake: Intake
  readonly #handshakeDelayMs: number

  constructor(id: number, accepted: Accepted, host: SessionHost) {
    const { socket } = accepted
    this.id = id
    this.#accepted = accepted
    this.#host = host
    this.remotePort = accepted.tcp.remotePort ?? 0
    this.state = new ClientState(host.conduct)
    this.#handshakeDelayMs = host.conduct.handshakeDelayMs
    this.#stream = new ReplyStream(socket)
    this.#line = host.openLine(this)
    this.#intake = new Intake({ source: socket, take: command => this.#dispatch(command) })
    if (host.conduct.silent) this.stop()
    this.slow(host.conduct.slowness)
    socket.on('data', chunk => this.#read(chunk))
    socket.on('drain', () => this.#catchUp())
    socket.on('error', () => {})
    socket.on('close', () => this.#end())
  }

  get conduct(): Conduct {
    return this.#host.conduct
  }

  get protocol(): Protocol {
    return this.#line.protocol
  }

  get name(): string {
    return this.state.name
  }

  get database(): number {
    return this.state.database
  }

  get open(): boolean {
    return !this.#accepted.socket.destroyed
  }

  get servername(): string | undefined {
    return servernameOf(this.#accepted)
  }

  /** Takes what the data set answers. */
  receive(bytes: Buffer, atBoundary: boolean): void {
    if (this.#stream.reply(bytes, atBoundary)) return
    this.#line.pause()
    if (this.#stream.unread > MAX_UNREAD_BYTES) this.#intake.hinder('behind')
    if (this.#stream.unread > MAX_UNDELIVERED_BYTES) this.reset()
  }

  /** The data set takes requests again. */
  drained(): void {
    if (!this.#isStopped) this.#accepted.socket.resume()
  }

  /** The data set ended the connection. */
  closed(): void {
    this.close()
  }

  /** Passes a command on to the data set. */
  forward(command: Command): void {
    if (command.name === 'RESET') this.optOut()
    this.state.note(command)
    if (!this.#line.forward(command)) this.#accepted.socket.pause()
  }

  /** Answers a command in its place instead of passing it on. */
  answer(reply: OwnReply): void {
    this.#line.answer(reply)
  }

  /** Opts in, and returns what is told at once. */
  optIn(type: MovingEndpointType): readonly Buffer[] {
    this.optedIn = type
    this.#host.record(this, 'opted-in')
    const told = this.#host.greet(this)
    for (const _ of told) this.#host.record(this, 'pushed')
    return told
  }

  optOut(): void {
    if (this.optedIn !== false) this.#host.record(this, 'opted-out')
    this.optedIn = false
  }

  push(bytes: Buffer): Promise<boolean> {
    if (this.#isStopped || this.#intake.isOver || !this.open) return Promise.resolve(false)
    if (this.#stream.unread > MAX_UNDELIVERED_BYTES) this.reset()
    this.#host.record(this, 'pushed')
    return this.#stream.push(bytes)
  }

  /** Behaves from now on as a stopped process: accepts bytes, does nothing with them, and sends nothing. */
  stop(): void {
    this.#intake.hinder('stopped')
    this.#stream.hold('stopped')
  }

  /** Continues where `stop` ended. */
  resume(): void {
    if (!this.#isStopped) return
    this.#intake.free('stopped')
    this.goOn()
    this.#stream.release('stopped')
  }

  /** Lets a command wait until its node goes on, and what follows it. */
  hold(command: Command): void {
    this.#intake.hold(command)
  }

  /** The node lets commands wait no longer. */
  goOn(): void {
    this.#intake.goOn(held => this.#pass(held))
  }

  /** Sends nothing from now on, until the connection ends. */
  withhold(): void {
    this.#stream.hold('withheld')
  }

  /** Answers slowly from now on, or as fast as it can. */
  slow(slowness: Slowness | undefined): void {
    const { clock } = this.#host
    this.#stream.slow(slowness && { clock, slowness, onDrained: () => this.#catchUp() })
  }

  /** Takes no further command, whatever happens to the node. */
  fallSilent(): void {
    this.#intake.end()
  }

  close(): void {
    this.#stream.flush()
    this.#accepted.socket.destroySoon()
  }

  reset(): void {
    this.#accepted.tcp.resetAndDestroy()
    this.#accepted.socket.destroy()
  }

  /** Ends the connection without waiting for anything. */
  destroy(): void {
    this.#accepted.socket.destroy()
    this.#accepted.tcp.destroy()
  }

  get #isStopped(): boolean {
    return this.#intake.isHindered('stopped')
  }

  #read(chunk: Buffer): void {
    try {
      this.#intake.feed(chunk)
    } catch (error) {
      if (!isHitlessError(error, 'WIRE_PROTOCOL')) throw error
      this.#intake.end()
      this.#stream.reply(errorReply(`ERR ${error.message}`), true)
      this.close()
    }
  }

  /** The client reads again. */
  #catchUp(): void {
    this.#line.resume()
    this.#intake.free('behind')
  }

  #dispatch(command: Command): void {
    this.commands += 1
    this.#host.record(this, 'command', command)
    if (this.commands === 1 && !this.#begin()) return
    this.#pass(command)
  }

  #pass(command: Command): void {
    for (const intercept of this.#host.interceptors) {
      if (intercept(this, command)) return
    }
    this.forward(command)
  }

  /** What the first command causes. Returns whether to continue. */
  #begin(): boolean {
    if (this.conduct.hangUp === 'after-first-command') {
      this.#intake.end()
      this.close()
      return false
    }
    if (this.#handshakeDelayMs > 0) {
      this.#stream.hold('handshake')
      const timer = this.#host.clock.after(this.#handshakeDelayMs, () => this.#stream.release('handshake'))
      this.#accepted.socket.once('close', () => timer.dispose())
    }
    return true
  }

  #end(): void {
    this.#stream.close()
    this.#line.close()
    this.#host.record(this, 'closed')
  }
}
