import { describe, expect, test } from 'vitest'
import type { Input } from '../../../../src/core/decide/link-state.js'
import { B, Course, notificationOf, told } from './decided.js'

const pauseWrites = (forMs: number): Input => ({ type: 'pause-writes', forMs })
const release: Input = { type: 'resume-writes' }
const due: Input = { type: 'due', timer: 'writes' }
const leave = (reason: 'not-writable' | 'failover'): Input => ({ type: 'hand-off', connection: 1, reason })
const failed = (connection: number): Input => ({ type: 'dial-failed', connection, error: 'no' })

const held = (forMs = 30_000): Course => Course.serving().take(pauseWrites(forMs))

describe('writes that wait for what was announced', () => {
  test('wait until a timer is due', () => {
    const course = held(5_000)
    expect(course.effects).toEqual([
      { type: 'pause-writes' },
      {
        type: 'emit',
        event: { name: 'writes:paused', payload: { cause: 'announced' } },
        connection: 1,
        handoff: undefined,
      },
      { type: 'schedule', timer: 'writes', afterMs: 5_000 },
    ])
    expect(course.wait(5_000).take(due).effects).toEqual([
      { type: 'cancel', timer: 'writes' },
      {
        type: 'emit',
        event: { name: 'writes:resumed', payload: { cause: 'announced' } },
        connection: 1,
        handoff: undefined,
      },
      { type: 'resume', connection: 1, after: 'released' },
    ])
  })

  test('are told of once when the announcement is repeated, and counted again', () => {
    expect(held().take(pauseWrites(5_000)).effects).toEqual([{ type: 'schedule', timer: 'writes', afterMs: 5_000 }])
  })

  test('are released once', () => {
    expect(held().take(release).take(release).effects).toEqual([])
    expect(Course.serving().take(release).effects).toEqual([])
  })

  test('are not paused where nothing serves, or all commands wait anyway', () => {
    for (const course of [new Course(), new Course().take({ type: 'connect' }), Course.fencing()]) {
      expect(course.take(pauseWrites(5_000)).effects).toEqual([])
      expect(course.link.writesPaused).toBeUndefined()
    }
  })

  test('wait with everything else while commands are paused, and no longer than that if they are released meanwhile', () => {
    const fenced = (): Course =>
      held()
        .take(told(1, notificationOf('moving', { endpoint: B })))
        .ready(2)
    const released = fenced().take(release)
    expect(released.did).toEqual(['cancel', 'emit'])
    expect(released.take({ type: 'lost', connection: 2, cause: 'lost' }).did[0]).toBe('resume')
    expect(fenced().take({ type: 'lost', connection: 2, cause: 'lost' }).did[0]).toBe('pause-writes')
  })

  test('wait on for a primary when the node turns out to be a replica, without their timer', () => {
    const course = held().take(leave('not-writable'))
    expect(course.did.slice(0, 1)).toEqual(['cancel'])
    expect(course.effects[0]).toEqual({ type: 'cancel', timer: 'writes' })
    expect(course.emitted.map(({ name }) => name)).not.toContain('writes:paused')
    expect(course.take(release).effects).toEqual([])
    expect(course.take(due).effects).toEqual([])
    expect(course.take(pauseWrites(5_000)).effects).toEqual([])
    expect(course.link.writesPaused).toBe('not-writable')
  })

  test('are forgotten when the link is closed', () => {
    const course = held().take({ type: 'close' })
    expect(course.effectsOf('cancel')).toContainEqual({ type: 'cancel', timer: 'writes' })
    expect(course.link.writesPaused).toBeUndefined()
  })
})

describe('writes that wait while a failover is followed', () => {
  const following = (): Course => held(10_000).wait(9_000).take(leave('failover'))

  test.each([
    ['told to go on', release],
    ['due', due],
  ])('are kept until its deadline when they are %s', (_, input) => {
    const course = following().wait(1_000).take(input)
    expect(course.effects).toEqual([{ type: 'schedule', timer: 'writes', afterMs: 14_000 }])
    expect(course.wait(14_000).take(due).effects.at(-1)).toEqual({ type: 'resume', connection: 1, after: 'released' })
  })

  test('are kept on by a timer that fires a little early', () => {
    const course = following().wait(14_999.5).take(due)
    expect(course.effects).toEqual([{ type: 'schedule', timer: 'writes', afterMs: 0.5 }])
  })

  test('go on when it has failed', () => {
    const course = following()
    for (let connection = 2; connection <= 5; connection++) {
      course.take(failed(connection)).wait(1_000)
      if (connection < 5) course.take({ type: 'due', timer: 'handoff' })
    }
    expect(course.link.phase).toEqual({ state: 'serving', current: 1 })
    expect(course.effectsOf('resume')).toEqual([{ type: 'resume', connection: 1, after: 'released' }])
    expect(course.link.writesPaused).toBeUndefined()
  })

  test('go to the node that took over', () => {
    const course = following().ready(2)
    course.take({ type: 'fenced', connection: 1, next: 2, drained: true })
    expect(course.did.slice(0, 4)).toEqual(['cancel', 'emit', 'resume', 'drain'])
    expect(course.link.writesPaused).toBeUndefined()
  })
})
