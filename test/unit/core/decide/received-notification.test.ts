import { describe, expect, test } from 'vitest'
import { B, Course, MOVING_TO_B, notificationOf, told } from './decided.js'

const causesOf = ({ emitted }: Course): readonly unknown[] =>
  emitted.map(({ name, payload }) => (name === 'notification:ignored' ? payload.cause : name))

describe('a notification', () => {
  test('on the connection that serves is told under its own type', () => {
    const migrating = notificationOf('migrating', { shards: ['1'] })
    const course = Course.serving().take(told(1, migrating))
    expect(course.emitted[0]).toEqual({ name: 'migrating', payload: migrating })
  })

  test('on a connection that was left is stale', () => {
    const course = Course.fencing().take({ type: 'fenced', connection: 1, next: 2, drained: true })
    expect(causesOf(course.take(told(1, notificationOf('migrating'))))).toEqual(['stale'])
    expect(causesOf(course.take(told(1, notificationOf('moving', { sequence: 9 }))))).toEqual(['stale'])
  })

  test('that was acted on is a duplicate, on any connection', () => {
    const migrating = notificationOf('migrating', { sequence: 2 })
    const course = Course.preparing().take(told(2, migrating))
    expect(causesOf(course)).toEqual(['migrating'])
    expect(causesOf(course.take(told(1, migrating)))).toEqual(['duplicate'])
  })

  test('that ends no open window is a replay', () => {
    expect(causesOf(Course.serving().take(told(1, notificationOf('migrated'))))).toEqual(['replay'])
    expect(causesOf(Course.serving().take(told(1, notificationOf('failed-over'))))).toEqual(['replay'])
  })

  test('that ends a window has the address looked at again, and one that ends none has not', () => {
    const course = Course.serving().take(told(1, notificationOf('failing-over')))
    expect(course.take(told(1, notificationOf('failed-over', { sequence: 2 }))).did.at(-1)).toBe('recheck-address')
    expect(course.take(told(1, notificationOf('failed-over', { sequence: 3 }))).did).toEqual(['emit'])
  })

  test('of slots that have moved is told even where no window is open', () => {
    expect(causesOf(Course.serving().take(told(1, notificationOf('slots-migrated'))))).toEqual(['slots-migrated'])
  })
})

describe('hooks are told of a notification', () => {
  test('that it was handled, and the hand-off that it led to', () => {
    expect(Course.serving().take(told(1, notificationOf('migrating'))).settled).toEqual([undefined])
    const course = Course.preparing()
    expect(course.settled).toEqual([1])
    expect(course.take(told(1, notificationOf('moving', { sequence: 9 }))).settled).toEqual([2])
    expect(course.effects.at(-1)?.type).toBe('settle-notification')
  })

  test.each([
    ['duplicate', Course.preparing().take(told(1, MOVING_TO_B))],
    ['replay', Course.serving().take(told(1, notificationOf('migrated')))],
    ['stale', Course.preparing().take(told(7, notificationOf('migrating')))],
    [
      'stale',
      Course.preparing()
        .take({ type: 'close' })
        .take(told(1, notificationOf('migrating'))),
    ],
  ])('that it was ignored, as %s', (cause, course) => {
    expect(course.settled).toEqual([cause])
  })

  test('that is told while a connection is made once it serves, or will not', () => {
    const connecting = (): Course => new Course().take({ type: 'connect' }).take(told(1, MOVING_TO_B))
    expect(connecting().settled).toEqual([])
    expect(connecting().take({ type: 'dialled', connection: 1 }).settled).toEqual([1])
    expect(connecting().take({ type: 'dial-failed', connection: 1, error: 'refused' }).settled).toEqual(['stale'])
    expect(connecting().take({ type: 'close' }).settled).toEqual(['stale'])
  })

  test('once, where the same or another one is told while a connection is made', () => {
    const course = new Course().take({ type: 'connect' }).take(told(1, MOVING_TO_B))
    expect(course.take(told(1, MOVING_TO_B)).settled).toEqual(['duplicate'])
    expect(course.take(told(1, notificationOf('moving', { sequence: 2 }))).settled).toEqual(['stale'])
    expect(course.take({ type: 'dialled', connection: 1 }).settled).toEqual([1])
  })

  test('that joins the search for a primary, which leads to the same place', () => {
    const course = Course.serving().take({ type: 'hand-off', connection: 1, reason: 'not-writable' })
    expect(course.take(told(1, notificationOf('moving'))).settled).toEqual([1])
  })
})

