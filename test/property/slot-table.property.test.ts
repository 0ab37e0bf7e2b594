import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isFinished, NO_FINISHED_MOVES, noteFinished } from '../../src/core/slots/finished-moves.js'
import { EMPTY_SLOTS, reduceSlots, type SlotInput } from '../../src/core/slots/slot-table.js'
import type {
  SlotMove,
  SlotsMigratedNotification,
  SlotsMigratingNotification,
} from '../../src/notifications/notification.js'

const SLOTS = 8
const [NODES, WIDTH] = [3, 3]
const common = { receivedAt: 0, raw: [] }

interface Step {
  readonly from: number
  readonly to: number
  readonly node: number
}

const steps = fc.array(
  fc
    .record({ from: fc.nat(SLOTS - WIDTH), to: fc.nat(WIDTH - 1), node: fc.nat(NODES - 1) })
    .map(({ from, to, node }): Step => ({ from, to: from + to, node })),
  { minLength: 1, maxLength: 6 },
)

const place = (node: number): string => `10.0.0.${node}:1`
const endpoint = (node: number) => ({ host: `10.0.0.${node}`, port: 1 })

/** What the server does and tells, and the owners that it ends with. */
function play(moves: readonly Step[]): {
  told: (SlotInput & { readonly notification: SlotsMigratedNotification })[]
  starts: SlotsMigratingNotification[]
  owners: string[]
} {
  const owners = Array.from({ length: SLOTS }, () => place(0))
  const told: ReturnType<typeof play>['told'] = []
  const starts: SlotsMigratingNotification[] = []
  moves.forEach(({ from, to, node }, at) => {
    const slots = [{ from, to }]
    const ends: readonly SlotMove[] = [{ source: null, target: endpoint(node), slots }]
    starts.push({ type: 'slots-migrating', sequence: 2 * at, graceMs: 0, slots, ...common })
    told.push({
      type: 'migrated',
      notification: { type: 'slots-migrated', sequence: 2 * at + 1, moves: ends, ...common },
    })
    for (let slot = from; slot <= to; slot += 1) owners[slot] = place(node)
  })
  return { told, starts, owners }
}

const first: SlotInput = { type: 'looked', askedAt: -1, ranges: [{ from: 0, to: SLOTS - 1, node: place(0) }] }

it('any order of ends, redirects and stale answers leads to the owners of the server', () => {
  fc.assert(
    fc.property(
      steps.chain(moves => {
        const { told, owners } = play(moves)
        const redirects = owners.map((node, slot): SlotInput => ({ type: 'redirected', slot, node }))
        return fc.record({
          owners: fc.constant(owners),
          inputs: fc.shuffledSubarray([...told, ...told, ...redirects, first], {
            minLength: 2 * told.length + redirects.length + 1,
          }),
        })
      }),
      ({ owners, inputs }) => {
        let { table } = reduceSlots(EMPTY_SLOTS, first, { now: 0, jitter: 0 })
        for (const input of inputs) ({ table } = reduceSlots(table, input, { now: 1, jitter: 0 }))
        expect(table.owners.slice(0, SLOTS).map(({ node }) => node)).toEqual(owners)
      },
    ),
  )
})

it('a start that is told in any order opens nothing once its end, or a later one of some of its slots, was told', () => {
  fc.assert(
    fc.property(
      steps.chain(moves => {
        const { told, starts } = play(moves)
        const all = [...starts, ...starts, ...told.map(({ notification }) => notification)]
        return fc.shuffledSubarray(all, { minLength: all.length })
      }),
      notifications => {
        let finished = NO_FINISHED_MOVES
        const ends: SlotsMigratedNotification[] = []
        for (const notification of notifications) {
          if (notification.type === 'slots-migrated') {
            ends.push(notification)
            finished = noteFinished(finished, notification, 1)
          } else expect(isFinished(finished, notification, 1)).toBe(ends.some(end => isBehind(notification, end)))
        }
        expect(notifications.filter(start => 'slots' in start && !isFinished(finished, start, 1))).toEqual([])
      },
    ),
  )
})

/** Whether a start belongs to an end or to an earlier move, and is of one of its slots. */
function isBehind({ sequence: start, slots }: SlotsMigratingNotification, end: SlotsMigratedNotification): boolean {
  const listed = (ranges: readonly { readonly from: number; readonly to: number }[]): readonly number[] =>
    ranges.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, at) => from + at))
  const ended = listed(end.moves.flatMap(move => move.slots))
  return Number(start) <= Number(end.sequence) && listed(slots).some(slot => ended.includes(slot))
}

it('an answer that was asked for last is the table, whatever was told before', () => {
  fc.assert(
    fc.property(steps, fc.array(fc.nat(NODES - 1), { minLength: SLOTS, maxLength: SLOTS }), (moves, nodes) => {
      let table = EMPTY_SLOTS
      for (const input of play(moves).told) ({ table } = reduceSlots(table, input, { now: 1, jitter: 0 }))
      const ranges = nodes.map((node, slot) => ({ from: slot, to: slot, node: place(node) }))
      ;({ table } = reduceSlots(table, { type: 'looked', askedAt: 2, ranges }, { now: 3, jitter: 0 }))
      expect(table.owners.slice(0, SLOTS).map(({ node }) => node)).toEqual(nodes.map(place))
    }),
  )
})
