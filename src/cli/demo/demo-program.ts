import { systemClock } from '../../base/clock.js'
import { type ClientKind, OURS } from '../player/player-messages.js'
import { type Finding, runProgram } from '../program/frame.js'
import { hostVersion } from '../program/host-version.js'
import type { Terminal } from '../program/terminal.js'
import { playRun, type RunResult } from '../rehearsal/rehearse.js'
import { createPace, SCRIPT } from '../rehearsal/script.js'
import { NO_VIEW, type View } from '../rehearsal/view.js'
import { DEMO_USAGE, type DemoArgs, parseDemoArgs } from './demo-args.js'
import { LiveView } from './live-view.js'
import { toFinding } from './outcome.js'
import { PlainView } from './plain-view.js'

/** What the demo works with. */
export interface DemoParts {
  readonly terminal: Terminal
  /** Ends the demo early. */
  readonly signal: AbortSignal
  /** The compiled program of a player. */
  readonly playerProgram: string
}

/** Runs the demo. Resolves with the exit code; never rejects. */
export function runDemo(argv: readonly string[], parts: DemoParts): Promise<number> {
  const run = (args: DemoArgs): Promise<Finding | undefined> => playAll(args, parts)
  return runProgram({ usage: DEMO_USAGE, parse: parseDemoArgs, run }, argv, parts.terminal)
}

async function playAll(args: DemoArgs, parts: DemoParts): Promise<Finding | undefined> {
  const { signal } = parts
  const { client: host, compare, speed } = args
  // Said before anything is played: whether it is there at all.
  const about = { host, hostVersion: hostVersion(host), speed }
  const ours = await play(OURS[host], args, parts, args.record)
  const plain = compare && !signal.aborted ? await play(host, args, parts) : undefined
  return signal.aborted ? undefined : toFinding({ ...about, ours, plain })
}

function play(
  client: ClientKind,
  { backend, speed, json }: DemoArgs,
  parts: DemoParts,
  record?: string,
): Promise<RunResult> {
  const view = json ? NO_VIEW : createView(parts.terminal)
  const { signal, playerProgram } = parts
  return playRun({ client, backend, script: SCRIPT, pace: createPace(speed), view, signal, playerProgram, record })
}

function createView({ screen, color, print }: Terminal): View {
  return screen === undefined ? new PlainView(print) : new LiveView(screen, systemClock, color)
}
