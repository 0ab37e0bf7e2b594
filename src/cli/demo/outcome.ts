import type { RunResult } from '../rehearsal/run.js'
import { faultsOf, type Score } from '../rehearsal/score.js'
import { printScores } from './score-table.js'

/** How the demo ended. */
export interface Outcome {
  readonly ours: RunResult
  /** The plain client's, where it played as well. */
  readonly plain: RunResult | undefined
  readonly speed: number
  /** The version of `@redis/client`. */
  readonly hostVersion: string
}

/** Prints the scores as lines, and whether ours is as it should be. */
export function printOutcome({ ours, plain, hostVersion }: Outcome): readonly string[] {
  const scores: readonly Score[] = plain === undefined ? [ours.score] : [ours.score, plain.score]
  const faults = faultsOf(ours.score)
  const verdict = faults.length === 0 ? ['nothing failed, nothing was lost, nothing was applied twice'] : faults
  return [
    '',
    ...printScores(scores, ['redis-hitless', `@redis/client ${hostVersion}`].slice(0, scores.length)),
    '',
    ...verdict.map(line => `redis-hitless: ${line}`),
  ]
}

/** Prints the same, and all figures, as one JSON object. */
export function stringifyOutcome({ ours, plain, speed, hostVersion }: Outcome): string {
  const faults = faultsOf(ours.score)
  const outcome = {
    ok: faults.length === 0,
    faults,
    backend: ours.backend,
    speed,
    hostVersion,
    nodeVersion: process.versions.node,
    'redis-hitless': ours.score,
    '@redis/client': plain?.score,
  }
  return JSON.stringify(outcome, round, 2)
}

/** Leaves out digits that no clock is good for. */
function round(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toFixed(3)) : value
}
