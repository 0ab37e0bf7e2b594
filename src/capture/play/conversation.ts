import type { CaptureEntry } from '../format/capture.js'
import { findFrame, textIn } from '../frames/found-frame.js'
import { FrameCutter } from '../frames/frame-cutter.js'
import { commandOf, wordsOf } from '../frames/request.js'

/** What the server did of itself: it pushed something, or closed the connection. */
export interface ServerAct {
  /** From the moment on that the client had asked for notifications, in milliseconds as recorded. */
  readonly afterMs: number
  /** What it pushed; `undefined` where it closed the connection. */
  readonly push: Buffer | undefined
}

/** One connection of a capture, as another client can be served it: answers by command, and all else by time. */
export interface Conversation {
  /** The answers to each command, in the order in which they came. */
  readonly answers: ReadonlyMap<string, readonly Buffer[]>
  readonly acts: readonly ServerAct[]
  /** Whether the client asked for maintenance notifications: then acts count from there. */
  readonly optsIn: boolean
  /** Whether the client said anything at all. */
  readonly hasRequests: boolean
}

export const OPT_IN = 'CLIENT MAINT_NOTIFICATIONS'

/** Confirmations of subscriptions are made for the client that asks: the names in a capture are masked. */
const ANSWERING_PUSH = /^[ps]?(?:un)?subscribe$/

/** The connections of a capture, in the order in which they were opened. */
export function conversationsIn(entries: readonly CaptureEntry[]): readonly Conversation[] {
  const readers = new Map<number, ConversationReader>()
  for (const entry of entries) {
    if (entry.type === 'event') continue
    const reader = readers.get(entry.connection) ?? new ConversationReader()
    readers.set(entry.connection, reader)
    reader.take(entry)
  }
  return [...readers.values()].map(reader => reader.conversation())
}

class ConversationReader {
  readonly #cutters = { client: new FrameCutter(), server: new FrameCutter() }
  readonly #unanswered: string[] = []
  readonly #answers = new Map<string, Buffer[]>()
  readonly #acts: { readonly at: number; readonly push: Buffer | undefined }[] = []
  #firstAt: number | undefined
  #optedInAt: number | undefined
  #hasRequests = false
  #isLost = false

  take(entry: Exclude<CaptureEntry, { type: 'event' }>): void {
    const { at, type } = entry
    this.#firstAt ??= at
    if (type === 'closed' && entry.by === 'server') this.#acts.push({ at, push: undefined })
    // Behind what is missing, answers cannot be told to their commands.
    if (type === 'omitted') this.#isLost = true
    if (type !== 'data' || this.#isLost) return
    const take = entry.from === 'client' ? this.#takeRequest : this.#takeReply
    for (const frame of this.#cutters[entry.from].feed(entry.bytes)) take(frame, at)
  }

  conversation(): Conversation {
    const startAt = this.#optedInAt ?? this.#firstAt ?? 0
    return {
      answers: this.#answers,
      acts: this.#acts.map(({ at, push }) => ({ afterMs: Math.max(0, at - startAt), push })),
      optsIn: this.#optedInAt !== undefined,
      hasRequests: this.#hasRequests,
    }
  }

  readonly #takeRequest = (frame: Buffer): void => {
    this.#hasRequests = true
    const command = commandOf(wordsOf(frame))
    if (!/^[PS]?(?:UN)?SUBSCRIBE$/.test(command)) this.#unanswered.push(command)
  }

  readonly #takeReply = (frame: Buffer, at: number): void => {
    if (isPush(frame)) {
      if (!ANSWERING_PUSH.test(pushName(frame))) this.#acts.push({ at, push: frame })
      return
    }
    const command = this.#unanswered.shift()
    if (command === undefined) return
    if (command === OPT_IN) this.#optedInAt = at
    const answers = this.#answers.get(command)
    if (answers === undefined) this.#answers.set(command, [frame])
    else answers.push(frame)
  }
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
