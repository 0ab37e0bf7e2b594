import type { CommandParts, RunCommand } from '../../src/cli/command-line/cli-command.js'
import { CapturedTerminal } from './captured-terminal.js'

/** A terminal that says when a line of a pattern is printed. */
class WatchedTerminal extends CapturedTerminal {
  readonly #awaited = new Set<{ readonly pattern: RegExp; readonly resolve: (line: string) => void }>()

  override readonly print = (line: string): void => {
    this.printed.push(line)
    for (const waiting of this.#awaited) {
      if (!waiting.pattern.test(line)) continue
      this.#awaited.delete(waiting)
      waiting.resolve(line)
    }
  }

  /** Resolves with the first line that matches, printed already or yet to come. */
  line(pattern: RegExp): Promise<string> {
    const printed = this.printed.find(line => pattern.test(line))
    if (printed !== undefined) return Promise.resolve(printed)
    return new Promise(resolve => void this.#awaited.add({ pattern, resolve }))
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

  /** Interrupts it, as Ctrl-C does, and resolves with its exit code. */
  interrupt(): Promise<number> {
    this.#ending.abort()
    return this.code
  }
}
