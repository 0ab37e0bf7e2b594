import { describe, expect, test } from 'vitest'
import type { Input } from '../../../../src/core/decide/link-state.js'
import { HANDOFF_REASONS, type HandoffReason } from '../../../../src/core/decide/phase.js'
import { CONFIGURED } from '../../../../src/core/decide/route.js'
import { B, Course, notificationOf, TO_B, told } from './decided.js'

type Reason = Exclude<HandoffReason, 'moving'>

const REASONS = HANDOFF_REASONS.filter((reason): reason is Reason => reason !== 'moving')

const leave = (reason: Reason, connection = 1): Input => ({ type: 'hand-off', connection, reason })
const failed = (connection: number): Input => ({ type: 'dial-failed', connection, error: 'no' })
const recovered = (connection: number): Input => ({ type: 'recovered', connection })
const moving = (endpoint: typeof B | null): Input => told(1, notificationOf('moving', { endpoint }))
const again: Input = { type: 'due', timer: 'handoff' }

describe('a reason to leave', () => {
  test.each(REASONS)('by the name of %s begins a hand-off to the configured endpoint at once', reason => {
    const course = Course.serving({ handoffSpread: 1 }).take(leave(reason))
    expect(course.link.phase).toMatchObject({ state: 'preparing', current: 1, next: 2, move: { reason } })
    expect(course.effectsOf('dial')).toMatchObject([{ route: CONFIGURED, purpose: 'handoff', event: undefined }])
  })

  test.each(REASONS)('by the name of %s is forgotten for another connection than the one that serves', reason => {
    expect(Course.serving().take(leave(reason, 7)).effects).toEqual([])
    expect(new Course().take(leave(reason, 0)).effects).toEqual([])
  })

  test.each(REASONS.filter(reason => reason !== 'not-writable'))(
    'by the name of %s changes nothing about a hand-off',
    reason => {
      const waiting = reason === 'unresponsive' ? [] : [Course.serving().take(moving(null))]
      for (const course of [Course.preparing(), Course.fencing(), ...waiting]) {
        const { link } = course
        expect(course.take(leave(reason)).effects).toEqual([])
        expect(course.link).toBe(link)
      }
    },
  )

  test('by the name of silent lets a hand-off that waits for its turn begin', () => {
    const course = Course.serving().take(moving(null)).take(leave('unresponsive'))
    expect(course.link.phase).toMatchObject({ state: 'preparing', current: 1, next: 2, move: { reason: 'moving' } })
    expect(course.effectsOf('cancel')).toEqual([{ type: 'cancel', timer: 'handoff' }])
  })

  test('may come again once its hand-off has failed', () => {
    const course = Course.serving({ handoffRetries: 0 }).take(leave('age')).take(failed(2))
    expect(course.link.phase).toEqual({ state: 'serving', current: 1 })
    expect(course.take(leave('age')).link.phase).toMatchObject({ state: 'preparing', next: 3 })
  })

  test('gives a dial of a search for something that answers 5 s, and any other one the time that is left', () => {
    const timesOf = (reason: Reason): unknown => Course.serving().take(leave(reason)).effectsOf('dial')[0]?.withinMs
    expect(REASONS.map(timesOf)).toEqual([5_000, 5_000, 15_000, 15_000, 15_000, 15_000])
  })
})

describe('a server that takes no writes any more during a hand-off', () => {
  test('while its dial is under way pauses writes, and nothing else', () => {
    expect(Course.preparing().take(leave('not-writable')).did).toEqual(['pause-writes', 'emit'])
  })

  test('while commands are paused changes nothing', () => {
    expect(Course.fencing().take(leave('not-writable')).effects).toEqual([])
  })

  test('lets a move to a target have its turn at once', () => {
    const course = Course.serving({ handoffSpread: 1 }).take(moving(B))
    expect(course.link.phase.state).toBe('waiting')
    expect(course.take(leave('not-writable')).effectsOf('dial')).toMatchObject([{ route: TO_B, requirePrimary: false }])
  })

  test('leaves a move to a target that is tried again as it is', () => {
    const course = Course.preparing().take(failed(2)).take(leave('not-writable'))
    expect(course.did).toEqual(['pause-writes', 'emit'])
    expect(course.link.phase.state).toBe('waiting')
  })

  test.each<readonly [string, () => Course]>([
    ['that waits for its name', () => Course.serving({ followsAddress: true }).take(moving(null))],
    ['that waits for half of its grace', () => Course.serving().take(moving(null))],
    ['whose target failed for good', () => Course.preparing().wait(14_000).take(failed(2))],
    ['for age that is tried again', () => Course.serving().take(leave('age')).take(failed(2))],
    ['for unresponsive that is tried again', () => Course.serving().take(leave('unresponsive')).take(failed(2))],
  ])('replaces one %s by a search for a primary', (_, at) => {
    const course = at().take(leave('not-writable'))
    expect(course.link.phase).toMatchObject({ state: 'preparing', move: { reason: 'not-writable', attempts: 1 } })
    expect(course.effectsOf('dial')).toMatchObject([{ route: CONFIGURED, requirePrimary: true }])
    expect(course.link.writesPaused).toBe('not-writable')
  })

  test('leaves a search that pauses as it is', () => {
    const course = Course.serving().take(leave('not-writable')).take(failed(2))
    expect(course.take(leave('not-writable')).effects).toEqual([])
  })
})

