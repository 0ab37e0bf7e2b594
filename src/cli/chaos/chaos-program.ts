import type { CommandParts } from '../command-line/cli-command.js'
import { PlainView } from '../demo/plain-view.js'
import { type Finding, runProgram } from '../program/frame.js'
import { playRun } from '../rehearsal/rehearse.js'
import { createPace } from '../rehearsal/script.js'
import { NO_VIEW } from '../rehearsal/view.js'
import { CHAOS_USAGE, type ChaosArgs, parseChaosArgs } from './chaos-args.js'
import { drawScript } from './chaos-script.js'
import { toVerdict } from './verdict.js'

/** Plays random faults to a client. Resolves with the exit code; never rejects. */
export function runChaos(argv: readonly string[], parts: CommandParts): Promise<number> {
  const run = (args: ChaosArgs): Promise<Finding | undefined> => play(args, parts)
  return runProgram({ usage: CHAOS_USAGE, parse: parseChaosArgs, run }, argv, parts.terminal)
}

async function play(args: ChaosArgs, { terminal, signal, programs }: CommandParts): Promise<Finding | undefined> {
  const { client, backend, tls, seconds, seed, only, json } = args
  const script = drawScript({ seed, only, forMs: seconds * 1_000 })
  if (!json) terminal.print(`seed ${seed}, ${script.length - 2} faults`)
  const result = await playRun({
    client,
    backend,
    tls,
    script,
    pace: createPace(1),
    view: json ? NO_VIEW : new PlainView(line => terminal.print(line)),
    signal,
    playerProgram: programs.player,
    traffic: 'all',
  })
  const faults = script.slice(1, -1).map(({ id }) => id)
  return signal.aborted ? undefined : toVerdict(result, args, faults)
}
