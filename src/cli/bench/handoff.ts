import { type ClientKind, OURS, type StepFigures } from '../player/player-messages.js'
import type { HostName } from '../program/host-name.js'
import { playRun } from '../rehearsal/rehearse.js'
import type { Score } from '../rehearsal/score.js'
import { createPace, MOVING_SLOW, STEADY } from '../rehearsal/script.js'
import { NO_VIEW } from '../rehearsal/view.js'
import { type BenchRow, reaches, type Target } from './row.js'
import { type Spread, spreadOf } from './spread.js'

/** How hand-offs are measured. */
export interface HandoffBenchOptions {
  /** Over which host library. */
  readonly host: HostName
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

/** The longest that a command took in one step, in milliseconds. */
type Stall = Pick<StepFigures, 'longestMs' | 'controlMs'>

/** The longest stalls of one run. */
export interface Stalls {
  readonly before: Stall
  readonly during: Stall
  /** How long new commands were held, for each hand-off, in milliseconds. */
  readonly pausedMs: readonly number[]
}

const NONE: Stall = { longestMs: 0, controlMs: 0 }

/**
 * Measures a move to a node that needs a second to shake hands, under 32 concurrent commands. The client, the nodes and
 * the server are processes of their own.
 *
 * @throws Error when a run does not finish.
 */
export async function benchHandoff(options: HandoffBenchOptions): Promise<readonly BenchRow[]> {
  const { host, runs = 5 } = options
  const [ours, plain]: [Stalls[], Stalls[]] = [[], []]
  for (let run = 0; run < runs; run += 1) {
    ours.push(await measure(OURS[host], options))
    plain.push(await measure(host, options))
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
  return toStalls(score)
}

/**
 * Reads the stalls off a score.
 *
 * @throws Error when it is not the score of a run that went as it should.
 */
export function toStalls({ client, ended, reason, failed, steps, handoffFigures }: Score): Stalls {
  if (ended !== 'finished') throw new Error(`${client} could not be measured: ${reason ?? ended}`)
  if (failed !== 0) throw new Error(`${client} could not be measured: ${failed} commands failed`)
  const stallIn = (id: string): Stall => steps.find(({ step }) => step === id) ?? NONE
  return {
    before: stallIn(STEADY.id),
    during: stallIn(MOVING_SLOW.id),
    pausedMs: handoffFigures.map(({ pausedMs }) => pausedMs),
  }
}

/** Makes the rows of the stalls of several runs. */
export function toRows(ours: readonly Stalls[], plain: readonly Stalls[]): readonly BenchRow[] {
  const median = (figure: (stalls: Stalls) => number, runs = ours): number => spreadOf(runs.map(figure)).median
  const spread = (figure: (stalls: Stalls) => number): Spread => spreadOf(ours.map(figure))
  // A machine that stands still for a moment delays whatever is under way, on any connection.
  const excess = spread(({ before, during }) => during.longestMs - Math.max(before.longestMs, during.controlMs))
  const held = spreadOf(ours.flatMap(({ pausedMs }) => pausedMs))
  const plainMs = median(({ during }) => during.longestMs, plain)
  const [excessName, controlName, plainName, heldName] = HANDOFF_NAMES
  const forInformation = { unit: 'ms', compared: 'difference', target: null, pass: true } as const
  return [
    {
      ...forInformation,
      name: excessName,
      ours: median(({ during }) => during.longestMs),
      theirs: median(({ before }) => before.longestMs),
      spread: excess,
      target: EXCESS,
      pass: reaches(excess.median, EXCESS),
    },
    {
      ...forInformation,
      name: controlName,
      ours: median(({ during }) => during.controlMs),
      theirs: median(({ before }) => before.controlMs),
      spread: spread(({ before, during }) => during.controlMs - before.controlMs),
    },
    {
      ...forInformation,
      name: plainName,
      ours: median(({ during }) => during.longestMs),
      theirs: plainMs,
      compared: 'ratio',
      spread: spread(({ during }) => plainMs / during.longestMs),
    },
    { ...forInformation, name: heldName, ours: held.median, theirs: null, spread: held },
  ]
}
