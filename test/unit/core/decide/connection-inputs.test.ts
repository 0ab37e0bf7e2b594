import { describe, expect, test } from 'vitest'
import { CONFIGURED } from '../../../../src/core/decide/route.js'
import { Course, MOVING_TO_B, TO_B, told } from './decided.js'

const lost = (connection: number): Parameters<Course['take']>[0] => ({ type: 'lost', connection, cause: 'lost' })
const failed = (connection: number): Parameters<Course['take']>[0] => ({ type: 'dial-failed', connection, error: 'no' })

describe('a first connection', () => {
  test('is dialled at the configured endpoint, within the bounds of the host', () => {
    const course = new Course().take({ type: 'connect' })
    expect(course.effects).toEqual([
      {
        type: 'dial',
        connection: 1,
        route: CONFIGURED,
        purpose: 'connect',
        withinMs: undefined,
        event: undefined,
        requirePrimary: false,
        avoidCurrent: false,
      },
    ])
  })

  test('serves as soon as it is ready', () => {
    expect(Course.serving().effects).toEqual([
      { type: 'cancel', timer: 'reconnect' },
      { type: 'resume', connection: 1, after: 'connect' },
      { type: 'announce', event: 'connected' },
    ])
  })

  test('that fails pauses commands and asks the strategy, and the error is told only when that goes on', () => {
    const course = new Course().take({ type: 'connect' }).take(failed(1))
    expect(course.effects).toEqual([
      { type: 'pause-commands' },
      { type: 'ask-strategy', retries: 0, cause: 'no', flaps: undefined },
    ])
    course.take({ type: 'retry', afterMs: 70 })
    expect(course.effects).toEqual([
      { type: 'announce-error', error: 'no' },
      { type: 'schedule', timer: 'reconnect', afterMs: 70 },
    ])
    course.take({ type: 'due', timer: 'reconnect' })
    expect(course.did).toEqual(['announce', 'dial'])
    expect(course.link.phase).toMatchObject({ state: 'connecting', next: 2, retries: 1 })
  })
})

describe('a connection that is lost', () => {
  test('is replaced without a pause, if the strategy allows it', () => {
    const course = Course.serving().take(lost(1))
    expect(course.effects).toEqual([
      { type: 'pause-commands' },
      { type: 'ask-strategy', retries: 0, cause: 'lost', flaps: undefined },
    ])
    course.take({ type: 'retry', afterMs: 5_000 })
    expect(course.did).toEqual(['announce-error', 'announce', 'dial'])
  })

  test('is replaced after pauses of the strategy where several broke within half a second, until one holds', () => {
    const course = Course.serving()
    const asked: unknown[] = []
    for (const servesForMs of [60_000, 499, 0, 250, 0, 0, 500, 0]) {
      const connection = course.link.connectionsMade
      course.wait(servesForMs).take(lost(connection))
      asked.push(course.effectsOf('ask-strategy').map(({ retries, flaps }) => [retries, flaps])[0])
      course.take({ type: 'retry', afterMs: 70 })
      if (course.link.phase.state === 'pausing') course.take({ type: 'due', timer: 'reconnect' })
      course.take({ type: 'dialled', connection: connection + 1 })
    }
    // As after any loss the strategy counts from 0: one that gives up after so many retries must not end the client.
    const atOnce = [0, undefined]
    expect(asked).toEqual([atOnce, atOnce, atOnce, atOnce, [0, 0], [0, 1], atOnce, atOnce])
  })

  test('ends the link, if the strategy forbids it', () => {
    const course = Course.serving().take(lost(1)).take({ type: 'stop-reconnecting', error: 'enough' })
    expect(course.effects).toEqual([{ type: 'terminate', error: 'enough', cause: 'lost' }])
    expect(course.link.phase).toEqual({ state: 'idle' })
  })

  test('is replaced at its temporary endpoint, until the cut-off of that', () => {
    const afterHandoff = (): Course => Course.fencing().take({ type: 'fenced', connection: 1, next: 2, drained: true })
    const early = afterHandoff().wait(14_999).take(lost(2)).take({ type: 'retry', afterMs: 0 })
    expect(early.effectsOf('dial')).toMatchObject([{ route: TO_B, purpose: 'connect' }])
    const late = afterHandoff().wait(15_000).take(lost(2)).take({ type: 'retry', afterMs: 0 })
    expect(late.effectsOf('dial')).toMatchObject([{ route: CONFIGURED, purpose: 'connect' }])
  })

  test('is not looked for at its temporary endpoint once a dial there failed', () => {
    const course = Course.fencing().take({ type: 'fenced', connection: 1, next: 2, drained: true })
    course.take(lost(2)).take({ type: 'retry', afterMs: 0 }).take(failed(3))
    course.take({ type: 'retry', afterMs: 10 }).take({ type: 'due', timer: 'reconnect' })
    expect(course.effectsOf('dial')).toMatchObject([{ route: CONFIGURED }])
  })

  test('of another connection changes nothing', () => {
    expect(Course.serving().take(lost(7)).effects).toEqual([])
    expect(Course.preparing().take(lost(2)).effects).toEqual([])
  })
})

