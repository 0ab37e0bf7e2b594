import type { WriteStream } from 'node:tty'

/** Where a program of this package talks to people. */
export interface Terminal {
  /** Takes a line of the result, without its end. */
  print(line: string): void
  /** Takes a line about what went wrong, without its end. */
  complain(line: string): void
  /** The screen to draw on; `undefined` where lines are wanted. */
  readonly screen: WriteStream | undefined
  readonly color: boolean
}

/** The terminal of this process. Colours are left out where `NO_COLOR` is set, drawing where it is no screen. */
export function processTerminal(): Terminal {
  const { stdout, stderr } = process
  const { TERM, NO_COLOR = '' } = process.env
  // Declared as a boolean, but absent where the output is no terminal.
  const isTerminal = Boolean(stdout.isTTY)
  return {
    print: line => void stdout.write(`${line}\n`),
    complain: line => void stderr.write(`${line}\n`),
    screen: isTerminal && TERM !== 'dumb' ? stdout : undefined,
    color: isTerminal && NO_COLOR === '' && stdout.hasColors(),
  }
}
