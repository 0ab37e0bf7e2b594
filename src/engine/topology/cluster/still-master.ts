import { isWithin, type OwnedRange } from '../../../core/slots/owned-ranges.js'

/** Who can be asked who owns the slots of a cluster. A question rejects where there is no answer in time. */
export interface Witnesses {
  /** Any node but the one that is in doubt. */
  other(): Promise<readonly OwnedRange[]>
  /** The node at a place. */
  at(place: string): Promise<readonly OwnedRange[]>
}

/** A node that was mute. */
export interface Doubted {
  readonly place: string
  /** One that it owned before. */
  readonly slot: number
}

/**
 * Whether a node is a master still. Another one that denies it may know less than all the rest, as one that was cut off from them.
 * So the one that it names instead is asked as well: it knows best what it owns. Where that does not answer, the first answer counts.
 *
 * @throws what asking another node fails with.
 */
export async function isStillMaster({ place, slot }: Doubted, witnesses: Witnesses): Promise<boolean> {
  const isNamed = (ranges: readonly OwnedRange[]): boolean => ranges.some(({ node }) => node === place)
  const told = await witnesses.other()
  const next = isNamed(told) ? undefined : told.find(range => isWithin(slot, [range]))
  return isNamed(next === undefined ? told : await witnesses.at(next.node).catch(() => told))
}
