import type { Clock } from '../../../base/clock.js'
import { withDeadline } from '../../../base/deadline.js'
import { type OwnedRange, readOwnedRanges } from '../../../core/slots/owned-ranges.js'

/** How long a node may take that is asked who owns the slots, in milliseconds. */
const ANSWER_WITHIN_MS = 1_000

/**
 * What a node tells that was asked for `CLUSTER SLOTS`.
 *
 * @throws Error where it does not answer in time.
 */
export async function toldOwners(
  clock: Clock,
  told: Promise<unknown>,
  askedHost: string,
): Promise<readonly OwnedRange[]> {
  const onLate = nobodyAnswers
  return readOwnedRanges(await withDeadline(told, { clock, withinMs: ANSWER_WITHIN_MS, onLate }), askedHost)
}

/** @throws Error since there is no node that could be asked, or it says nothing. */
export function nobodyAnswers(): never {
  throw new Error('No node answered in time')
}
