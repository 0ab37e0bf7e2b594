import type { ClientKind } from '../demo/messages.js'
import { playRun } from '../demo/run.js'
import type { Score } from '../demo/score.js'
import { createPace, MOVING_SLOW, STEADY } from '../demo/script.js'
import { NO_VIEW } from '../demo/view.js'
import { type BenchRow, reaches, spreadOf, type Target } from './row.js'

/** How hand-offs are measured. */
export interface HandoffBenchOptions {
  /** The compiled program of a player. */
  readonly playerProgram: string
  readonly signal: AbortSignal
  /** How often it is done with each client. Default 5. */
  readonly runs?: number
  /** How many times faster than normal. Default 1, where the target needs a second to shake hands. */
  readonly speed?: number
}

const EXCESS: Target = { atMost: 20 }

/** The names of the rows. */
export const HANDOFF_NAMES: readonly [excess: string, control: string, plain: string, held: string] = [
  'hand-off: longest stall during the move, against before it',
  'hand-off: the same on a connection that stays where it is',
  'hand-off: longest stall during the move, against the plain client',
  'hand-off: how long new commands are held',
]

/** The longest stalls of one run, in milliseconds. */
interface Stalls {
  readonly beforeMs: number
  readonly duringMs: number
  /** On an ordinary connection in the same processes. */
  readonly controlBeforeMs: number
  readonly controlDuringMs: number
  readonly heldMs: readonly number[]
}

/**
 * Measures a move to a node that needs a second to shake hands, under 32 concurrent commands. The client, the nodes and
 * the server are processes of their own.
 *
 * @throws Error when a run does not finish.
 */
export async function benchHandoff(options: HandoffBenchOptions): Promise<readonly BenchRow[]> {
  const { runs = 5 } = options
  const [ours, plain]: [Stalls[], Stalls[]] = [[], []]
  for (let run = 0; run < runs; run += 1) {
    ours.push(await measure('redis-hitless', options))
    plain.push(await measure('@redis/client', options))
  }
  return toRows(ours, plain)
}

async function measure(client: ClientKind, options: HandoffBenchOptions): Promise<Stalls> {
  const { playerProgram, signal, speed = 1 } = options
  const script = [STEADY, MOVING_SLOW]
  const { score } = await playRun({
    client,
    backend: 'auto',
    script,
    pace: createPace(speed),
    view: NO_VIEW,
    signal,
    playerProgram,
  })
  if (score.ended !== 'finished') throw new Error(`${client} did not finish: ${score.reason ?? score.ended}`)
  if (score.failed !== 0) throw new Error(`${client} failed ${score.failed} commands`)
  return toStalls(score)
}

function toStalls({ steps, handoffFigures }: Score): Stalls {
  const before = steps.find(({ step }) => step === STEADY.id)
  const during = steps.find(({ step }) => step === MOVING_SLOW.id)
  return {
    beforeMs: before?.longestMs ?? 0,
    duringMs: during?.longestMs ?? 0,
    controlBeforeMs: before?.controlMs ?? 0,
    controlDuringMs: during?.controlMs ?? 0,
    heldMs: handoffFigures.map(({ heldMs }) => heldMs),
  }
}

/** Makes the rows of the stalls of several runs. */
export function toRows(ours: readonly Stalls[], plain: readonly Stalls[]): readonly BenchRow[] {
  const median = (figure: (stalls: Stalls) => number, runs = ours): number => spreadOf(runs.map(figure)).median
  // A machine that stands still for a moment delays whatever is under way, on any connection.
  const excess = spreadOf(
    ours.map(({ beforeMs, duringMs, controlDuringMs }) => duringMs - Math.max(beforeMs, controlDuringMs)),
  )
  const held = spreadOf(ours.flatMap(({ heldMs }) => heldMs))
  const [excessName, controlName, plainName, heldName] = HANDOFF_NAMES
  const unit = 'ms'
  const forInformation = { unit, target: null, pass: true } as const
  return [
    {
      name: excessName,
      unit,
      ours: median(({ duringMs }) => duringMs),
      theirs: median(({ beforeMs }) => beforeMs),
      compared: 'difference',
      spread: excess,
      target: EXCESS,
      pass: reaches(excess.median, EXCESS),
    },
    {
      ...forInformation,
      name: controlName,
      ours: median(({ controlDuringMs }) => controlDuringMs),
      theirs: median(({ controlBeforeMs }) => controlBeforeMs),
      compared: 'difference',
      spread: spreadOf(ours.map(({ controlBeforeMs, controlDuringMs }) => controlDuringMs - controlBeforeMs)),
    },
    {
      ...forInformation,
      name: plainName,
      ours: median(({ duringMs }) => duringMs),
      theirs: median(({ duringMs }) => duringMs, plain),
      compared: 'ratio',
      spread: spreadOf(ours.map(({ duringMs }, run) => (plain[run]?.duringMs ?? 0) / duringMs)),
    },
    { ...forInformation, name: heldName, ours: held.median, theirs: null, compared: 'difference', spread: held },
  ]
}
