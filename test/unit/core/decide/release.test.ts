import { describe, expect, test } from 'vitest'
import type { Input } from '../../../../src/core/decide/link-state.js'
import type { HANDOFF_REASONS, Release } from '../../../../src/core/decide/phase.js'
import { Course, MOVING_TO_B, notificationOf, TO_B, told } from './decided.js'

const released = (until: Release, next = 2): Input => ({ type: 'released', connection: 1, next, until })
const due: Input = { type: 'due', timer: 'handoff' }
const lost = (connection: number): Input => ({ type: 'lost', connection, cause: 'lost' })
const leave = (reason: Exclude<(typeof HANDOFF_REASONS)[number], 'moving'>): Input => ({
  type: 'hand-off',
  connection: 1,
  reason,
})

/** A course on which the client was returned, and something ties the application to connection 1. */
const tied = (): Course => Course.awaitingRelease().take(released('returned'))

describe('the wait for the application', () => {
  test('begins when the next connection is ready, for a client that is checked out until shortly before the last resort', () => {
    const course = Course.preparing().wait(500).take({ type: 'dialled', connection: 2 })
    expect(course.effects).toEqual([
      { type: 'schedule', timer: 'handoff', afterMs: 13_500 - 250 - 500 },
      { type: 'await-release', connection: 1, next: 2, until: 'returned' },
    ])
    expect(course.link.phase).toMatchObject({ state: 'awaiting-release', current: 1, next: 2, until: 'returned' })
  })

  test('may take as long as the hand-off where there is no last resort', () => {
    const course = Course.serving().take(leave('age')).take({ type: 'dialled', connection: 2 })
    expect(course.effectsOf('schedule')).toEqual([{ type: 'schedule', timer: 'handoff', afterMs: 15_000 - 250 }])
  })

  test('is over at once where the time for it is', () => {
    const course = Course.preparing().wait(13_400).take({ type: 'dialled', connection: 2 })
    expect(course.effectsOf('schedule')).toEqual([{ type: 'schedule', timer: 'handoff', afterMs: 0 }])
  })

  test('goes on for half a second for what ties the application to the connection', () => {
    expect(tied().effects).toEqual([
      { type: 'cancel', timer: 'handoff' },
      { type: 'schedule', timer: 'handoff', afterMs: 500 },
      { type: 'await-release', connection: 1, next: 2, until: 'untied' },
    ])
  })

  test('ends with the fence when the application is through', () => {
    expect(tied().take(released('untied')).did).toEqual(['cancel', 'pause-commands', 'fence'])
  })

  test('ends with the fence when its time is over, whatever the application does', () => {
    const course = Course.awaitingRelease().wait(13_250).take(due)
    expect(course.effectsOf('await-release')).toMatchObject([{ until: 'untied' }])
    expect(course.wait(500).take(due).did).toEqual(['pause-commands', 'fence'])
    expect(course.link.phase).toMatchObject({ state: 'fencing', pausedAt: 13_750 })
  })

  test.each(['not-writable', 'unresponsive'] as const)('is none where the connection is of no use: %s', reason => {
    const course = Course.serving().take(leave(reason)).take({ type: 'dialled', connection: 2 })
    expect(course.did).toEqual(['pause-commands', 'fence'])
  })

  test.each([
    ['was asked before', released('returned')],
    ['is about another connection', { ...released('untied'), connection: 7 }],
    ['is about another hand-off', released('untied', 7)],
  ] as const)('is not ended by an answer that %s', (_, input) => {
    expect(tied().take(input).effects).toEqual([])
  })

  test('is not ended by an answer that comes after it', () => {
    expect(Course.fencing().take(released('untied')).effects).toEqual([])
    expect(Course.serving().take(released('untied')).effects).toEqual([])
  })

  test('ends as if the application were through where it cannot be asked', () => {
    const course = Course.awaitingRelease()
    const [effect] = course.effectsOf('await-release')
    if (effect === undefined) throw new Error('Nobody was asked')
    course.take({ type: 'effect-failed', effect, error: 'broken' })
    expect(course.link.phase).toMatchObject({ until: 'untied' })
    expect(course.emitted).toMatchObject([{ name: 'internal:failed', payload: { during: 'await-release' } }])
  })
})

