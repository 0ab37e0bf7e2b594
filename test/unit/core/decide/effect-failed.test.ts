import { describe, expect, test } from 'vitest'
import type { Effect } from '../../../../src/core/decide/link-state.js'
import { Course, MOVING_TO_B, told } from './decided.js'

/** Lets the last effect of one type fail. */
function fail(course: Course, type: Effect['type']): Course {
  const effect = course.effects.findLast(done => done.type === type)
  if (effect === undefined) throw new Error(`There was no ${type}`)
  return course.take({ type: 'effect-failed', effect, error: 'broken' })
}

const reportOf = (during: string): object => ({ name: 'internal:failed', payload: { during, error: 'broken' } })

describe('an effect that threw', () => {
  test.each(['emit', 'schedule', 'relax'] as const)(
    'is told, and nothing else where nothing waits for it: %s',
    type => {
      const course = Course.serving({ handoffSpread: 0.5 }).take(told(1, MOVING_TO_B))
      const { link } = course
      expect(fail(course, type).emitted).toEqual([reportOf(type)])
      expect(course.did).toEqual(['emit'])
      expect(course.link).toEqual(link)
    },
  )

  test('is not told again where it was the report that could not be told', () => {
    const course = fail(Course.preparing(), 'relax')
    expect(fail(course, 'emit').did).toEqual([])
  })

  test('is told of a link that was closed, and changes nothing', () => {
    const course = Course.fencing()
    const resume = { type: 'resume', connection: 1, after: 'cancelled' } as const
    course.take({ type: 'close' }).take({ type: 'effect-failed', effect: resume, error: 'broken' })
    expect(course.emitted).toEqual([reportOf('resume')])
    expect(course.did).toEqual(['emit'])
    expect(course.link.phase.state).toBe('closed')
  })
})

describe('a dial that threw', () => {
  test('for a hand-off is an attempt that failed, and nothing of it is kept', () => {
    const course = fail(Course.preparing(), 'dial')
    expect(course.effectsOf('discard')).toEqual([{ type: 'discard', connection: 2 }])
    expect(course.emitted).toMatchObject([reportOf('dial'), { name: 'handoff:failed', payload: { error: 'broken' } }])
    expect(course.link.phase).toMatchObject({ state: 'waiting', current: 1 })
  })

  test('for a connect has the strategy asked', () => {
    const course = fail(new Course().take({ type: 'connect' }), 'dial')
    expect(course.effectsOf('ask-strategy')).toMatchObject([{ retries: 0, cause: 'broken' }])
  })

  test('and was given up meanwhile changes nothing but that', () => {
    const course = Course.preparing()
    const [dial] = course.effectsOf('dial')
    if (dial === undefined) throw new Error('There was no dial')
    course.take({ type: 'lost', connection: 1, cause: 'lost' }).take({ type: 'retry', afterMs: 0 })
    course.take({ type: 'dialled', connection: 2 })
    course.take({ type: 'effect-failed', effect: { ...dial, connection: 7 }, error: 'broken' })
    expect(course.link.phase).toEqual({ state: 'serving', current: 2 })
  })
})

test('A fence that threw proves nothing: commands move, and the old connection is said not to have drained', () => {
  const course = fail(Course.fencing(), 'fence')
  expect(course.link.phase).toEqual({ state: 'serving', current: 2 })
  expect(course.emitted).toMatchObject([reportOf('fence'), { name: 'handoff:completed', payload: { drained: false } }])
})

describe('a connection that could not take over', () => {
  test('is as good as lost, and is replaced with a pause', () => {
    const course = Course.fencing().take({ type: 'fenced', connection: 1, next: 2, drained: true })
    fail(course, 'resume')
    expect(course.did).toContain('pause-commands')
    expect(course.effectsOf('discard')).toEqual([{ type: 'discard', connection: 2 }])
    expect(course.effectsOf('ask-strategy')).toMatchObject([{ retries: 0, cause: 'broken' }])
    course.take({ type: 'retry', afterMs: 50 })
    expect(course.effectsOf('schedule')).toEqual([{ type: 'schedule', timer: 'reconnect', afterMs: 50 }])
  })

  test('leaves the one that serves by now alone', () => {
    const course = Course.serving()
    const late = { type: 'resume', connection: 7, after: 'handoff' } as const
    course.take({ type: 'effect-failed', effect: late, error: 'broken' })
    expect(course.link.phase).toEqual({ state: 'serving', current: 1 })
  })
})

test('A connection that could not be drained is ended', () => {
  const course = Course.fencing().take({ type: 'fenced', connection: 1, next: 2, drained: true })
  expect(fail(course, 'drain').effectsOf('discard')).toEqual([{ type: 'discard', connection: 1 }])
})

test('A strategy that could not be asked counts as one that allows another attempt after a second', () => {
  const course = Course.serving().take({ type: 'lost', connection: 1, cause: 'lost' })
  course.take({ type: 'retry', afterMs: 0 }).take({ type: 'dial-failed', connection: 2, error: 'refused' })
  fail(course, 'ask-strategy')
  expect(course.effectsOf('schedule')).toEqual([{ type: 'schedule', timer: 'reconnect', afterMs: 1_000 }])
})
