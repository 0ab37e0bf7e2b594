import { describe, expect, test } from 'vitest'
import { hasOpenWindow, isMoving, NEW_SLOT } from '../../../../src/core/decide/link-state.js'
import { B, Course, notificationOf, told } from './decided.js'

describe('a slot', () => {
  test('is moving while a hand-off waits, is prepared or is fenced', () => {
    const waiting = Course.serving().take(told(1, notificationOf('moving', { endpoint: null })))
    for (const { slot } of [waiting, Course.preparing(), Course.fencing()]) expect(isMoving(slot)).toBe(true)
    const lost = Course.preparing().take({ type: 'lost', generation: 1, cause: 'lost' })
    for (const { slot } of [new Course(), Course.serving(), lost]) expect(isMoving(slot)).toBe(false)
  })

  test('has an open window while the end of what was announced is not known', () => {
    expect(hasOpenWindow(NEW_SLOT)).toBe(false)
    const course = Course.serving().take(told(1, notificationOf('migrating')))
    expect(hasOpenWindow(course.slot)).toBe(true)
    expect(hasOpenWindow(course.take(told(1, notificationOf('migrated'))).slot)).toBe(false)
    expect(hasOpenWindow(course.take({ type: 'hold', key: 'azure', forMs: 5 }).slot)).toBe(true)
  })

  test('has none for a hand-off, which is told of by itself', () => {
    expect(hasOpenWindow(Course.preparing().slot)).toBe(false)
    expect(hasOpenWindow(Course.serving().take(told(1, notificationOf('moving', { endpoint: B }))).slot)).toBe(false)
  })
})
