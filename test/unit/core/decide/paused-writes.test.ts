import { describe, expect, test } from 'vitest'
import type { Input } from '../../../../src/core/decide/link-state.js'
import { B, Course, notificationOf, told } from './decided.js'

const holdWrites = (forMs: number): Input => ({ type: 'hold-writes', forMs })
const release: Input = { type: 'release-writes' }
const due: Input = { type: 'due', timer: 'writes' }
const leave = (reason: 'demoted' | 'failover'): Input => ({ type: 'leave', generation: 1, reason })
const failed = (generation: number): Input => ({ type: 'dial-failed', generation, error: 'no' })

const held = (forMs = 30_000): Course => Course.serving().take(holdWrites(forMs))

describe('writes that wait for what was announced', () => {
  test('wait until a timer is due', () => {
    const course = held(5_000)
    expect(course.effects).toEqual([
      { type: 'hold-writes' },
      { type: 'emit', event: { name: 'writes:held', payload: { cause: 'announced' } } },
      { type: 'schedule', timer: 'writes', afterMs: 5_000 },
    ])
    expect(course.wait(5_000).take(due).effects).toEqual([
      { type: 'cancel', timer: 'writes' },
      { type: 'emit', event: { name: 'writes:released', payload: { cause: 'announced' } } },
      { type: 'serve', generation: 1, after: 'released' },
    ])
  })

  test('are told of once when the announcement is repeated, and counted anew', () => {
    expect(held().take(holdWrites(5_000)).effects).toEqual([{ type: 'schedule', timer: 'writes', afterMs: 5_000 }])
  })

  test('are released once', () => {
    expect(held().take(release).take(release).effects).toEqual([])
    expect(Course.serving().take(release).effects).toEqual([])
  })

  test('are not held where nothing serves, or all commands wait anyway', () => {
    for (const course of [new Course(), new Course().take({ type: 'connect' }), Course.fencing()]) {
      expect(course.take(holdWrites(5_000)).effects).toEqual([])
      expect(course.slot.writesHeld).toBeUndefined()
    }
  })

  test('wait with everything else while the gate is held, and no longer than that if they are released meanwhile', () => {
    const fenced = (): Course =>
      held()
        .take(told(1, notificationOf('moving', { endpoint: B })))
        .take({ type: 'dialled', generation: 2 })
    const released = fenced().take(release)
    expect(released.did).toEqual(['cancel', 'emit'])
    expect(released.take({ type: 'lost', generation: 2, cause: 'lost' }).did[0]).toBe('serve')
    expect(fenced().take({ type: 'lost', generation: 2, cause: 'lost' }).did[0]).toBe('hold-writes')
  })

  test('wait on for a primary when the node turns out to be demoted, without their timer', () => {
    const course = held().take(leave('demoted'))
    expect(course.did.slice(0, 1)).toEqual(['cancel'])
    expect(course.effects[0]).toEqual({ type: 'cancel', timer: 'writes' })
    expect(course.emitted.map(({ name }) => name)).not.toContain('writes:held')
    expect(course.take(release).effects).toEqual([])
    expect(course.take(due).effects).toEqual([])
    expect(course.take(holdWrites(5_000)).effects).toEqual([])
    expect(course.slot.writesHeld).toBe('demoted')
  })

  test('are forgotten when the slot is closed', () => {
    const course = held().take({ type: 'close' })
    expect(course.effectsOf('cancel')).toContainEqual({ type: 'cancel', timer: 'writes' })
    expect(course.slot.writesHeld).toBeUndefined()
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
    expect(course.wait(14_000).take(due).effects.at(-1)).toEqual({ type: 'serve', generation: 1, after: 'released' })
  })

  test('are kept on by a timer that fires a little early', () => {
    const course = following().wait(14_999.5).take(due)
    expect(course.effects).toEqual([{ type: 'schedule', timer: 'writes', afterMs: 0.5 }])
  })

  test('go on when it has failed', () => {
    const course = following()
    for (let generation = 2; generation <= 5; generation++) {
      course.take(failed(generation)).wait(1_000)
      if (generation < 5) course.take({ type: 'due', timer: 'handoff' })
    }
    expect(course.slot.phase).toEqual({ state: 'serving', current: 1 })
    expect(course.effectsOf('serve')).toEqual([{ type: 'serve', generation: 1, after: 'released' }])
    expect(course.slot.writesHeld).toBeUndefined()
  })

  test('go to the node that took over', () => {
    const course = following().take({ type: 'dialled', generation: 2 })
    course.take({ type: 'fenced', generation: 1, next: 2, drained: true })
    expect(course.did.slice(0, 4)).toEqual(['cancel', 'emit', 'serve', 'retire'])
    expect(course.slot.writesHeld).toBeUndefined()
  })
})
