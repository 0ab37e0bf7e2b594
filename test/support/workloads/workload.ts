import type { HitlessClient } from '../../../src/adapters/node-redis/index.js'

/** What a workload found. Failures are commands that failed though they should not have. */
export interface Findings {
  lost: number
  doubled: number
  disordered: number
  failures: number
}

/** Two clients of one database: the one that is handed off, and one that stays on a node of its own. */
export interface Clients {
  readonly moving: HitlessClient
  readonly steady: HitlessClient
}

/** Something that an application does all the time. */
export interface Workload {
  /** Sets up, before the first hand-off. */
  begin(): Promise<void>
  /** Does it once. */
  operate(): Promise<void>
  /** Ends, and says what was found. */
  finish(): Promise<Findings>
}

/** Makes a workload by the parameters of its scenario. */
export type WorkloadMaker = (clients: Clients, parameters: Readonly<Record<string, unknown>>) => Workload

/** Nothing wrong yet. */
export function noFindings(): Findings {
  return { lost: 0, doubled: 0, disordered: 0, failures: 0 }
}

/** Compares what arrived with what was sent, both in order; numbers as text. */
export function compareSequences(sent: readonly string[], got: readonly string[]): Findings {
  const places = new Map(sent.map((item, at) => [item, at]))
  const seen = new Set<string>()
  const findings = noFindings()
  let furthest = -1
  for (const item of got) {
    const at = places.get(item) ?? -1
    if (seen.has(item)) findings.doubled += 1
    else if (at < furthest) findings.disordered += 1
    seen.add(item)
    furthest = Math.max(furthest, at)
  }
  findings.lost = sent.filter(item => !seen.has(item)).length
  return findings
}

/** Adds findings up. */
export function sumFindings(all: readonly Findings[]): Findings {
  return all.reduce(
    (sum, { lost, doubled, disordered, failures }) => ({
      lost: sum.lost + lost,
      doubled: sum.doubled + doubled,
      disordered: sum.disordered + disordered,
      failures: sum.failures + failures,
    }),
    noFindings(),
  )
}