describe('a primary that the server has named', () => {
  const named: Input = { type: 'hand-off', connection: 1, reason: 'not-writable', endpoint: B }

  test('is dialled at once, for two seconds at most, and must be one', () => {
    const dial = { route: TO_B, requirePrimary: true, withinMs: 2_000 }
    expect(Course.serving().take(named).effectsOf('dial')).toMatchObject([dial])
  })

  test('has half of the time where there is less than four seconds', () => {
    const course = Course.serving({ handoffDeadlineMs: 1_000 }).take(named)
    expect(course.effectsOf('dial')).toMatchObject([{ route: TO_B, withinMs: 500 }])
  })

  test('is tried in turn with the configured endpoint, after a pause each time', () => {
    const course = Course.serving().take(named).take(failed(2))
    expect(course.effectsOf('schedule')).toMatchObject([{ timer: 'handoff', afterMs: 0 }])
    expect(course.take(again).effectsOf('dial')).toMatchObject([{ route: CONFIGURED, withinMs: 5_000 }])
    expect(course.take(failed(3)).effectsOf('schedule')).toMatchObject([{ timer: 'handoff', afterMs: 200 }])
    expect(course.take(again).effectsOf('dial')).toMatchObject([{ route: TO_B }])
  })

  test('is tried next where a search for one is under way already', () => {
    const course = Course.serving().take(leave('not-writable')).take(named)
    expect(course.effects).toEqual([])
    expect(course.take(failed(2)).take(again).effectsOf('dial')).toMatchObject([{ route: TO_B }])
  })

  test('changes nothing about a hand-off for another reason', () => {
    const course = Course.preparing().take(named)
    expect(course.link.phase).toMatchObject({ state: 'preparing', move: { reason: 'moving', route: TO_B } })
    expect(course.did).toEqual(['pause-writes', 'emit'])
  })

  test('gives way to the server that serves when the time is over', () => {
    const course = Course.serving().take(named).wait(9_000).take(failed(2))
    expect(course.link.phase).toEqual({ state: 'serving', current: 1 })
    expect(course.effectsOf('search-settled')).toEqual([{ type: 'search-settled', found: false }])
  })
})

describe('a search for a primary', () => {
  const searching = (): Course => Course.serving().take(leave('not-writable'))

  test('is said to have found one as soon as that serves', () => {
    const course = searching().ready(2)
    course.take({ type: 'fenced', connection: 1, next: 2, drained: true })
    expect(course.did.filter(type => type !== 'emit')).toEqual(['resume', 'search-settled', 'drain', 'schedule'])
    expect(course.effectsOf('search-settled')).toEqual([{ type: 'search-settled', found: true }])
  })

  test('is said to have found none before the writes are sent that waited for it', () => {
    const course = searching().wait(9_000).take(failed(2))
    const { did } = course
    expect(course.effectsOf('search-settled')).toEqual([{ type: 'search-settled', found: false }])
    expect(did.indexOf('search-settled')).toBeLessThan(did.indexOf('resume'))
  })

  test.each(REASONS.filter(reason => reason !== 'not-writable'))('is not what a hand-off for %s was', reason => {
    const course = Course.serving().take(leave(reason)).ready(2)
    course.take({ type: 'fenced', connection: 1, next: 2, drained: true })
    expect(course.did).not.toContain('search-settled')
  })
})

describe('a move that is announced during a search for a primary', () => {
  const searching = (): Course => Course.serving().take(leave('not-writable'))

  test('takes over where it names a target, and writes wait on', () => {
    const course = searching().take(moving(B))
    expect(course.link.phase).toMatchObject({ state: 'preparing', move: { reason: 'moving', route: TO_B } })
    expect(course.link.writesPaused).toBe('not-writable')
    expect(course.emitted.map(({ name }) => name)).not.toContain('writes:resumed')
  })

  test('is told of where it names none, and changes nothing', () => {
    const course = searching()
    const { phase } = course.link
    expect(course.take(moving(null)).emitted.map(({ name }) => name)).toEqual(['moving'])
    expect(course.link.phase).toEqual(phase)
    expect(course.take(moving(null)).emitted).toMatchObject([{ payload: { cause: 'duplicate' } }])
  })

  test('may be told again by the node where the search ends', () => {
    const course = searching().take(moving(null)).ready(2)
    course.take({ type: 'fenced', connection: 1, next: 2, drained: true })
    course.take(told(2, notificationOf('moving', { endpoint: null })))
    expect(course.link.phase).toMatchObject({ state: 'waiting', current: 2 })
  })

  test('that fails for good gives the writes back', () => {
    const course = searching().take(moving(B)).wait(15_000).take(failed(3))
    expect(course.effectsOf('resume')).toEqual([{ type: 'resume', connection: 1, after: 'unrecovered' }])
    expect(course.link.writesPaused).toBeUndefined()
  })
})

