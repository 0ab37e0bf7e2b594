import { firstWordOf, wordsOf } from './request-frame.js'

/** One request of a client: its words, and the bytes as they came. */
export interface Command {
  /** The first word in upper case, such as `GET`. */
  readonly name: string
  /** All words, the name included. */
  readonly words: readonly Buffer[]
  /** The request as the client wrote it, for passing it on unchanged. */
  readonly raw: Buffer
}

/** A word of a command as text; the empty string where it has no such word. */
export function word(command: Command, index: number): string {
  return command.words[index]?.toString('utf8') ?? ''
}

/** A word in upper case, for keywords. Redis reads them in any case. */
export function keyword(command: Command, index: number): string {
  return word(command, index).toUpperCase()
}

/** A command as it came. Most commands only pass: their words are not looked for until somebody asks. */
export class Request implements Command {
  readonly name: string
  readonly raw: Buffer
  #words: readonly Buffer[] | undefined

  /** @param raw - The bytes of one complete request. */
  constructor(raw: Buffer) {
    this.raw = raw
    this.name = firstWordOf(raw).toUpperCase()
  }

  get words(): readonly Buffer[] {
    this.#words ??= wordsOf(this.raw)
    return this.#words
  }
}

/** Makes a command from its words. */
export function toCommand(words: readonly Buffer[], raw: Buffer): Command {
  return { name: words[0]?.toString('latin1').toUpperCase() ?? '', words, raw }
}

/** The words of a command as text, for people and for tests. */
export function toText(command: Command): readonly string[] {
  return command.words.map(part => part.toString('utf8'))
}
