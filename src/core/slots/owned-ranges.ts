import { placeOf } from '../../base/endpoint.js'
import type { SlotRange } from '../../notifications/notification.js'
import { SLOT_COUNT } from './key-slot.js'

/** Slots with their owner, as a node tells them. */
export interface OwnedRange extends SlotRange {
  readonly node: string
}

/** What `CLUSTER SLOTS` says of a range. A node that does not know its own address names none. */
type SlotsRow = readonly [from: number, to: number, master: readonly [host: unknown, port: number]]

/** What a node has answered to `CLUSTER SLOTS`. */
export function readOwnedRanges(rows: unknown, askedHost: string): readonly OwnedRange[] {
  return (rows as readonly SlotsRow[]).map(([from, to, [host, port]]) => {
    return { from, to, node: placeOf({ host: String(host || askedHost), port }) }
  })
}

/** The slots of a range, one by one. */
export function listSlots({ from, to }: SlotRange): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at)
}

/** Whether a slot is in one of some ranges. */
export function isWithin(slot: number, ranges: readonly SlotRange[]): boolean {
  return ranges.some(({ from, to }) => from <= slot && slot <= to)
}

/** Whether a node tells other owners than those that are known. Nobody may be known to own a slot. */
export function differs(told: readonly OwnedRange[], known: readonly OwnedRange[]): boolean {
  const owners = bySlot(known)
  return told.some(range => listSlots(range).some(slot => owners[slot]?.node !== range.node))
}

/** Slots in their order as ranges. */
export function toRanges(slots: readonly number[]): readonly SlotRange[] {
  const ranges: { from: number; to: number }[] = []
  for (const slot of slots) {
    const last = ranges.at(-1)
    if (last !== undefined && last.to + 1 === slot) last.to = slot
    else ranges.push({ from: slot, to: slot })
  }
  return ranges
}

/** Slots beside each other with one owner as ranges, from the owner of each slot; those without one are left out. */
export function toOwnedRanges<T>(
  owners: readonly (T | undefined)[],
  nameOf: (owner: T) => string,
): readonly OwnedRange[] {
  const ranges: { from: number; to: number; node: string }[] = []
  let last: T | undefined
  let node: string | undefined
  for (const [slot, owner] of owners.entries()) {
    // Many slots have one owner, which is named once for all that are beside each other.
    const known = owner === last ? node : owner && nameOf(owner)
    const range = known === node ? ranges.at(-1) : undefined
    last = owner
    node = known
    if (node === undefined) continue
    if (range !== undefined) range.to = slot
    else ranges.push({ from: slot, to: slot, node })
  }
  return ranges
}

/** The range in which each slot is, by slot. */
export function bySlot<T extends SlotRange>(ranges: readonly T[]): readonly (T | undefined)[] {
  const slots: (T | undefined)[] = Array.from({ length: SLOT_COUNT })
  for (const range of ranges) slots.fill(range, range.from, range.to + 1)
  return slots
}