describe('a move', () => {
  test('that is told while a connection is made waits until it serves, and counts from when it was told', () => {
    const course = new Course().take({ type: 'connect' }).wait(100).take(told(1, MOVING_TO_B))
    expect(course.effects).toEqual([])
    course.wait(400).take({ type: 'dialled', connection: 1 })
    expect(course.did.slice(0, 3)).toEqual(['cancel', 'resume', 'announce'])
    expect(course.emitted.map(({ name }) => name)).toEqual(['moving', 'timeouts:relaxed', 'handoff:started'])
    expect(course.link.phase).toMatchObject({ state: 'preparing', move: { receivedAt: 100, deadlineAt: 15_100 } })
  })

  test('that was told too early to be still in time has a second nevertheless', () => {
    const course = new Course().take({ type: 'connect' }).take(told(1, MOVING_TO_B)).wait(20_000)
    course.take({ type: 'dialled', connection: 1 })
    expect(course.link.phase).toMatchObject({ move: { deadlineAt: 21_000 } })
    expect(course.emitted.at(-1)).toMatchObject({ name: 'handoff:started', payload: { graceMs: 1_000 } })
  })

  test('that is told of a connection that fails to be made is forgotten with it', () => {
    const course = new Course().take({ type: 'connect' }).take(told(1, MOVING_TO_B))
    course.take({ type: 'dial-failed', connection: 1, error: 'refused' })
    course.take({ type: 'retry', afterMs: 10 }).take({ type: 'due', timer: 'reconnect' })
    course.take({ type: 'dialled', connection: 2 })
    expect(course.link.phase).toEqual({ state: 'serving', current: 2 })
  })

  test('that is told several times while a connection is made counts as told last', () => {
    const course = new Course().take({ type: 'connect' }).take(told(1, MOVING_TO_B))
    course.take(told(1, notificationOf('moving', { sequence: 2 }))).take({ type: 'dialled', connection: 1 })
    expect(course.link.phase).toMatchObject({ state: 'waiting', move: { identity: 'moving#2 -' } })
  })

  test('that is told before the reconnect strategy has answered is stale', () => {
    const course = Course.preparing().take({ type: 'lost', connection: 1, cause: 'lost' })
    expect(causesOf(course.take(told(2, notificationOf('moving', { sequence: 9 }))))).toEqual(['stale'])
  })

  test('overtakes the one before, on the old connection and on the next', () => {
    const later = notificationOf('moving', { sequence: 2, endpoint: { host: 'c', port: 1 } })
    for (const connection of [1, 2]) {
      const course = Course.preparing().take(told(connection, later))
      expect(course.link.phase).toMatchObject({ state: 'preparing', current: 1, next: 3, move: { attempts: 1 } })
      expect(course.effectsOf('discard')).toEqual([{ type: 'discard', connection: 2 }])
      expect(course.link.registry.get('moving#1 b:6379')?.handling).toBe('done')
    }
  })

  test('with the same number to another place is another event', () => {
    const course = Course.preparing().take(told(1, notificationOf('moving', { endpoint: { ...B, port: 1 } })))
    expect(course.link.phase).toMatchObject({ state: 'preparing', next: 3 })
  })

  test('that is under way is known though the registry has no room for it any more', () => {
    const course = Course.preparing()
    for (let sequence = 2; sequence < 400; sequence++) course.take(told(1, notificationOf('migrated', { sequence })))
    expect(course.link.registry.has('moving#1 b:6379')).toBe(false)
    expect(causesOf(course.take(told(1, MOVING_TO_B)))).toEqual(['duplicate'])
  })
})
