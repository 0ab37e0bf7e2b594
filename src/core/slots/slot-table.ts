import { type Endpoint, fromPlace, placeOf } from '../../base/endpoint.js'
import { identityOf, UNNUMBERED } from '../../notifications/event-identity.js'
import type { Sequence, SlotRange, SlotsMigratedNotification } from '../../notifications/notification.js'
import { SLOT_COUNT } from './key-slot.js'
import { bySlot, listSlots, type OwnedRange, toRanges } from './owned-ranges.js'

/** Who owns a slot, and by which announcement that is known. */
interface Owned {
  /** The place of the owner, as {@link placeOf} prints it; `undefined` where nobody is known. */
  readonly node: string | undefined
  /** The sequence of the last announced move of the slot, where it had one. */
  readonly sequence: Sequence | undefined
  /** When that was told, in milliseconds of the clock; `-Infinity` where it never was. */
  readonly toldAt: number
}

/** What is known of the slots of a cluster. */
export interface SlotTable {
  /** By slot. */
  readonly owners: readonly Owned[]
  /** When what was told is forgotten, by the identity of the announcement. */
  readonly told: ReadonlyMap<string, number>
  /** When the next look at the topology is due; `undefined` where none is. */
  readonly lookAt: number | undefined
}

/** What happens to the table. */
export type SlotInput =
  | { readonly type: 'migrated'; readonly notification: SlotsMigratedNotification }
  /** A node redirected a command: MOVED. */
  | { readonly type: 'redirected'; readonly slot: number; readonly node: string }
  /** A node told the whole topology; it was asked at `askedAt`. */
  | { readonly type: 'looked'; readonly askedAt: number; readonly ranges: readonly OwnedRange[] }
  /** A look failed, or the time for one has come. */
  | { readonly type: 'look-begun' }

/** What is to be done. */
export type SlotEffect =
  /** Connect to a node; then let it own slots. The source serves until then. */
  | { readonly type: 'assign'; readonly target: Endpoint; readonly slots: readonly SlotRange[] }
  /** Look at the topology after some time, spread over the fleet. */
  | { readonly type: 'look'; readonly afterMs: number }

/** What decisions depend on besides the table. */
export interface SlotTime {
  /** In milliseconds of the clock. */
  readonly now: number
  /** From 0 to 1, another one in each process: so not all look at the topology at once. */
  readonly jitter: number
}

/** How long an announcement is remembered, in milliseconds. */
const REMEMBERED_MS = 120_000

/** The same without a sequence: nothing distinguishes it from the next one of its kind. */
const UNNUMBERED_MS = 5_000

/** The most announcements that are remembered; the oldest go first. */
const MOST_REMEMBERED = 256

/** What the announcement of a move leaves open, such as replicas, is looked up after this time, in milliseconds. */
const LOOK_AFTER_MOVE_MS = { least: 5_000, spread: 10_000 } as const

/** After a redirect that the table did not expect, in milliseconds. */
const LOOK_AFTER_REDIRECT_MS = { least: 0, spread: 100 } as const

const UNKNOWN: Owned = { node: undefined, sequence: undefined, toldAt: Number.NEGATIVE_INFINITY }

/** A table in which nobody owns anything. */
export const EMPTY_SLOTS: SlotTable = {
  owners: Array.from({ length: SLOT_COUNT }, () => UNKNOWN),
  told: new Map(),
  lookAt: undefined,
}

/** Decides what an input changes. */
export function reduceSlots(
  table: SlotTable,
  input: SlotInput,
  time: SlotTime,
): { readonly table: SlotTable; readonly effects: readonly SlotEffect[] } {
  switch (input.type) {
    case 'migrated':
      return finish(table, input.notification, time)
    case 'redirected':
      return table.owners[input.slot]?.node === input.node
        ? { table, effects: [] }
        : look(table, LOOK_AFTER_REDIRECT_MS, time)
    case 'looked':
      return adopt(table, input, time)
    default:
      return { table: { ...table, lookAt: undefined }, effects: [] }
  }
}

/** Those of some slots that a node owns now. */
export function stillOwned({ owners }: SlotTable, node: string, slots: readonly SlotRange[]): readonly SlotRange[] {
  return toRanges(slots.flatMap(listSlots).filter(slot => owners[slot]?.node === node))
}

