import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

/** How processes are started. */
export interface ProcessOptions {
  /** The compiled program. */
  readonly program: string
  readonly signal: AbortSignal
}

/** Starts a program with one argument and a channel to it, and with a collector of garbage that it can call. */
export function startProgram(argument: string, { program, signal }: ProcessOptions): ChildProcess {
  const child = fork(program, [argument], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: ['--expose-gc'],
    signal,
  })
  child.on('error', () => {})
  return child
}

/**
 * What a program says next.
 *
 * @throws Error when it has ended, or ends before it says something.
 */
export async function nextMessage(child: ChildProcess): Promise<unknown> {
  const answered = new AbortController()
  const { signal } = answered
  try {
    if (hasEnded(child)) throw endedEarly()
    const exit = once(child, 'exit', { signal }).then(() => Promise.reject(endedEarly()))
    const [message] = await Promise.race([once(child, 'message', { signal }), exit])
    return message
  } finally {
    answered.abort()
  }
}

/** Lets a program end, which it does when its channel is closed. */
export async function stopProgram(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return
  const exited = once(child, 'exit')
  if (child.connected) child.disconnect()
  await exited
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}

function endedEarly(): Error {
  return new Error('It could not be measured: a process ended early')
}