describe('a connection that was silent and speaks', () => {
  const silent = (): Course => Course.serving().take(leave('unresponsive'))

  test('goes on, and what was made beside it is given up', () => {
    const course = silent().take(recovered(1))
    expect(course.did).toEqual(['discard', 'emit'])
    expect(course.emitted).toMatchObject([{ payload: { reason: 'unresponsive', cause: 'recovered' } }])
    expect(course.link.phase).toEqual({ state: 'serving', current: 1 })
  })

  test('goes on between two dials', () => {
    const course = silent().take(failed(2)).take(recovered(1))
    expect(course.effects[0]).toEqual({ type: 'cancel', timer: 'handoff' })
    expect(course.link.phase).toEqual({ state: 'serving', current: 1 })
  })

  test('may be left again', () => {
    expect(silent().take(recovered(1)).take(leave('unresponsive')).link.phase).toMatchObject({
      state: 'preparing',
      next: 3,
    })
  })

  test('is left for a primary where it turned out to be one to a replica', () => {
    const course = silent().take(leave('not-writable')).take(recovered(1))
    expect(course.link.phase).toMatchObject({ state: 'preparing', next: 3, move: { reason: 'not-writable' } })
    expect(course.link.writesPaused).toBe('not-writable')
  })

  test.each<readonly [string, () => Course, Input]>([
    ['nothing is under way', () => Course.serving(), recovered(1)],
    ['it is left for another reason', () => Course.serving().take(leave('age')), recovered(1)],
    ['it is another one', silent, recovered(2)],
    ['commands are paused already', () => silent().take({ type: 'dialled', connection: 2 }), recovered(1)],
  ])('changes nothing where %s', (_, at, input) => {
    expect(at().take(input).effects).toEqual([])
  })

  test('is fenced for 200 ms at most, and then kept for what it owes', () => {
    const course = silent().take({ type: 'dialled', connection: 2 })
    expect(course.effectsOf('fence')).toMatchObject([{ withinMs: 200 }])
    course.take({ type: 'fenced', connection: 1, next: 2, drained: false })
    expect(course.effectsOf('drain')).toMatchObject([{ connection: 1, withinMs: undefined }])
  })

  test('is given up where nothing was reached until the deadline, and the strategy is asked', () => {
    const course = silent().wait(15_000).take(failed(2))
    expect(course.did).toEqual(['emit', 'give-up', 'drain', 'pause-commands', 'ask-strategy'])
    expect(course.effectsOf('drain')).toMatchObject([{ withinMs: undefined }])
    expect(course.take({ type: 'retry', afterMs: 50 }).did).toEqual(['announce-error', 'schedule'])
  })
})

describe('the configured name', () => {
  const following = (): Course => Course.serving({ followsAddress: true }).take(moving(null))
  const moved = (connection: number): Input => ({ type: 'address-moved', connection })

  test('is watched until the last resort, while a move without a target waits', () => {
    const course = following()
    expect(course.effectsOf('follow-address')).toEqual([{ type: 'follow-address', connection: 1, withinMs: 13_500 }])
    expect(course.effectsOf('schedule')).toContainEqual({ type: 'schedule', timer: 'handoff', afterMs: 13_500 })
  })

  test('that leads elsewhere begins the dial, and is not watched any longer', () => {
    const course = following().take(moved(1))
    expect(course.did).toEqual(['cancel', 'unfollow-address', 'dial'])
    expect(course.take(moved(1)).effects).toEqual([])
  })

  test('that leads elsewhere changes nothing for another connection, another state, or another dial', () => {
    expect(following().take(moved(2)).effects).toEqual([])
    expect(Course.serving().take(moved(1)).effects).toEqual([])
    expect(following().take(moved(1)).take(failed(2)).take(moved(1)).effects).toEqual([])
    expect(Course.serving({ handoffSpread: 1 }).take(moving(B)).take(moved(1)).effects).toEqual([])
  })

  test('is not watched any longer when the connection is lost', () => {
    expect(following().take({ type: 'lost', connection: 1, cause: 'lost' }).did).toContain('unfollow-address')
  })

  test('is not watched any longer when its time is over', () => {
    expect(following().wait(13_500).take(again).did).toEqual(['unfollow-address', 'dial'])
  })
})

describe('a connection that is lost before the turn of its move', () => {
  const lost: Input = { type: 'lost', connection: 1, cause: 'lost' }

  test('is replaced where the move leads', () => {
    const course = Course.serving({ handoffSpread: 1 }).take(moving(B)).take(lost).take({ type: 'retry', afterMs: 0 })
    expect(course.effectsOf('dial')).toMatchObject([{ route: TO_B, purpose: 'connect' }])
  })

  test('is replaced by name once the target has failed', () => {
    const course = Course.preparing().take(failed(2)).take(lost).take({ type: 'retry', afterMs: 0 })
    expect(course.effectsOf('dial')).toMatchObject([{ route: CONFIGURED }])
  })
})
