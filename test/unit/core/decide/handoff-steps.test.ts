import { describe, expect, test } from 'vitest'
import { HitlessError } from '../../../../src/base/errors.js'
import { HANDOFF_REASONS } from '../../../../src/core/decide/phase.js'
import { CONFIGURED } from '../../../../src/core/decide/route.js'
import type { HandoffFailed } from '../../../../src/core/events/handoff-events.js'
import { B, Course, MOVING_TO_B, notificationOf, TO_B, told } from './decided.js'

const failed = (connection: number): Parameters<Course['take']>[0] => ({ type: 'dial-failed', connection, error: 'no' })
const moving = (graceMs: number, endpoint: typeof B | null = B): Parameters<Course['take']>[0] =>
  told(1, notificationOf('moving', { graceMs, endpoint }))

describe('a hand-off with a target', () => {
  test('relaxes, tells of it and dials at once, keeping a tenth of the grace for the last resort', () => {
    const course = Course.preparing()
    expect(course.emitted.map(({ name }) => name)).toEqual(['moving', 'timeouts:relaxed', 'handoff:started'])
    expect(course.effectsOf('dial')).toEqual([
      {
        type: 'dial',
        connection: 2,
        route: TO_B,
        purpose: 'handoff',
        withinMs: 13_500,
        event: 'moving#1 b:6379',
        requirePrimary: false,
        avoidCurrent: true,
      },
    ])
  })

  test.each([
    [1_000, 500],
    [2_000, 1_500],
    [5_000, 4_500],
    [30_000, 28_000],
    [1, 500],
    [0, 13_500],
  ])('with a grace of %d ms gives its dial %d ms', (graceMs, withinMs) => {
    expect(Course.serving().take(moving(graceMs)).effectsOf('dial')).toMatchObject([{ withinMs }])
  })

  test('pauses commands and fences the old connection when the next is ready', () => {
    expect(Course.fencing().effects).toEqual([
      { type: 'cancel', timer: 'handoff' },
      { type: 'pause-commands' },
      { type: 'fence', connection: 1, next: 2, withinMs: 1_000 },
    ])
  })

  test('moves the dispatcher when the old connection has answered, and retires it', () => {
    const course = Course.fencing().wait(20).take({ type: 'fenced', connection: 1, next: 2, drained: true })
    expect(course.effects.slice(0, 2)).toEqual([
      { type: 'resume', connection: 2, after: 'handoff' },
      { type: 'drain', connection: 1, withinMs: 14_980 + 2_000 },
    ])
    expect(course.emitted[0]).toEqual({
      name: 'handoff:completed',
      payload: {
        reason: 'moving',
        to: TO_B,
        durationMs: 20,
        pausedMs: 20,
        attempts: 1,
        drained: true,
        steps: [
          { name: 'preparing', forMs: 0 },
          { name: 'awaiting-release', forMs: 0 },
          { name: 'fencing', forMs: 20 },
        ],
      },
    })
    expect(course.link).toMatchObject({
      phase: { state: 'serving', current: 2 },
      temporaryEndpoint: { route: TO_B, endsAt: 15_000 },
    })
  })

  test('moves the dispatcher when the old connection is lost while it is fenced', () => {
    const course = Course.fencing().take({ type: 'lost', connection: 1, cause: 'lost' })
    expect(course.emitted[0]).toMatchObject({ name: 'handoff:completed', payload: { drained: false } })
    expect(course.take({ type: 'fenced', connection: 1, next: 2, drained: true }).effects).toEqual([])
  })

  test('is not ended by the answer to an earlier fence', () => {
    const course = Course.fencing().take({ type: 'lost', connection: 2, cause: 'lost' })
    expect(course.did.slice(0, 2)).toEqual(['resume', 'schedule'])
    course.wait(100).take({ type: 'due', timer: 'handoff' }).ready(3)
    expect(course.take({ type: 'fenced', connection: 1, next: 2, drained: true }).effects).toEqual([])
    expect(course.link.phase).toMatchObject({ state: 'fencing', next: 3 })
  })
})

describe('a hand-off without a target', () => {
  test('waits for half of the grace, then dials the configured endpoint', () => {
    const course = Course.serving().take(moving(10_000, null))
    expect(course.effectsOf('schedule')).toContainEqual({ type: 'schedule', timer: 'handoff', afterMs: 5_000 })
    course.wait(5_000).take({ type: 'due', timer: 'handoff' })
    expect(course.effectsOf('dial')).toMatchObject([
      { connection: 2, route: CONFIGURED, purpose: 'handoff', withinMs: 4_000 },
    ])
  })

  test('leaves no temporary endpoint', () => {
    const course = Course.serving().take(moving(10_000, null)).wait(5_000).take({ type: 'due', timer: 'handoff' })
    course.ready(2).take({ type: 'fenced', connection: 1, next: 2, drained: true })
    expect(course.link.temporaryEndpoint).toBeUndefined()
  })

  test('has no further last resort', () => {
    const course = Course.serving().take(moving(1_000, null)).wait(500).take({ type: 'due', timer: 'handoff' })
    expect(course.take(failed(2)).emitted).toMatchObject([{ payload: { to: CONFIGURED, followedBy: 'nothing' } }])
  })
})

