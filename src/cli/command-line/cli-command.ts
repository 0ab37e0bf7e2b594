import type { Terminal } from '../program/terminal.js'

/** The compiled programs that commands start, by their paths. */
export interface CommandPrograms {
  /** The client under load of the demo. */
  readonly player: string
  /** A command of its own process: its path from `cli`, such as `bench/main`. */
  readonly path: (program: string) => string
}

/** What a command works with. */
export interface CommandParts {
  readonly terminal: Terminal
  /** What is written to the command: its standard input. */
  readonly input: AsyncIterable<Buffer>
  /** Ends the command early. */
  readonly signal: AbortSignal
  readonly programs: CommandPrograms
  /** Where the scenarios of this package are. */
  readonly scenarios: string
  /** The version of this package. */
  readonly version: string
}

/** Runs a command with the arguments behind its name. Resolves with the exit code; never rejects. */
export type RunCommand = (argv: readonly string[], parts: CommandParts) => Promise<number>

/** One command of the command line. */
export interface Command {
  readonly name: string
  /** What it does, in one line. */
  readonly summary: string
  /** Its code is loaded only where it is called: some commands need a package that others do not. */
  readonly load: () => Promise<RunCommand>
}
