import { expect, test } from 'vitest'
import { CONFIGURED } from '../../../../src/core/decide/route.js'
import type { MaintEvent } from '../../../../src/core/events/maint-events.js'
import { createTell, type Tell } from '../../../../src/core/events/tell.js'
import { createVirtualClock, type VirtualClock } from '../../../../src/testing/index.js'

const PASSWORD = { password: 'secret' }
const CONNECTION = { id: 3, route: CONFIGURED, address: '10.0.0.1', ...PASSWORD }

function create(): { clock: VirtualClock; events: MaintEvent[]; tell: Tell } {
  const clock = createVirtualClock()
  const events: MaintEvent[] = []
  return {
    clock,
    events,
    tell: createTell({ emit: event => events.push(event), hears: () => true, pool: undefined }, clock),
  }
}

test('an event is told with the wall clock, and nothing else where it is about no connection', () => {
  const { clock, events, tell } = create()
  clock.advanceBy(5)
  tell({ name: 'availability:changed', payload: { state: 'available' } })
  const payload = { state: 'available', at: clock.epochMs(), connection: undefined, handoffId: undefined }
  expect(events).toEqual([{ name: 'availability:changed', payload }])
})

test('an event is told with what identifies its connection and its hand-off, and no more than that', () => {
  const { clock, events, tell } = create()
  tell({ name: 'writes:resumed', payload: { cause: 'not-writable' } }, { connection: CONNECTION, handoff: 2 })
  const { link, ...connection } = events[0]?.payload.connection ?? {}
  expect(connection).toEqual({ id: 3, route: CONFIGURED, address: '10.0.0.1' })
  expect(events[0]?.payload).toMatchObject({ cause: 'not-writable', at: clock.epochMs(), handoffId: `${link}.2` })
})

test('links have numbers of their own, so that the same hand-off of another one has another id', () => {
  const [one, other] = [create(), create()]
  for (const { tell } of [one, other, one]) tell({ name: 'timeouts:restored', payload: {} }, { handoff: 1 })
  const ids = [...one.events, ...other.events].map(({ payload }) => payload.handoffId)
  expect(ids[0]).toBe(ids[1])
  expect(new Set(ids).size).toBe(2)
})
