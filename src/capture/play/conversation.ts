import type { CaptureEntry } from '../format/capture.js'
import { type ConnectionEntry, ExchangeReader } from '../frames/exchange-reader.js'

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

/** What a client asks for maintenance notifications with. */
export const OPT_IN = 'CLIENT MAINT_NOTIFICATIONS'

/** The connections of a capture, in the order in which they were opened. */
export function conversationsIn(entries: readonly CaptureEntry[]): readonly Conversation[] {
  const readers = new Map<number, ConversationReader>()
  for (const entry of entries) {
    if (!('connection' in entry)) continue
    const reader = readers.get(entry.connection) ?? new ConversationReader()
    readers.set(entry.connection, reader)
    reader.take(entry)
  }
  return [...readers.values()].map(reader => reader.conversation())
}

class ConversationReader {
  readonly #answers = new Map<string, Buffer[]>()
  readonly #acts: { readonly at: number; readonly push: Buffer | undefined }[] = []
  #firstAt: number | undefined
  #optedInAt: number | undefined
  readonly #exchanges = new ExchangeReader({
    onAnswer: ({ name }, answer, at) => this.#keep(name, answer, at),
    onPush: (push, at) => this.#acts.push({ at, push }),
  })

  take(entry: ConnectionEntry): void {
    const { at, type } = entry
    this.#firstAt ??= at
    if (type === 'closed' && entry.by === 'server') this.#acts.push({ at, push: undefined })
    this.#exchanges.take(entry)
  }

  conversation(): Conversation {
    const startAt = this.#optedInAt ?? this.#firstAt ?? 0
    return {
      answers: this.#answers,
      acts: this.#acts.map(({ at, push }) => ({ afterMs: Math.max(0, at - startAt), push })),
      optsIn: this.#optedInAt !== undefined,
      hasRequests: this.#exchanges.hasRequests,
    }
  }

  #keep(command: string, answer: Buffer, at: number): void {
    if (command === OPT_IN) this.#optedInAt = at
    const answers = this.#answers.get(command)
    if (answers === undefined) this.#answers.set(command, [answer])
    else answers.push(answer)
  }
}
