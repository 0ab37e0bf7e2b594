import { describe, expect, it } from 'vitest'
import { createHooks } from '../../../../src/core/events/hooks.js'
import type { EventContext, MaintEvent } from '../../../../src/core/events/maint-events.js'
import { oncePerEvent } from '../../../../src/core/events/once-per-event.js'
import type { MaintenanceNotification } from '../../../../src/notifications/notification.js'
import { createVirtualClock } from '../../../../src/testing/virtual-clock.js'

function moving(sequence: number | undefined, graceMs = 15_000): MaintenanceNotification {
  return { type: 'moving', sequence, receivedAt: 0, raw: [], graceMs, endpoint: { host: '10.0.0.2', port: 6379 } }
}

function migrating(sequence: number | undefined): MaintenanceNotification {
  return { type: 'migrating', sequence, receivedAt: 0, raw: [], graceMs: 0, shards: ['1'] }
}

const CONTEXT: EventContext = { at: 0, connection: undefined, handoffId: undefined }

function told(notification: MaintenanceNotification): MaintEvent {
  return { name: notification.type, payload: { ...notification, ...CONTEXT } } as MaintEvent
}

function create() {
  const clock = createVirtualClock()
  const own = createHooks(clock)
  const shared = oncePerEvent(own, clock)
  const events: string[] = []
  own.onAny(({ name }) => events.push(name))
  return { clock, own, shared, events }
}

describe('the hooks of a pool', () => {
  it('tell of an event once, however many connections emit it', () => {
    const { shared, events } = create()
    for (let connection = 0; connection < 50; connection++) shared.emit(told(moving(7)))
    shared.emit(told(moving(8)))
    shared.emit(told(migrating(8)))
    expect(events).toEqual(['moving', 'moving', 'migrating'])
  })

  it('tell of it again once it is forgotten: two minutes after its own time is over', () => {
    const { clock, shared, events } = create()
    shared.emit(told(moving(7)))
    clock.advanceBy(134_999)
    shared.emit(told(moving(7)))
    expect(events).toHaveLength(1)
    clock.advanceBy(1)
    shared.emit(told(moving(7)))
    expect(events).toHaveLength(2)
  })

  it('know an event without a number for 5 s only', () => {
    const { clock, shared, events } = create()
    shared.emit(told(migrating(undefined)))
    clock.advanceBy(4_999)
    shared.emit(told(migrating(undefined)))
    clock.advanceBy(1)
    shared.emit(told(migrating(undefined)))
    expect(events).toHaveLength(2)
  })

  it('tell once for each cause for which a notification was ignored', () => {
    const { shared, events } = create()
    const ignore = (cause: 'duplicate' | 'replay'): void =>
      shared.emit({ name: 'notification:ignored', payload: { notification: migrating(3), cause, ...CONTEXT } })
    shared.emit(told(migrating(3)))
    for (let connection = 0; connection < 3; connection++) {
      ignore('duplicate')
      ignore('replay')
    }
    expect(events).toEqual(['migrating', 'notification:ignored', 'notification:ignored'])
  })

  it('let everything else pass, and everybody subscribe as before', () => {
    const { shared, own, events } = create()
    const moved: unknown[] = []
    shared.on('handoff:cancelled', payload => moved.push(payload))
    for (let connection = 0; connection < 2; connection++) {
      own.emit({ name: 'timeouts:restored', payload: CONTEXT })
      shared.emit({ name: 'timeouts:restored', payload: CONTEXT })
    }
    expect(events).toHaveLength(4)
    expect(moved).toEqual([])
  })

  it('ask the hook before an event once, and its answer holds for every connection', () => {
    const { shared, own } = create()
    const asked: unknown[] = []
    own.use({
      before: notification => {
        asked.push(notification.sequence)
        return notification.sequence === 1 ? 'skip' : undefined
      },
    })
    expect([1, 2, 1, 2, 1].map(sequence => shared.before(moving(sequence)))).toEqual([true, false, true, false, true])
    expect(asked).toEqual([1, 2])
  })

  it('run the hook after an event once', () => {
    const { shared, own } = create()
    const outcomes: unknown[] = []
    own.use({ after: ({ type }, outcome) => outcomes.push([type, outcome]) })
    for (let connection = 0; connection < 3; connection++) shared.after(moving(1), 'acted-on')
    shared.after(migrating(1), 'skipped')
    expect(outcomes).toEqual([
      ['moving', 'acted-on'],
      ['migrating', 'skipped'],
    ])
  })

  it('tell signals with different ids apart, however alike they are', () => {
    const { shared, own, events } = create()
    const asked: unknown[] = []
    own.use({
      before: ({ id }) => {
        asked.push(id)
        return id === 'a' ? 'skip' : undefined
      },
    })
    const signals = ['a', 'b', 'a', 'b'].map(id => ({ ...moving(undefined), id }))
    expect(signals.map(signal => shared.before(signal))).toEqual([true, false, true, false])
    expect(asked).toEqual(['a', 'b'])
    for (const signal of signals) shared.emit(told(signal))
    expect(events).toEqual(['moving', 'moving'])
  })

  it('run the hook after an event that was ignored only where no connection acted on it before', () => {
    const { shared, own } = create()
    const outcomes: unknown[] = []
    own.use({ after: ({ sequence }, outcome) => outcomes.push([sequence, outcome]) })
    for (const outcome of ['acted-on', 'ignored', 'ignored'] as const) shared.after(moving(1), outcome)
    for (const outcome of ['ignored', 'ignored', 'acted-on', 'ignored'] as const) shared.after(moving(2), outcome)
    expect(outcomes).toEqual([
      [1, 'acted-on'],
      [2, 'ignored'],
      [2, 'acted-on'],
    ])
  })

  it('remember 256 events, and forget the oldest first', () => {
    const { shared, events } = create()
    for (let sequence = 0; sequence <= 256; sequence++) shared.emit(told(migrating(sequence)))
    shared.emit(told(migrating(1)))
    expect(events).toHaveLength(257)
    shared.emit(told(migrating(0)))
    expect(events).toHaveLength(258)
  })
})
