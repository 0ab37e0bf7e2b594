import { describe, expect, test } from 'vitest'
import type { Input } from '../../../../src/core/decide/link-state.js'
import { B, Course, notificationOf, told } from './decided.js'

const stoodStill: Input = { type: 'stood-still', connection: 1 }
const probed = (answered: boolean): Input => ({ type: 'probed', connection: 1, answered })

describe('a process that stood still', () => {
  test('lets commands wait for the answer to a PING, for half a second at most', () => {
    const course = Course.serving().take(stoodStill)
    expect(course.did).toEqual(['pause-commands', 'probe'])
    expect(course.effectsOf('probe')).toEqual([{ type: 'probe', connection: 1, withinMs: 500 }])
    expect(course.take(probed(true)).effects).toEqual([{ type: 'resume', connection: 1, after: 'cancelled' }])
    expect(course.link.phase).toEqual({ state: 'serving', current: 1 })
  })

  test('lets them wait for another connection where it is not answered, and for one attempt only', () => {
    const course = Course.serving().take(stoodStill).take(probed(false))
    expect(course.did).toEqual(['emit', 'dial'])
    expect(course.link.phase).toMatchObject({
      state: 'preparing',
      move: { reason: 'unresponsive', holdsCommands: true },
    })
    course.take({ type: 'dial-failed', connection: 2, error: 'no' })
    expect(course.effectsOf('resume')).toEqual([{ type: 'resume', connection: 1, after: 'cancelled' }])
    expect(course.link.phase).toMatchObject({ state: 'waiting', move: { holdsCommands: false } })
  })

  test('lets them go on where it speaks after all', () => {
    const course = Course.serving().take(stoodStill).take(probed(false)).take({ type: 'recovered', connection: 1 })
    expect(course.effectsOf('resume')).toEqual([{ type: 'resume', connection: 1, after: 'cancelled' }])
    expect(course.link.phase).toEqual({ state: 'serving', current: 1 })
  })

  test('lets them go on where the server announces a move meanwhile', () => {
    const course = Course.serving()
      .take(stoodStill)
      .take(told(1, notificationOf('moving', { endpoint: B })))
    expect(course.effectsOf('resume')).toEqual([{ type: 'resume', connection: 1, after: 'cancelled' }])
    expect(course.take(probed(false)).effects).toEqual([])
  })

  test('leads to a reconnect where the connection breaks', () => {
    const course = Course.serving().take(stoodStill).take({ type: 'lost', connection: 1, cause: 'reset' })
    expect(course.link.phase).toMatchObject({ state: 'pausing', immediate: true })
  })

  test('changes nothing during a hand-off, nor about a connection that does not serve', () => {
    expect(Course.preparing().take(stoodStill).effects).toEqual([])
    expect(Course.serving().take({ ...stoodStill, connection: 7 }).effects).toEqual([])
    expect(Course.fencing().take(probed(false)).effects).toEqual([])
    expect(Course.preparing().take(probed(false)).effects).toEqual([])
  })
})
