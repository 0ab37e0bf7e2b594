import type { Finding } from '../program/frame.js'
import type { HostName } from '../program/host-name.js'
import type { RunResult } from '../rehearsal/rehearse.js'
import { faultsOf, type Score } from '../rehearsal/score.js'
import { printScores } from './score-table.js'

/** Leaves out digits that no clock is good for. */
const MEASURED_DECIMALS = 3

/** How the demo ended. */
export interface Outcome {
  readonly ours: RunResult
  /** The plain client's, where it played as well. */
  readonly plain: RunResult | undefined
  readonly speed: number
  /** The host library. */
  readonly host: HostName
  readonly hostVersion: string
}

/** What the demo found out: the scores, and whether ours is as it should be. */
export function toFinding(outcome: Outcome): Finding {
  const faults = faultsOf(outcome.ours.score)
  return {
    ok: faults.length === 0,
    report: toReport(outcome, faults),
    lines: toLines(outcome, faults),
    decimals: MEASURED_DECIMALS,
  }
}

function toLines({ ours, plain, host, hostVersion }: Outcome, faults: readonly string[]): readonly string[] {
  const scores: readonly Score[] = plain === undefined ? [ours.score] : [ours.score, plain.score]
  const verdict = faults.length === 0 ? ['nothing failed, nothing was lost, nothing was applied twice'] : faults
  return [
    '',
    ...printScores(scores, [ours.score.client, `${host} ${hostVersion}`].slice(0, scores.length)),
    '',
    ...verdict.map(line => `${ours.score.client}: ${line}`),
  ]
}

function toReport({ ours, plain, speed, host, hostVersion }: Outcome, faults: readonly string[]): object {
  return {
    ok: faults.length === 0,
    faults,
    backend: ours.backend,
    speed,
    host,
    hostVersion,
    nodeVersion: process.versions.node,
    [ours.score.client]: ours.score,
    [host]: plain?.score,
  }
}
