import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { CommandParts } from '../command-line/cli-command.js'

/** Runs the benchmark in a process of its own, whose memory it can have collected. Resolves with the exit code. */
export async function runBenchCommand(argv: readonly string[], { programs, signal }: CommandParts): Promise<number> {
  const child = spawn(process.execPath, ['--expose-gc', programs.path('bench/main'), ...argv], { stdio: 'inherit' })
  // Somebody who interrupts a terminal interrupts both; a signal to this process alone is passed on.
  const stop = (): void => void child.kill()
  signal.addEventListener('abort', stop, { once: true })
  const [code] = (await once(child, 'exit')) as [number | null]
  signal.removeEventListener('abort', stop)
  return code ?? 130
}
