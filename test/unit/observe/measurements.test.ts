import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { CONFIGURED } from '../../../src/core/decide/route.js'
import type { MaintEvent } from '../../../src/core/events/maint-events.js'
import { MEASURE_NAMES, measure, type Reading } from '../../../src/observe/index.js'
import { notificationOf } from '../core/decide/decided.js'
import { createObserved, ENDED, eventOf } from './events.js'

/** What is measured when events are told, as lines. */
function measured(...events: readonly MaintEvent[]) {
  const lines: string[] = []
  const write = (name: string, value: number, attributes: object): void => {
    lines.push([name.replace('redis_hitless.', ''), value, ...Object.values(attributes)].join(' '))
  }
  const client = createObserved()
  const off = measure(client, { add: write, sample: write, read: () => () => {} })
  for (const event of events) client.tell(event)
  return { lines, off }
}

const AZURE = {
  startsAt: null,
  isReplica: null,
  ipAddress: null,
  sslPort: null,
  nonSslPort: null,
  receivedAt: 0,
  raw: '',
}
const error = new Error('refused')

describe('what is measured', () => {
  it.each<readonly [string, readonly MaintEvent[], readonly string[]]>([
    ['a notification', [eventOf('moving', notificationOf('moving') as never)], ['notifications 1 moving handled']],
    [
      'an announcement of Azure',
      [eventOf('azure-start', { type: 'azure-start', wireType: 'NodeMaintenanceStart', ...AZURE })],
      ['notifications 1 azure-start handled'],
    ],
    [
      'one that is ignored',
      [eventOf('notification:ignored', { notification: notificationOf('migrated'), cause: 'replay' })],
      ['notifications 1 migrated replay'],
    ],
    [
      'one that makes no sense, without what the server calls it',
      [eventOf('notification:rejected', { name: 'MOVING', reason: 'no', raw: [] })],
      ['notifications 1 unknown rejected'],
    ],
    [
      'a push that nobody knows',
      [eventOf('notification:unrecognised', { name: 'SURPRISE', raw: [] })],
      ['notifications 1 unknown unrecognised'],
    ],
    [
      'relaxed timeouts of two links',
      [
        eventOf('timeouts:relaxed', { cause: 'migrating' }, { at: 1_000, link: 1 }),
        eventOf('timeouts:relaxed', { cause: 'moving' }, { at: 2_000, link: 2 }),
        eventOf('timeouts:restored', {}, { at: 5_000, link: 1 }),
        eventOf('timeouts:restored', {}, { at: 5_000, link: 2 }),
      ],
      [
        'relaxed.active 1 migrating',
        'relaxed.active 1 moving',
        'relaxed.active -1 migrating',
        'relaxed.duration 4 migrating',
        'relaxed.active -1 moving',
        'relaxed.duration 3 moving',
      ],
    ],
    [
      'writes that waited',
      [
        eventOf('writes:paused', { cause: 'announced' }, { at: 1_000 }),
        eventOf('writes:resumed', { cause: 'announced' }, { at: 1_500 }),
      ],
      ['held.duration 0.5 announced'],
    ],
    [
      'a hand-off that failed in the end',
      [
        eventOf('handoff:started', { reason: 'not-writable', to: CONFIGURED, graceMs: 5 }),
        eventOf('handoff:failed', { ...ENDED, reason: 'not-writable', error, followedBy: 'retry' }),
        eventOf('handoff:failed', { ...ENDED, reason: 'not-writable', error, followedBy: 'nothing' }),
      ],
      [
        'handoff.active 1 not-writable',
        'handoff.attempts.failed 1 not-writable retry',
        'handoff.attempts.failed 1 not-writable nothing',
        'handoff.duration 0.25 not-writable failed',
        'primary.searches 1 failed',
        'handoff.active -1 not-writable',
      ],
    ],
    [
      'a hand-off that was superseded',
      [
        eventOf('handoff:started', { reason: 'age', to: CONFIGURED, graceMs: 5 }),
        eventOf('handoff:cancelled', {
          reason: 'age',
          to: CONFIGURED,
          cause: 'superseded',
          durationMs: 2_000,
          steps: [],
        }),
      ],
      ['handoff.active 1 age', 'handoff.duration 2 age superseded', 'handoff.active -1 age'],
    ],
    [
      'refusals, and what is sent again',
      [
        eventOf('command:refused', { kind: 'read-only', command: 'SET', error, recovery: 'handoff' }),
        eventOf('commands:resent', { count: 3, cause: 'read-only' }),
      ],
      ['commands.refused 1 read-only handoff', 'commands.resent 3 read-only'],
    ],
    [
      'trouble',
      [
        eventOf('connection:unresponsive', { unresponsiveForMs: 3_000 }),
        eventOf('availability:changed', { state: 'unavailable', sinceAt: 0, retryAt: 0, cause: error }),
        eventOf('availability:changed', { state: 'available' }),
        eventOf('subscriptions:interrupted', { fromAt: 1_000, untilAt: 3_000 }),
        eventOf('hook:failed', { event: 'moving', error }),
        eventOf('internal:failed', { during: 'dial', error }),
        eventOf('session:incomplete', { command: ['SELECT', '1'], error }),
      ],
      [
        'connections.unresponsive 1',
        'outages 1',
        'subscriptions.interrupted.duration 2',
        'failures 1 hook:failed',
        'failures 1 internal:failed',
        'failures 1 session:incomplete',
      ],
    ],
    [
      'what a dry run does not do',
      [eventOf('action:withheld', { action: 'handoff', cause: 'moving' } as never)],
      ['actions.withheld 1 handoff moving'],
    ],
    ['not every event', [eventOf('capability:changed', { state: 'unknown' })], []],
  ])('is %s', (_, events, lines) => {
    expect(measured(...events).lines).toEqual(lines)
  })

  it('is read of the status when somebody asks', () => {
    let read: () => readonly Reading[] = () => []
    const client = createObserved()
    const keep = (own: typeof read): (() => void) => {
      read = own
      return () => {}
    }
    measure(client, { add: () => {}, sample: () => {}, read: keep }, { name: 'sessions' })
    const lines = read().map(({ measure: name, value, attributes: { client: of, ...attributes } }) => {
      expect(of).toBe('sessions')
      return [name.replace('redis_hitless.', ''), value, ...Object.values(attributes)].join(' ')
    })
    expect(lines).toEqual([
      'available 1',
      'ready 1',
      'notifying 1',
      'connections.open 2',
      'commands.waiting 3',
      'unanswered.age 1.5',
      'handoffs.queued 4',
      'breakers 1 open',
      'breakers 0 half-open',
      'dials.limited 1 per-event',
      'dials.limited 2 per-second',
      'dials.limited 0 parallel-endpoint',
      'dials.limited 0 parallel',
    ])
  })

  it('is tried measure by measure, all of them', () => {
    const text = readFileSync(new URL(import.meta.url), 'utf8')
    const tried = MEASURE_NAMES.filter(name => text.includes(`'${name.replace('redis_hitless.', '')} `))
    expect(tried).toEqual(MEASURE_NAMES)
  })

  it('is not under way any more when nobody observes it', () => {
    const { lines, off } = measured(
      eventOf('handoff:started', { reason: 'age', to: CONFIGURED, graceMs: 5 }),
      eventOf('timeouts:relaxed', { cause: 'moving' }),
    )
    off()
    expect(lines.slice(2)).toEqual(['handoff.active -1 age', 'relaxed.active -1 moving'])
  })
})
