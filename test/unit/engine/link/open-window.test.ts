import { describe, expect, it } from 'vitest'
import { HitlessError } from '../../../../src/base/errors.js'
import { windowOf } from '../../../../src/base/maintenance-window.js'
import { createHooks } from '../../../../src/core/events/hooks.js'
import { createTell, handoffIdOf } from '../../../../src/core/events/tell.js'
import { OpenWindow } from '../../../../src/engine/link/open-window.js'
import { createVirtualClock } from '../../../../src/testing/virtual-clock.js'
import { Course, MOVING_TO_B, notificationOf, told } from '../../core/decide/decided.js'

function create() {
  const clock = createVirtualClock()
  const course = Course.serving()
  const tell = createTell(createHooks(clock), clock)
  const shell = {
    get link() {
      return course.link
    },
  }
  const window = new OpenWindow({ context: { clock, tell }, shell })
  const startedAt = clock.epochMs()
  const wait = (spanMs: number): void => {
    clock.advanceBy(spanMs)
    course.wait(spanMs)
  }
  return { course, tell, window, startedAt, wait }
}

const fail = (): HitlessError => new HitlessError('GATE_FULL', 'full', { facts: { capacity: 1 } })

describe('the window in which an error is raised', () => {
  it('is none where nothing was announced, and the error is not touched', () => {
    const { window } = create()
    const error = window.note(fail())
    expect(window.current).toBeUndefined()
    expect(error.window).toBeUndefined()
    expect(Reflect.ownKeys(error)).toEqual(Reflect.ownKeys(fail()))
  })

  it('is what a server announced, from when to when', () => {
    const { course, window, startedAt, wait } = create()
    course.take(told(1, notificationOf('failing-over', { sequence: 7, graceMs: 5_000 })))
    wait(1_000)
    const { window: noted } = window.note(fail())
    expect(noted).toEqual({
      type: 'failing-over',
      sequence: 7,
      sinceAt: startedAt,
      untilAt: startedAt + 65_000,
      handoffId: undefined,
    })
  })

  it('is a move before all others, with its hand-off, until that is completed', () => {
    const { course, tell, window, startedAt } = create()
    course.take(told(1, MOVING_TO_B)).take(told(1, notificationOf('migrating', { sequence: 2 })))
    expect(window.current).toEqual({
      type: 'moving',
      sequence: 1,
      sinceAt: startedAt,
      untilAt: startedAt + 15_000,
      handoffId: handoffIdOf(tell, 1),
    })
    course.ready(2).take({ type: 'fenced', connection: 1, next: 2, drained: true })
    expect(window.current).toMatchObject({ type: 'migrating', handoffId: undefined })
  })

  it('is over with the notification of its end, though timeouts stay relaxed for a while', () => {
    const { course, window } = create()
    course.take(told(1, notificationOf('migrating', { sequence: 1 })))
    course.take(told(1, notificationOf('migrated', { sequence: 2 })))
    expect(course.link.relaxations.size).toBe(1)
    expect(window.current).toBeUndefined()
  })

  it('is no hand-off that no server asked for', () => {
    const { course, window } = create()
    course.take({ type: 'hand-off', connection: 1, reason: 'not-writable' })
    expect(course.link.relaxations.size).toBe(1)
    expect(window.current).toBeUndefined()
  })

  it('is also that in which the connection broke, until another one serves, or its time is over', () => {
    const { course, window, wait } = create()
    const breakDown = (connection: number): void => {
      course.take(told(connection, notificationOf('failing-over', { sequence: connection, graceMs: 1_000 })))
      window.onLost()
      course.take({ type: 'close' })
    }
    breakDown(1)
    expect(window.current).toMatchObject({ type: 'failing-over', sequence: 1 })
    window.onServed()
    expect(window.current).toBeUndefined()
    course.take({ type: 'connect' }).take({ type: 'dialled', connection: 2 })
    breakDown(2)
    wait(60_999)
    expect(window.current).toMatchObject({ sequence: 2 })
    wait(2)
    expect(window.current).toBeUndefined()
  })

  it('is the first one that was noted, and leaves errors of others as they look', () => {
    const { course, window, wait } = create()
    course.take(told(1, notificationOf('migrating', { sequence: 1 })))
    const theirs = window.note(new Error('theirs'))
    wait(700_000)
    course.take(told(1, notificationOf('failing-over', { sequence: 2 })))
    expect(windowOf(window.note(theirs))?.type).toBe('migrating')
    expect(theirs).toStrictEqual(new Error('theirs'))
    expect(Object.keys(theirs)).toEqual([])
    expect(windowOf(window.note('no error'))).toBeUndefined()
    expect(windowOf(window.note(Object.freeze(new Error('frozen'))))).toBeUndefined()
  })
})
