import { type Endpoint, placeOf } from '../../base/endpoint.js'
import type { PrimaryReport } from './sentinel-reply.js'

/** A node that sentinels name as the primary. */
export interface Candidate {
  readonly endpoint: Endpoint
  /** How many of them name it. */
  readonly votes: number
  /** The greatest number of the configuration with which it was named. */
  readonly epoch: number
}

/**
 * The nodes that are named, the best first: the one that most sentinels name, and among equals the one of the newest
 * configuration. A single sentinel that lies, or was cut off from the others, does not lead away from what they say.
 *
 * @param reports - One of each sentinel that answered.
 */
export function rankCandidates(reports: readonly PrimaryReport[]): readonly Candidate[] {
  const byPlace = new Map<string, Candidate>()
  for (const { endpoint, epoch } of reports) {
    const known = byPlace.get(placeOf(endpoint)) ?? { endpoint, votes: 0, epoch: 0 }
    byPlace.set(placeOf(endpoint), { ...known, votes: known.votes + 1, epoch: Math.max(known.epoch, epoch) })
  }
  return [...byPlace.values()].sort((a, b) => b.votes - a.votes || b.epoch - a.epoch)
}
