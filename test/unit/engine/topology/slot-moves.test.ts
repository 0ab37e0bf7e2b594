import { expect, it } from 'vitest'
import { placeOf } from '../../../../src/base/endpoint.js'
import type { Effect } from '../../../../src/core/decide/link-state.js'
import { SlotMoves, type Topology } from '../../../../src/engine/topology/cluster/slot-moves.js'
import type { SlotRange, SlotsMigratedNotification } from '../../../../src/notifications/notification.js'
import { createVirtualClock } from '../../../../src/testing/virtual-clock.js'

const SLOW = { host: '10.0.0.2', port: 1 }
const QUICK = { host: '10.0.0.3', port: 1 }

function moved(sequence: number, target: typeof SLOW, slots: SlotRange): Effect {
  const moves = [{ source: { host: '10.0.0.1', port: 1 }, target, slots: [slots] }]
  const notification: SlotsMigratedNotification = { type: 'slots-migrated', sequence, moves, receivedAt: 0, raw: [] }
  return { type: 'settle-notification', notification, ignored: undefined } as Effect
}

/** A host whose nodes take some time to connect. */
function createHost(delays: ReadonlyMap<string, number>): {
  log: string[]
  moves: SlotMoves
  settleBy(ms: number): Promise<void>
} {
  const clock = createVirtualClock()
  const log: string[] = []
  const topology: Topology = {
    isOpen: true,
    ranges: () => [],
    prepare: target => new Promise(resolve => void clock.after(delays.get(placeOf(target)) ?? 0, () => resolve(true))),
    assign: (target, slots) =>
      void log.push(`${placeOf(target)} ${slots.map(({ from, to }) => `${from}-${to}`).join()}`),
    letGo: () => {},
    look: async () => {},
  }
  return { log, moves: new SlotMoves(clock, () => 0.5, topology), settleBy: ms => clock.settleBy(ms) }
}

it('leaves slots that have moved on where they are when their first target connects late', async () => {
  const { log, moves, settleBy } = createHost(new Map([[placeOf(SLOW), 1_000]]))
  moves.onEffect(moved(1, SLOW, { from: 0, to: 9 }))
  moves.onEffect(moved(2, QUICK, { from: 3, to: 5 }))
  await settleBy(2_000)
  expect(log).toEqual(['10.0.0.3:1 3-5', '10.0.0.2:1 0-2,6-9'])
})

it('assigns nothing to a target that connects when all its slots have moved on', async () => {
  const { log, moves, settleBy } = createHost(new Map([[placeOf(SLOW), 1_000]]))
  moves.onEffect(moved(1, SLOW, { from: 0, to: 9 }))
  moves.onEffect(moved(2, QUICK, { from: 0, to: 9 }))
  await settleBy(2_000)
  expect(log).toEqual(['10.0.0.3:1 0-9'])
})
