/** What became of the messages of a channel. */
export interface MessageAudit {
  readonly published: number
  readonly heard: number
  /** Messages that were not heard, and of which the client did not tell that some may be missing. */
  readonly missed: number
  /** Messages that were not heard while the client knew that it was not listening. */
  readonly interrupted: number
}

/** When a client was not listening, in milliseconds since 1970. */
export interface Interruption {
  readonly fromAt: number
  readonly untilAt: number
}

/** A loss is noticed a little after messages begin to be missing, and a message travels for a moment. */
const LEEWAY_MS = 250

/** Keeps which messages were published and heard. Every message is another one. */
export class MessageLog {
  readonly #published = new Map<string, number>()
  readonly #heard = new Set<string>()
  readonly #interruptions: Interruption[] = []
  #messages = 0

  /** A message that was not used before, which is published now. */
  nextMessage(at: number): string {
    this.#messages += 1
    const message = `message ${this.#messages}`
    this.#published.set(message, at)
    return message
  }

  /** A message could not be published. */
  unsaid(message: string): void {
    this.#published.delete(message)
  }

  heard(message: string): void {
    this.#heard.add(message)
  }

  /** Whether a message was heard. */
  has(message: string): boolean {
    return this.#heard.has(message)
  }

  /** The client told that messages may be missing. */
  interrupted(interruption: Interruption): void {
    this.#interruptions.push(interruption)
  }

  audit(): MessageAudit {
    const missing = [...this.#published].filter(([message]) => !this.#heard.has(message)).map(([, at]) => at)
    const missed = missing.filter(at => !this.#interruptions.some(span => covers(span, at))).length
    const { size: published } = this.#published
    return { published, heard: published - missing.length, missed, interrupted: missing.length - missed }
  }
}

function covers({ fromAt, untilAt }: Interruption, at: number): boolean {
  return at >= fromAt - LEEWAY_MS && at <= untilAt + LEEWAY_MS
}