function finish(
  table: SlotTable,
  notification: SlotsMigratedNotification,
  time: SlotTime,
): { table: SlotTable; effects: readonly SlotEffect[] } {
  const { now } = time
  const identity = identityOf(notification)
  if (isTold(table, identity, now)) return { table, effects: [] }
  const { sequence, moves } = notification
  const owners = [...table.owners]
  const effects: SlotEffect[] = []
  for (const { target, slots } of moves) {
    const taken = toRanges(slots.flatMap(listSlots).filter(slot => !isBehind(owners[slot], sequence, now)))
    const node = target === null ? undefined : placeOf(target)
    for (const slot of taken.flatMap(listSlots)) {
      // Where the target was not named the source is the best known.
      owners[slot] = { node: node ?? owners[slot]?.node, sequence, toldAt: now }
    }
    if (target !== null && taken.length > 0) effects.push({ type: 'assign', target, slots: taken })
  }
  const changed = { ...table, owners, told: remember(table.told, identity, now) }
  const isNamed = moves.every(({ target }) => target !== null)
  const looked = look(changed, isNamed ? LOOK_AFTER_MOVE_MS : LOOK_AFTER_REDIRECT_MS, time)
  return { table: looked.table, effects: [...effects, ...looked.effects] }
}

/** A node that was asked before a move was told knows nothing of that move, which is assigned again. Otherwise it is right. */
function adopt(
  table: SlotTable,
  { askedAt, ranges }: Extract<SlotInput, { type: 'looked' }>,
  time: SlotTime,
): { table: SlotTable; effects: readonly SlotEffect[] } {
  const found = bySlot(ranges)
  const stale: { readonly node: string; readonly slot: number }[] = []
  // Nearly all slots were never told of: those of one owner share what is known, or each would cost its own in each process.
  const untold = new Map<string | undefined, Owned>()
  const owners = table.owners.map((known, slot) => {
    const node = found[slot]?.node
    if (node === known.node) return known
    if (known.toldAt === UNKNOWN.toldAt) {
      const shared = untold.get(node) ?? { ...UNKNOWN, node }
      untold.set(node, shared)
      return shared
    }
    if (known.toldAt < askedAt) return { ...known, node }
    if (known.node !== undefined) stale.push({ node: known.node, slot })
    return known
  })
  const changed = { ...table, owners, lookAt: undefined }
  if (stale.length === 0) return { table: changed, effects: [] }
  const effects = [...new Set(stale.map(({ node }) => node))].map((node): SlotEffect => {
    const slots = toRanges(stale.filter(other => other.node === node).map(({ slot }) => slot))
    return { type: 'assign', target: fromPlace(node), slots }
  })
  const looked = look(changed, LOOK_AFTER_MOVE_MS, time)
  return { table: looked.table, effects: [...effects, ...looked.effects] }
}

/** One look serves all that asked for one before. */
function look(
  table: SlotTable,
  { least, spread }: { readonly least: number; readonly spread: number },
  { now, jitter }: SlotTime,
): { table: SlotTable; effects: readonly SlotEffect[] } {
  const afterMs = Math.round(least + spread * jitter)
  if (table.lookAt !== undefined && table.lookAt <= now + afterMs) return { table, effects: [] }
  return { table: { ...table, lookAt: now + afterMs }, effects: [{ type: 'look', afterMs }] }
}

/** Whether an announcement is older than what is known of a slot. After some time a server may count from the start again. */
function isBehind(known: Owned | undefined, sequence: Sequence | undefined, now: number): boolean {
  if (known?.sequence === undefined || sequence === undefined) return false
  return now - known.toldAt < REMEMBERED_MS && sequence <= known.sequence
}

function isTold({ told }: SlotTable, identity: string, now: number): boolean {
  return (told.get(identity) ?? Number.NEGATIVE_INFINITY) > now
}

function remember(told: ReadonlyMap<string, number>, identity: string, now: number): ReadonlyMap<string, number> {
  const kept = [...told].filter(([, expiresAt]) => expiresAt > now).slice(1 - MOST_REMEMBERED)
  return new Map(kept).set(identity, now + (identity.startsWith(UNNUMBERED) ? UNNUMBERED_MS : REMEMBERED_MS))
}
