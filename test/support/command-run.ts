import type { CommandParts, RunCommand } from '../../src/cli/command-line/cli-command.js'
import { CapturedTerminal } from './captured-terminal.js'

/** Lines that can be waited for. */
class AwaitedLines {
  readonly #lines: string[]
  readonly #awaited = new Set<{ readonly pattern: RegExp; readonly resolve: (line: string) => void }>()

  constructor(lines: string[]) {
    this.#lines = lines
  }

  add(line: string): void {
    this.#lines.push(line)
    for (const waiting of this.#awaited) {
      if (!waiting.pattern.test(line)) continue
      this.#awaited.delete(waiting)
      waiting.resolve(line)
    }
  }

  first(pattern: RegExp): Promise<string> {
    const known = this.#lines.find(line => pattern.test(line))
    if (known !== undefined) return Promise.resolve(known)
    return new Promise(resolve => void this.#awaited.add({ pattern, resolve }))
  }
}

/** A terminal that says when a line of a pattern is printed. */
class WatchedTerminal extends CapturedTerminal {
  readonly #printed = new AwaitedLines(this.printed)
  readonly #complained = new AwaitedLines(this.complained)
  override readonly print = (line: string): void => this.#printed.add(line)
  override readonly complain = (line: string): void => this.#complained.add(line)

  /** Resolves with the first line that matches, printed already or yet to come. */
  line(pattern: RegExp): Promise<string> {
    return this.#printed.first(pattern)
  }

  /** The same of complaints. */
  complaint(pattern: RegExp): Promise<string> {
    return this.#complained.first(pattern)
  }
}

/** A command that runs in this process, as the command line runs it. */
export class CommandRun {
  readonly terminal: WatchedTerminal = new WatchedTerminal()
  /** Its exit code. */
  readonly code: Promise<number>
  readonly #ending = new AbortController()

  constructor(run: RunCommand, argv: readonly string[], lines: readonly string[] = []) {
    const parts: CommandParts = {
      terminal: this.terminal,
      input: (async function* () {
        for (const line of lines) yield Buffer.from(`${line}\n`)
      })(),
      signal: this.#ending.signal,
      programs: { player: '', path: program => program },
      scenarios: 'spec/scenarios/',
      version: '1.2.3',
    }
    this.code = run(argv, parts)
  }

  /** Resolves with the first line that matches. */
  line(pattern: RegExp): Promise<string> {
    return this.terminal.line(pattern)
  }

  /** Resolves with the first complaint that matches. */
  complaint(pattern: RegExp): Promise<string> {
    return this.terminal.complaint(pattern)
  }

  /** Interrupts it, as Ctrl-C does, and resolves with its exit code. */
  interrupt(): Promise<number> {
    this.#ending.abort()
    return this.code
  }
}
