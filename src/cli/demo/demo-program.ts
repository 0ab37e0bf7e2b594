import { systemClock } from '../../base/clock.js'
import type { ClientKind } from '../player/messages.js'
import { textOf } from '../program/error-text.js'
import { hostVersion } from '../program/host-version.js'
import type { Terminal } from '../program/terminal.js'
import { playRun, type RunResult } from '../rehearsal/run.js'
import { faultsOf } from '../rehearsal/score.js'
import { createPace, SCRIPT } from '../rehearsal/script.js'
import { NO_VIEW, type View } from '../rehearsal/view.js'
import { DEMO_USAGE, type DemoArgs, parseDemoArgs } from './demo-args.js'
import { LiveView } from './live-view.js'
import { printOutcome, stringifyOutcome } from './outcome.js'
import { PlainView } from './plain-view.js'

const EXIT_FAULTY = 1
const EXIT_USAGE = 2
const EXIT_INTERRUPTED = 130

/** What the demo works with. */
export interface DemoParts {
  readonly terminal: Terminal
  /** Ends the demo early. */
  readonly signal: AbortSignal
  /** The compiled program of a player. */
  readonly playerProgram: string
}

/** Runs the demo. Resolves with the exit code; never rejects. */
export async function runDemo(argv: readonly string[], parts: DemoParts): Promise<number> {
  const { terminal } = parts
  let args: DemoArgs
  try {
    args = parseDemoArgs(argv)
  } catch (error) {
    terminal.complain(`${textOf(error)}\n\n${DEMO_USAGE}`)
    return EXIT_USAGE
  }
  if (args.help) {
    terminal.print(DEMO_USAGE)
    return 0
  }
  try {
    return await playAll(args, parts)
  } catch (error) {
    terminal.complain(textOf(error))
    return EXIT_FAULTY
  }
}

async function playAll(args: DemoArgs, parts: DemoParts): Promise<number> {
  const { terminal, signal } = parts
  const ours = await play('redis-hitless', args, parts)
  const plain = args.compare && !signal.aborted ? await play('@redis/client', args, parts) : undefined
  if (signal.aborted) return EXIT_INTERRUPTED
  const outcome = { ours, plain, speed: args.speed, hostVersion: hostVersion() }
  for (const line of args.json ? [stringifyOutcome(outcome)] : printOutcome(outcome)) terminal.print(line)
  return faultsOf(ours.score).length === 0 ? 0 : EXIT_FAULTY
}

function play(client: ClientKind, { backend, speed, json }: DemoArgs, parts: DemoParts): Promise<RunResult> {
  const view = json ? NO_VIEW : createView(parts.terminal)
  const { signal, playerProgram } = parts
  return playRun({ client, backend, script: SCRIPT, pace: createPace(speed), view, signal, playerProgram })
}

function createView({ screen, color, print }: Terminal): View {
  return screen === undefined ? new PlainView(print) : new LiveView(screen, systemClock, color)
}
