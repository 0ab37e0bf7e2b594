import type { Expiring } from '../../base/expiring-map.js'
import type {
  Sequence,
  SlotRange,
  SlotsMigratedNotification,
  SlotsMigratingNotification,
} from '../../notifications/notification.js'

/** A move of slots whose end was told. */
interface FinishedMove extends Expiring {
  readonly sequence: Sequence
  readonly slots: readonly SlotRange[]
}

/** The moves whose end was told a short time ago, the newest last. */
export type FinishedMoves = readonly FinishedMove[]

/** Nothing has moved. */
export const NO_FINISHED_MOVES: FinishedMoves = []

/** How long the end of a move is remembered, in milliseconds. After that a server may count from the start again. */
const REMEMBERED_MS = 120_000

/** The most ends that are remembered; the oldest go first. */
const CAPACITY = 64

/** The end of a move was told. One without a number is behind nothing. */
export function noteFinished(
  finished: FinishedMoves,
  { sequence, moves }: SlotsMigratedNotification,
  now: number,
): FinishedMoves {
  if (sequence === undefined) return finished
  const slots = moves.flatMap(move => move.slots)
  const left = finished.filter(({ expiresAt }) => expiresAt > now).slice(1 - CAPACITY)
  return [...left, { sequence, slots, expiresAt: now + REMEMBERED_MS }]
}

/** Whether a start is told behind the end of its own move, or of a later one of some of its slots. */
export function isFinished(
  finished: FinishedMoves,
  { sequence, slots }: SlotsMigratingNotification,
  now: number,
): boolean {
  if (sequence === undefined) return false
  return finished.some(
    move => move.expiresAt > now && move.sequence >= sequence && slots.some(range => overlaps(range, move.slots)),
  )
}

function overlaps({ from, to }: SlotRange, others: readonly SlotRange[]): boolean {
  return others.some(other => other.from <= to && from <= other.to)
}