describe('a failed attempt', () => {
  const followedBy = ({ emitted }: Course): readonly unknown[] =>
    emitted.map(({ payload }) => (payload as HandoffFailed).followedBy)

  test('is repeated three times with growing pauses, then left for the configured endpoint', () => {
    const course = Course.preparing()
    const pauses: unknown[] = []
    for (let connection = 2; connection <= 5; connection++) {
      course.take(failed(connection))
      const [wait] = course.effectsOf('schedule')
      pauses.push(wait?.afterMs, ...followedBy(course))
      course.wait(wait?.afterMs ?? 0).take({ type: 'due', timer: 'handoff' })
    }
    expect(pauses).toEqual([100, 'retry', 200, 'retry', 400, 'retry', 13_500 - 700, 'configured-endpoint'])
    expect(course.effectsOf('dial')).toMatchObject([{ connection: 6, route: CONFIGURED, withinMs: 1_500 }])
    expect(course.take(failed(6)).emitted).toMatchObject([
      { payload: { to: CONFIGURED, attempts: 5, followedBy: 'nothing' } },
    ])
    expect(course.link.phase).toEqual({ state: 'serving', current: 1 })
  })

  test('that comes too late for another goes to the configured endpoint at once', () => {
    const course = Course.preparing().wait(14_000).take(failed(2))
    expect(followedBy(course)).toEqual(['configured-endpoint'])
    expect(course.effectsOf('schedule')).toEqual([{ type: 'schedule', timer: 'handoff', afterMs: 0 }])
  })

  test('that comes after the grace is followed by nothing', () => {
    expect(followedBy(Course.preparing().wait(15_000).take(failed(2)))).toEqual(['nothing'])
  })

  test('of all gives the connection up that the server is about to close, and says so first', () => {
    const course = Course.preparing().take(failed(2))
    expect(course.did).not.toContain('give-up')
    expect(Course.preparing().wait(14_000).take(failed(2)).did).not.toContain('give-up')
    course.wait(15_000).take({ type: 'due', timer: 'handoff' }).take(failed(3))
    expect(course.effects.slice(-2)).toMatchObject([
      { type: 'emit', event: { name: 'handoff:failed', payload: { followedBy: 'nothing' } } },
      { type: 'give-up', connection: 1 },
    ])
  })

  test('gives the connection up where so many wait for their turn that its own would not come in time', () => {
    const error = new HitlessError('HANDOFF_QUEUE_FULL', 'Full', { retryable: true, facts: { result: 'full' } })
    const course = Course.preparing().wait(14_000).take({ type: 'dial-failed', connection: 2, error })
    expect(followedBy(course)).toEqual(['configured-endpoint'])
    expect(course.effectsOf('give-up')).toEqual([{ type: 'give-up', connection: 1 }])
  })

  test.each(HANDOFF_REASONS.filter(reason => reason !== 'moving' && reason !== 'unresponsive'))(
    'of all keeps a connection that was to be left for %s: it is as good as before',
    reason => {
      const course = Course.serving().take({ type: 'hand-off', connection: 1, reason })
      course.wait(15_000).take(failed(2))
      expect(followedBy(course)[0]).toEqual('nothing')
      expect(course.did).not.toContain('give-up')
    },
  )

  test('keeps timeouts relaxed: the old connection is about to be closed', () => {
    const course = Course.preparing().wait(15_000).take(failed(2))
    expect([...course.link.relaxations.values()]).toMatchObject([{ cause: 'moving', expiresAt: 35_000 }])
  })

  test('for good is not tried again on this connection, and may be on a later one', () => {
    const course = Course.preparing().wait(15_000).take(failed(2))
    expect(course.take(told(1, MOVING_TO_B)).emitted).toMatchObject([{ payload: { cause: 'duplicate' } }])
    course.take({ type: 'lost', connection: 1, cause: 'lost' }).take({ type: 'retry', afterMs: 0 })
    course.take({ type: 'dialled', connection: 3 }).take(told(3, MOVING_TO_B))
    expect(course.link.phase).toMatchObject({ state: 'preparing', current: 3, next: 4 })
  })
})

describe('a move away from a temporary endpoint', () => {
  test('ends it', () => {
    const course = Course.fencing().take({ type: 'fenced', connection: 1, next: 2, drained: true })
    course.take(told(2, notificationOf('moving', { sequence: 2, endpoint: { host: 'c', port: 1 } })))
    expect(course.link.temporaryEndpoint).toBeUndefined()
  })
})