describe.each([
  ['a client that is checked out', Course.awaitingRelease],
  ['a connection that the application is tied to', tied],
] as const)('while %s is waited for', (_, waiting) => {
  test('the death of the prepared connection is an attempt that failed, and another one follows', () => {
    const course = waiting().wait(1_000).take(lost(2))
    expect(course.emitted).toMatchObject([{ name: 'handoff:failed', payload: { attempts: 1, followedBy: 'retry' } }])
    expect(course.effectsOf('schedule')).toEqual([{ type: 'schedule', timer: 'handoff', afterMs: 100 }])
    course.wait(100).take(due)
    expect(course.effectsOf('dial')).toMatchObject([{ connection: 3, route: TO_B }])
  })

  test('the death of the prepared connection after the grace leaves no timer behind', () => {
    const course = waiting().wait(15_000).take(lost(2))
    expect(course.emitted).toMatchObject([{ payload: { followedBy: 'nothing' } }])
    expect(course.effectsOf('cancel')).toEqual([{ type: 'cancel', timer: 'handoff' }])
    expect(course.link.phase).toEqual({ state: 'serving', current: 1 })
  })

  test('the death of the old connection lets the prepared one take over at once', () => {
    const course = waiting().wait(1_000).take(lost(1))
    expect(course.did.slice(0, 3)).toEqual(['cancel', 'resume', 'drain'])
    expect(course.effectsOf('resume')).toEqual([{ type: 'resume', connection: 2, after: 'handoff' }])
    expect(course.emitted[0]).toMatchObject({
      name: 'handoff:completed',
      payload: { durationMs: 1_000, pausedMs: 0, drained: false },
    })
    expect(course.link.phase).toEqual({ state: 'serving', current: 2 })
  })

  test.each([1, 2])('another move, told on connection %i, supersedes', connection => {
    const other = notificationOf('moving', { sequence: 2, endpoint: { host: 'c', port: 6379 } })
    const course = waiting().take(told(connection, other))
    expect(course.effectsOf('discard')).toEqual([{ type: 'discard', connection: 2 }])
    expect(course.effectsOf('cancel')).toContainEqual({ type: 'cancel', timer: 'handoff' })
    expect(course.emitted.map(({ name }) => name)).toContain('handoff:cancelled')
    expect(course.link.phase).toMatchObject({ state: 'preparing', current: 1, next: 3 })
  })

  test('a copy of the move is a duplicate', () => {
    const course = waiting().take(told(2, MOVING_TO_B))
    expect(course.emitted).toMatchObject([{ name: 'notification:ignored', payload: { cause: 'duplicate' } }])
    expect(course.link.phase.state).toBe('awaiting-release')
  })

  test('closing gives the prepared connection up, and the timer', () => {
    const course = waiting().take({ type: 'close' })
    expect(course.effectsOf('discard')).toEqual([{ type: 'discard', connection: 2 }])
    expect(course.effectsOf('cancel')).toContainEqual({ type: 'cancel', timer: 'handoff' })
    expect(course.did).not.toContain('resume')
  })

  test.each(['not-writable', 'unresponsive'] as const)('it is not waited for any longer where it is %s', reason => {
    const course = waiting().take(leave(reason))
    expect(course.did.slice(-3)).toEqual(['cancel', 'pause-commands', 'fence'])
    expect(course.link.phase).toMatchObject({ state: 'fencing', move: { reason: 'moving' } })
  })

  test.each(['age', 'idle', 'address-gone', 'failover'] as const)('it may be %s as well', reason => {
    expect(waiting().take(leave(reason)).effects).toEqual([])
  })
})
