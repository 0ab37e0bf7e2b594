import type { Socket } from 'node:net'
import type { Clock, Timer } from '../../base/clock.js'
import { FrameCutter } from '../frames/frame-cutter.js'
import { commandOf, wordsOf } from '../frames/request.js'
import { type Conversation, OPT_IN, type ServerAct } from './conversation.js'
import { fallbackAnswer } from './fallback-answers.js'
import { protocolErrorReply } from './protocol-error-reply.js'

/** What a {@link ServedConnection} needs of its server. */
export interface ServingHost {
  readonly clock: Clock
  /** How many times faster than recorded; `step` waits to be told. */
  readonly speed: number | 'step'
  /** What is sent for a recorded push. */
  readonly toSent: (push: Buffer) => Buffer
  readonly onAct: (act: ServerAct, connection: ServedConnection) => void
}

/** What a client may leave unread, in bytes, before it is cut. */
const MAX_UNREAD = 16_777_216
/** The largest request, in bytes. */
const MAX_REQUEST = 1_048_576

/** A client that is served one connection of a capture. */
export class ServedConnection {
  readonly id: number
  readonly #socket: Socket
  readonly #conversation: Conversation
  readonly #host: ServingHost
  readonly #cutter = new FrameCutter(MAX_REQUEST)
  readonly #used = new Map<string, number>()
  readonly #startedBy: 'opt-in' | 'request' | 'connection'
  #protocol: 2 | 3 = 2
  #startedAt: number | undefined
  #next = 0
  #timer: Timer | undefined

  constructor(id: number, socket: Socket, { conversation, host }: { conversation: Conversation; host: ServingHost }) {
    const { optsIn, hasRequests } = conversation
    this.id = id
    this.#socket = socket
    this.#conversation = conversation
    this.#host = host
    this.#startedBy = optsIn ? 'opt-in' : hasRequests ? 'request' : 'connection'
    socket.on('data', (chunk: Buffer) => this.#read(chunk))
    socket.on('error', () => {})
    socket.once('close', () => this.#timer?.dispose())
    if (this.#startedBy === 'connection') this.#start()
  }

  /** What comes next of what the server did of itself; `undefined` before its time began, and behind the last. */
  get nextAct(): ServerAct | undefined {
    return this.#startedAt === undefined || this.#socket.destroyed ? undefined : this.#conversation.acts[this.#next]
  }

  /** Does what comes next. */
  step(): void {
    const act = this.nextAct
    if (act === undefined) return
    this.#next += 1
    if (act.push === undefined) this.#socket.destroySoon()
    // Without RESP3 a client cannot tell a push from an answer.
    else if (this.#protocol === 3 || this.#startedBy === 'connection') this.#write(this.#host.toSent(act.push))
    this.#host.onAct(act, this)
  }

  destroy(): void {
    this.#socket.destroy()
  }

  #read(chunk: Buffer): void {
    try {
      for (const frame of this.#cutter.feed(chunk)) this.#answer(wordsOf(frame))
    } catch (error) {
      this.#write(protocolErrorReply(error))
      this.#socket.destroySoon()
    }
  }

  #answer(words: readonly string[]): void {
    const command = commandOf(words)
    const version = /^HELLO ([23])$/.exec(command)?.[1]
    if (version !== undefined) this.#protocol = version === '3' ? 3 : 2
    this.#write(this.#recorded(command) ?? fallbackAnswer(words, { id: this.id, protocol: this.#protocol }))
    if (command === 'QUIT') this.#socket.destroySoon()
    if (this.#startedBy === 'request' || command === OPT_IN) this.#start()
  }

  /** The next recorded answer, or the last one again. */
  #recorded(command: string): Buffer | undefined {
    const answers = this.#conversation.answers.get(command)
    if (answers === undefined) return undefined
    const used = this.#used.get(command) ?? 0
    this.#used.set(command, used + 1)
    return answers[Math.min(used, answers.length - 1)]
  }

  #start(): void {
    if (this.#startedAt !== undefined) return
    this.#startedAt = this.#host.clock.now()
    this.#playDue()
  }

  #playDue(): void {
    const { clock, speed } = this.#host
    if (speed === 'step') return
    for (let act = this.nextAct; act !== undefined; act = this.nextAct) {
      const inMs = act.afterMs / speed - (clock.now() - (this.#startedAt ?? 0))
      if (inMs > 0) {
        this.#timer = clock.after(inMs, () => this.#playDue(), true)
        return
      }
      this.step()
    }
  }

  #write(bytes: Buffer): void {
    if (this.#socket.writable) this.#socket.write(bytes)
    if (this.#socket.writableLength > MAX_UNREAD) this.#socket.destroy()
  }
}
