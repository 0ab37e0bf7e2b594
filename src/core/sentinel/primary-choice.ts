import { type Endpoint, placeOf, sameEndpoint } from '../../base/endpoint.js'
import type { PrimaryReport } from './sentinel-reply.js'

/** A node that sentinels name as the primary. */
export interface Candidate {
  readonly endpoint: Endpoint
  /** How many of them name it. */
  readonly votes: number
  /** The number of the configuration with which it was named: that of the middle one, where they differ. */
  readonly epoch: number
}

/** What the sentinels said when all were asked. */
export interface Answers {
  /** One of each sentinel that answered. */
  readonly reports: readonly PrimaryReport[]
  /** How many sentinels there are. */
  readonly asked: number
}

/** What is known of the primary. */
export interface KnownPrimary {
  readonly primary: Candidate | undefined
  /** Until when it counts for more than what the sentinels say, as its promotion was seen before most of them know of it. */
  readonly aheadUntil: number
  /** Until when it counts for more than an older configuration that no more than half of the sentinels name. */
  readonly trustedUntil: number
}

/**
 * The nodes that are named, the best first: the one that most sentinels name, and among equals the one of the newest
 * configuration. A single sentinel that lies, or was cut off from the others, does not lead away from what they say.
 */
export function rankCandidates(reports: readonly PrimaryReport[]): readonly Candidate[] {
  const byPlace = new Map<string, PrimaryReport[]>()
  for (const report of reports)
    byPlace.set(placeOf(report.endpoint), [...(byPlace.get(placeOf(report.endpoint)) ?? []), report])
  return [...byPlace.values()].flatMap(toCandidate).sort((a, b) => b.votes - a.votes || b.epoch - a.epoch)
}

function toCandidate(reports: readonly PrimaryReport[]): readonly Candidate[] {
  const sorted = reports.toSorted((a, b) => a.epoch - b.epoch)
  const middle = sorted[(sorted.length - 1) >> 1]
  return middle === undefined ? [] : [{ ...middle, votes: reports.length }]
}

/** Whether the answers of the others would change nothing: more than half name one node, and none that is known is newer. */
export function isDecided({ reports, asked }: Answers, primary: Candidate | undefined): boolean {
  const [best] = rankCandidates(reports)
  return best !== undefined && isMajority(best, asked) && best.epoch >= (primary?.epoch ?? 0)
}

/**
 * The nodes that may be the primary, as far as the sentinels are believed: more than one where they are divided, none where
 * nobody names one.
 *
 * That a node calls itself a primary proves nothing: so does a replica that was detached by hand, and an old primary that was
 * cut off. So one that only the fewer sentinels name is none of them. An older configuration than the one known counts only
 * where all that answer have it, and where they are more than half of all, or nobody has named the known one for a while.
 */
export function believedOf(
  { asked }: Pick<Answers, 'asked'>,
  named: readonly Candidate[],
  { primary, aheadUntil, trustedUntil }: KnownPrimary,
  now: number,
): readonly Candidate[] {
  const [best, second] = named
  if (best === undefined) return []
  if (primary !== undefined && best.epoch < primary.epoch && !isSame(best, primary.endpoint)) {
    const isDoubted = second !== undefined || (!isMajority(best, asked) && now < trustedUntil)
    if (isDoubted || now < aheadUntil) return [primary]
  }
  const equal = named.filter(({ votes, epoch }) => votes === best.votes && epoch === best.epoch)
  const known = equal.find(({ endpoint }) => primary !== undefined && isSame(primary, endpoint))
  return known === undefined ? equal : [known]
}

/** Whether a candidate is at a place. */
export function isSame({ endpoint }: Candidate, other: Endpoint): boolean {
  return sameEndpoint(endpoint, other)
}

function isMajority({ votes }: Candidate, asked: number): boolean {
  return 2 * votes > asked
}
