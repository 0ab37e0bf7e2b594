import type { Terminal } from '../../src/cli/program/terminal.js'

/** A terminal without a screen that keeps what is printed. */
export class CapturedTerminal implements Terminal {
  readonly screen: undefined
  readonly color = false
  readonly printed: string[] = []
  readonly complained: string[] = []
  readonly print = (line: string): void => void this.printed.push(line)
  readonly complain = (line: string): void => void this.complained.push(line)

  /** Everything that was printed, as one text. */
  get text(): string {
    return this.printed.join('\n')
  }
}
