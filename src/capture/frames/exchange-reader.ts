import type { CaptureEntry } from '../format/capture.js'
import { findFrame, textIn } from './found-frame.js'
import { FrameCutter } from './frame-cutter.js'
import { commandOf, wordsOf } from './request.js'

/** An entry about one connection. */
export type ConnectionEntry = Exclude<CaptureEntry, { type: 'event' | 'step' }>

/** A command that was sent. */
export interface SentCommand {
  /** Its name, with the subcommand, or the version that HELLO asks for. */
  readonly name: string
  readonly at: number
}

/** Who is told what goes over a connection. */
export interface ExchangeListener {
  onAnswer(command: SentCommand, answer: Buffer, at: number): void
  /** A push that answers nothing. */
  onPush?(push: Buffer, at: number): void
}

const SUBSCRIBING = /^[PS]?(?:UN)?SUBSCRIBE$/
/** Confirmations are as many as there are channels, and no answers in RESP3. */
const CONFIRMING = /^[ps]?(?:un)?subscribe$/
const MESSAGE = /^[ps]?message$/

/** Tells the answers on one connection to their commands. */
export class ExchangeReader {
  readonly #cutters = { client: new FrameCutter(), server: new FrameCutter() }
  readonly #listener: ExchangeListener
  #unanswered: SentCommand[] = []
  #hasRequests = false
  #hasSubscribed = false
  #isLost = false

  constructor(listener: ExchangeListener) {
    this.#listener = listener
  }

  /** Whether the client said anything at all. */
  get hasRequests(): boolean {
    return this.#hasRequests
  }

  /** Commands without an answer. */
  get unanswered(): readonly SentCommand[] {
    return this.#unanswered
  }

  /** Takes the next entry of the connection; throws where a side sent no RESP. */
  take(entry: ConnectionEntry): void {
    const { at, type } = entry
    // Behind what is missing, answers cannot be told to their commands.
    if (type === 'omitted') {
      this.#isLost = true
      this.#unanswered = []
    }
    if (type !== 'data' || this.#isLost) return
    for (const frame of this.#cutters[entry.from].feed(entry.bytes)) {
      if (entry.from === 'client') this.#request(frame, at)
      else this.#reply(frame, at)
    }
  }

  #request(frame: Buffer, at: number): void {
    this.#hasRequests = true
    const name = commandOf(wordsOf(frame))
    if (SUBSCRIBING.test(name)) this.#hasSubscribed = true
    else this.#unanswered.push({ name, at })
  }

  #reply(frame: Buffer, at: number): void {
    if (isPush(frame)) {
      if (!CONFIRMING.test(pushName(frame))) this.#listener.onPush?.(frame, at)
      return
    }
    // Before RESP3 they look like answers.
    if (this.#hasSubscribed && frame[0] === STAR && isOfSubscription(pushName(frame))) return
    const command = this.#unanswered.shift()
    if (command !== undefined) this.#listener.onAnswer(command, frame, at)
  }
}

const STAR = '*'.charCodeAt(0)

function isOfSubscription(name: string): boolean {
  return CONFIRMING.test(name) || MESSAGE.test(name)
}

/** Whether a frame is a push, with attributes or without. */
function isPush(frame: Buffer): boolean {
  const { type, items } = findFrame(frame, 0)
  return type === '>' || (type === '|' && items.at(-1)?.type === '>')
}

/** The name of a push; empty where it has none. */
export function pushName(frame: Buffer): string {
  const { type, items } = findFrame(frame, 0)
  return textIn(frame, (type === '|' ? items.at(-1)?.items : items)?.[0]) ?? ''
}
