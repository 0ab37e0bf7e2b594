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

/** What a program writes to. Declared `isTTY` is absent where it is no terminal. */
type Sink = Pick<WriteStream, 'write' | 'on'> & Partial<Pick<WriteStream, 'isTTY' | 'hasColors'>>

/**
 * The terminal of this process. Colours are left out where `NO_COLOR` is set, drawing where it is no screen. What nobody reads any more,
 * as behind `| head`, is dropped.
 */
export function processTerminal({
  stdout,
  stderr,
  env,
}: {
  readonly stdout: Sink
  readonly stderr: Sink
  readonly env: NodeJS.ProcessEnv
} = process): Terminal {
  const { TERM, NO_COLOR = '' } = env
  const isTerminal = Boolean(stdout.isTTY)
  for (const sink of [stdout, stderr]) sink.on('error', dropClosed)
  return {
    print: line => void stdout.write(`${line}\n`),
    complain: line => void stderr.write(`${line}\n`),
    // What is a terminal has everything that one has.
    screen: isTerminal && TERM !== 'dumb' ? (stdout as WriteStream) : undefined,
    color: isTerminal && NO_COLOR === '' && stdout.hasColors?.() === true,
  }
}

function dropClosed(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}
