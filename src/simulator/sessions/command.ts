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

/** Makes a command from its words. */
export function toCommand(words: readonly Buffer[], raw: Buffer): Command {
  return { name: words[0]?.toString('latin1').toUpperCase() ?? '', words, raw }
}

/** The words of a command as text, for people and for tests. */
export function toText(command: Command): readonly string[] {
  return command.words.map(part => part.toString('utf8'))
}
