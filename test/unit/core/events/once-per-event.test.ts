import { describe, expect, it } from 'vitest'
import { CONFIGURED } from '../../../../src/core/decide/route.js'
import { createHooks } from '../../../../src/core/events/hooks.js'
import type { EventContext, MaintEvent } from '../../../../src/core/events/maint-events.js'
import type { HookContext } from '../../../../src/core/events/maint-hook.js'
import { onceInAll, oncePerEvent } from '../../../../src/core/events/once-per-event.js'
import { createTell } from '../../../../src/core/events/tell.js'
import type { AzureNotification } from '../../../../src/notifications/azure-notification.js'
import type { MaintenanceNotification } from '../../../../src/notifications/notification.js'
import { createVirtualClock } from '../../../../src/testing/virtual-clock.js'

function moving(sequence: number | undefined, graceMs = 15_000): MaintenanceNotification {
  return { type: 'moving', sequence, receivedAt: 0, raw: [], graceMs, endpoint: { host: '10.0.0.2', port: 6379 } }
}

function migrating(sequence: number | undefined): MaintenanceNotification {
  return { type: 'migrating', sequence, receivedAt: 0, raw: [], graceMs: 0, shards: ['1'] }
}

const ABOUT: HookContext = {
  at: 0,
  source: 'server',
  link: 1,
  pool: 1,
  node: undefined,
  connection: undefined,
  blocking: false,
  subscribed: false,
}
const AZURE_START: AzureNotification = {
  type: 'azure-start',
  wireType: 'NodeMaintenanceStart',
  startsAt: null,
  isReplica: false,
  ipAddress: null,
  sslPort: 15_001,
  nonSslPort: null,
  receivedAt: 0,
  raw: '',
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
      types: ['moving'],
      before: moving => {
        asked.push(moving.sequence)
        return moving.sequence === 1 ? 'skip' : { ...moving, graceMs: 7 }
      },
    })
    const replaced = { ...moving(2), graceMs: 7 }
    expect([1, 2, 1, 2].map(sequence => shared.before(moving(sequence), () => ABOUT))).toEqual([
      'skip',
      replaced,
      'skip',
      replaced,
    ])
    expect(asked).toEqual([1, 2])
  })

  it('take signals of different ids for different events', () => {
    const { shared, own } = create()
    const asked: unknown[] = []
    own.use({ types: ['moving'], before: ({ id }) => void asked.push(id) })
    for (const id of ['a', 'b', 'a']) shared.before({ ...moving(undefined), id }, () => ABOUT)
    expect(asked).toEqual(['a', 'b'])
  })

  it('take equal announcements of Azure for copies for 30 s', () => {
    const { clock, shared, own } = create()
    let asked = 0
    own.use({ types: ['azure-start'], before: () => void asked++ })
    const announce = (receivedAt: number): unknown => shared.before({ ...AZURE_START, receivedAt }, () => ABOUT)
    announce(1)
    clock.advanceBy(29_999)
    announce(2)
    expect(asked).toBe(1)
    clock.advanceBy(1)
    announce(3)
    expect(asked).toBe(2)
  })

  it('run the hook after an event once for each outcome', () => {
    const { shared, own } = create()
    const outcomes: unknown[] = []
    own.use({ after: ({ type }, outcome) => outcomes.push([type, outcome]) })
    const handled = (handoffId: string) => ({ result: 'handled', handoffId }) as const
    for (const id of ['1.1', '2.1', '3.1']) shared.after(moving(1), handled(id), () => ABOUT)
    for (let copies = 0; copies < 2; copies++)
      shared.after(moving(1), { result: 'ignored', cause: 'duplicate' }, () => ABOUT)
    shared.after(migrating(1), { result: 'ignored', cause: 'skipped' }, () => ABOUT)
    expect(outcomes).toEqual([
      ['moving', handled('1.1')],
      ['moving', { result: 'ignored', cause: 'duplicate' }],
      ['migrating', { result: 'ignored', cause: 'skipped' }],
    ])
  })

  it('follow the hand-off of every connection', () => {
    const { shared, own } = create()
    const ended: unknown[] = []
    own.use({ handoffEnded: (_, { handoffId }) => ended.push(handoffId) })
    const connection = { link: 1, pool: shared.pool, id: 1, route: CONFIGURED, address: undefined }
    for (const handoffId of ['1.1', '2.1']) shared.follow(handoffId, moving(1), () => ABOUT)
    for (const handoffId of ['1.1', '2.1'])
      shared.emit({
        name: 'handoff:cancelled',
        payload: {
          reason: 'moving',
          to: CONFIGURED,
          cause: 'closed',
          durationMs: 1,
          steps: [],
          at: 0,
          connection,
          handoffId,
        },
      })
    expect(ended).toEqual(['1.1', '2.1'])
  })

  it('have a number of their own, which events of their clients tell', () => {
    const { shared, own, clock } = create()
    expect(own.pool).toBeUndefined()
    expect(oncePerEvent(own, clock).pool).not.toBe(shared.pool)
    expect(onceInAll(own, clock).pool).toBeUndefined()
    const pools: unknown[] = []
    own.onAny(({ payload }) => pools.push(payload.connection?.pool))
    createTell(shared, clock)(
      { name: 'timeouts:restored', payload: {} },
      { connection: { id: 1, route: CONFIGURED, address: undefined } },
    )
    expect(pools).toEqual([shared.pool])
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
