import type { SlotRange } from './notification.js'

/** The highest slot of a cluster. */
const MAX_SLOT = 16_383

/** The length of all slots, each named alone; what is longer repeats itself. */
const MAX_TEXT_LENGTH = (MAX_SLOT + 1) * 6

/**
 * Reads slots as servers print them, such as `123,456,789-1000`, in their order; spaces are allowed around each number.
 *
 * Returns `undefined` for anything else: an empty part, a slot beyond 16383, a range that runs backwards.
 */
export function toSlotRanges(text: string): readonly SlotRange[] | undefined {
  if (text.length > MAX_TEXT_LENGTH) return undefined
  if (text.trim() === '') return []
  const ranges: SlotRange[] = []
  for (const part of text.split(',')) {
    const range = toRange(part)
    if (range === undefined) return undefined
    ranges.push(range)
  }
  return ranges
}

/** Prints ranges so that `toSlotRanges` reads them back; a range of one slot as that slot. */
export function printSlotRanges(ranges: readonly SlotRange[]): string {
  return ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(',')
}

function toRange(part: string): SlotRange | undefined {
  const match = /^\s*(\d{1,5})\s*(?:-\s*(\d{1,5})\s*)?$/.exec(part)
  if (match === null) return undefined
  const from = Number(match[1])
  const to = Number(match[2] ?? match[1])
  return from <= to && to <= MAX_SLOT ? { from, to } : undefined
}
