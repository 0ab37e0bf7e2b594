import { describe, expect, test } from 'vitest'
import { hasOpenWindow, isMoving, NEW_LINK } from '../../../../src/core/decide/link-state.js'
import { B, Course, notificationOf, told } from './decided.js'

describe('a link', () => {
  test('is moving while a hand-off waits, is prepared or is fenced', () => {
    const waiting = Course.serving().take(told(1, notificationOf('moving', { endpoint: null })))
    for (const { link } of [waiting, Course.preparing(), Course.fencing()]) expect(isMoving(link)).toBe(true)
    const lost = Course.preparing().take({ type: 'lost', connection: 1, cause: 'lost' })
    for (const { link } of [new Course(), Course.serving(), lost]) expect(isMoving(link)).toBe(false)
  })

  test('has an open window while the end of what was announced is not known', () => {
    expect(hasOpenWindow(NEW_LINK)).toBe(false)
    const course = Course.serving().take(told(1, notificationOf('migrating')))
    expect(hasOpenWindow(course.link)).toBe(true)
    expect(hasOpenWindow(course.take(told(1, notificationOf('migrated'))).link)).toBe(false)
    expect(hasOpenWindow(course.take({ type: 'relax', key: 'azure', forMs: 5 }).link)).toBe(true)
  })

  test('has none for a hand-off, which is told of by itself', () => {
    expect(hasOpenWindow(Course.preparing().link)).toBe(false)
    expect(hasOpenWindow(Course.serving().take(told(1, notificationOf('moving', { endpoint: B }))).link)).toBe(false)
  })
})
