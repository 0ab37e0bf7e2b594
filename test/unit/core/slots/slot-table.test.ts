import { expect, it } from 'vitest'
import {
  EMPTY_SLOTS,
  reduceSlots,
  type SlotEffect,
  type SlotInput,
  type SlotTable,
} from '../../../../src/core/slots/slot-table.js'
import type { SlotMove } from '../../../../src/notifications/notification.js'

const [A, B] = [
  { host: '10.0.0.1', port: 1 },
  { host: '10.0.0.2', port: 1 },
]
const common = { receivedAt: 0, raw: [] }

function migrated(sequence: number | undefined, ...moves: readonly SlotMove[]): SlotInput {
  return { type: 'migrated', notification: { type: 'slots-migrated', sequence, moves, ...common } }
}

function move(target: SlotMove['target'], from: number, to: number): SlotMove {
  return { source: A, target, slots: [{ from, to }] }
}

const allAtA: SlotInput = { type: 'looked', askedAt: 0, ranges: [{ from: 0, to: 16_383, node: '10.0.0.1:1' }] }

function after(...inputs: readonly (readonly [now: number, SlotInput])[]): { table: SlotTable; effects: SlotEffect[] } {
  let table = EMPTY_SLOTS
  const effects: SlotEffect[] = []
  for (const [now, input] of [[0, allAtA] as const, ...inputs]) {
    const decided = reduceSlots(table, input, { now, jitter: 0.5 })
    table = decided.table
    effects.push(...decided.effects)
  }
  return { table, effects }
}

it('assigns exactly the slots that an announcement names, and looks later', () => {
  const { table, effects } = after([10, migrated(1, move(B, 5, 7), move(B, 9, 9))])
  expect(effects).toEqual([
    { type: 'assign', target: B, slots: [{ from: 5, to: 7 }] },
    { type: 'assign', target: B, slots: [{ from: 9, to: 9 }] },
    { type: 'look', afterMs: 10_000 },
  ])
  expect([4, 5, 7, 8, 9, 10].map(slot => table.owners[slot]?.node === '10.0.0.2:1')).toEqual([
    false,
    true,
    true,
    false,
    true,
    false,
  ])
})

it('acts once on what every connection tells', () => {
  const told = migrated(1, move(B, 5, 7))
  expect(after([10, told], [20, told]).effects).toHaveLength(2)
})

it('takes the same announcement for another one when the first is forgotten', () => {
  const told = migrated(undefined, move(B, 5, 7))
  expect(after([10, told], [5_010, told]).effects.filter(({ type }) => type === 'assign')).toHaveLength(2)
})

it('lets a later move of a slot stand where an earlier one is told behind it', () => {
  const back = { source: B, target: A, slots: [{ from: 6, to: 6 }] }
  const { table } = after([10, migrated(2, back)], [11, migrated(1, move(B, 5, 7))])
  expect([5, 6, 7].map(slot => table.owners[slot]?.node)).toEqual(['10.0.0.2:1', '10.0.0.1:1', '10.0.0.2:1'])
})

it('does not let an answer that was asked for before a move undo it, and asks again', () => {
  const { table, effects } = after([10, migrated(1, move(B, 5, 5))], [12, { ...allAtA, askedAt: 9 }])
  expect(table.owners[5]?.node).toBe('10.0.0.2:1')
  expect(effects.at(-1)).toEqual({ type: 'look', afterMs: 10_000 })
  expect(after([10, migrated(1, move(B, 5, 5))], [20, { ...allAtA, askedAt: 11 }]).table.owners[5]?.node).toBe(
    '10.0.0.1:1',
  )
})

it('looks soon, and once, where it is redirected to a node that it does not expect', () => {
  const moved: SlotInput = { type: 'redirected', slot: 5, node: '10.0.0.2:1' }
  expect(after([10, moved], [11, { ...moved, slot: 6 }]).effects).toEqual([{ type: 'look', afterMs: 50 }])
})

it('does not look where a redirect says nothing new', () => {
  const moved: SlotInput = { type: 'redirected', slot: 5, node: '10.0.0.2:1' }
  expect(after([10, migrated(1, move(B, 5, 5))], [11, moved]).effects).toHaveLength(2)
})

it('looks soon where an announcement names no place to go to', () => {
  expect(after([10, migrated(1, move(null, 5, 5))]).effects).toEqual([{ type: 'look', afterMs: 50 }])
})

it('what is known of slots of one owner that were never told of is kept once', () => {
  const { owners } = after([10, migrated(1, move(B, 5, 7))]).table
  expect(new Set(owners.filter((_, slot) => slot < 5 || slot > 7)).size).toBe(1)
})