describe('a dial that goes on as the reconnect', () => {
  const carried = (): Course => Course.preparing().take(lost(1))

  test('is not dialled again', () => {
    const course = carried().take({ type: 'retry', afterMs: 0 })
    expect(course.did).toEqual(['announce-error', 'announce'])
    expect(course.link.phase).toMatchObject({ state: 'connecting', next: 2, retries: 1, event: 'moving#1 b:6379' })
  })

  test('settles the event as done when it is ready, and copies of it are duplicates', () => {
    const course = carried().take({ type: 'retry', afterMs: 0 })
    course.take({ type: 'dialled', connection: 2 })
    expect(course.link.registry.get('moving#1 b:6379')?.handling).toBe('done')
    expect(course.take(told(2, MOVING_TO_B)).emitted).toMatchObject([{ payload: { cause: 'duplicate' } }])
  })

  test('settles the event as failed when it fails, so that it may be tried again later', () => {
    const course = carried().take({ type: 'retry', afterMs: 0 }).take(failed(2))
    expect(course.link.registry.get('moving#1 b:6379')?.handling).toBe('failed')
    expect(course.link.temporaryEndpoint).toBeUndefined()
  })

  test('that is ready before the strategy has answered serves, whatever the answer is', () => {
    for (const answer of [
      { type: 'retry', afterMs: 5 } as const,
      { type: 'stop-reconnecting', error: 'enough' } as const,
    ]) {
      const course = carried().take({ type: 'dialled', connection: 2 })
      expect(course.did).toEqual(['cancel', 'resume', 'announce'])
      expect(course.take(answer).effects).toEqual([])
    }
  })

  test('that fails before the strategy has answered is not waited for', () => {
    const course = carried().take(failed(2)).take({ type: 'retry', afterMs: 0 })
    expect(course.effectsOf('dial')).toMatchObject([{ connection: 3, route: CONFIGURED }])
  })

  test('is given up when the strategy gives up', () => {
    const course = carried().take({ type: 'stop-reconnecting', error: 'enough' })
    expect(course.did).toEqual(['discard', 'terminate'])
    expect(course.link.registry.get('moving#1 b:6379')?.handling).toBe('failed')
  })
})

describe('closing', () => {
  const cancelled = ['cancel', 'cancel', 'cancel']

  test.each([
    ['idle', () => new Course(), []],
    ['connecting', () => new Course().take({ type: 'connect' }), ['discard']],
    ['pausing', () => Course.serving().take(lost(1)), []],
    ['pausing with a dial under way', () => Course.preparing().take(lost(1)), ['discard']],
    ['serving', () => Course.serving(), []],
    ['preparing', () => Course.preparing(), ['discard', 'emit']],
    ['fencing', () => Course.fencing(), ['discard', 'resume', 'emit']],
  ])('while %s gives up what is made and cancels every timer', (_, at, expected) => {
    const { did, link } = at().take({ type: 'close' })
    const withoutHolds = did.filter(
      (type, index) => type !== 'restore' && did[index - 1] !== 'restore' && type !== 'schedule',
    )
    expect(withoutHolds.filter(type => type !== 'cancel')).toEqual(expected)
    expect(did.slice(-3)).toEqual(cancelled)
    expect(link.phase).toEqual({ state: 'closed' })
  })

  test('settles what was under way as failed: another connection may try it again', () => {
    for (const course of [Course.preparing(), Course.fencing(), Course.preparing().take(lost(1))]) {
      course.take({ type: 'close' })
      expect(course.link.registry.get('moving#1 b:6379')?.handling).toBe('failed')
    }
  })
})
