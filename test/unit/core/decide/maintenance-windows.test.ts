import { describe, expect, test } from 'vitest'
import { Course, notificationOf, told } from './decided.js'

const open = (sequence: number | undefined, ...shards: readonly string[]): ReturnType<typeof told> =>
  told(1, notificationOf('migrating', { sequence, shards, graceMs: 2_000 }))
const close = (sequence: number | undefined, ...shards: readonly string[]): ReturnType<typeof told> =>
  told(1, notificationOf('migrated', { sequence, shards }))
const causesOf = ({ link }: Course): readonly string[] => [...link.relaxations.values()].map(({ cause }) => cause)

describe('a window', () => {
  test('relaxes once, and expires after its announced time and the longest that it may last', () => {
    const course = Course.serving().take(open(1, '1'))
    expect(course.did).toEqual(['emit', 'schedule', 'relax', 'emit'])
    expect(course.effectsOf('schedule')).toEqual([{ type: 'schedule', timer: 'relaxations', afterMs: 602_000 }])
    expect(course.wait(1_000).take(open(2, '2')).did).toEqual(['emit', 'schedule'])
  })

  test.each([
    ['its own shard', ['1'], ['1']],
    ['one of its shards', ['1', '2'], ['2', '3']],
    ['any shard, where it names none', [], ['1']],
    ['its shard, where the completion names none', ['1'], []],
  ])('is closed by a completion for %s', (_, shards, ended) => {
    const course = Course.serving()
      .take(open(1, ...shards))
      .take(close(2, ...ended))
    expect(causesOf(course)).toEqual(['tail'])
  })

  test('stays open for a completion of other shards', () => {
    expect(causesOf(Course.serving().take(open(1, '1')).take(close(2, '2')))).toEqual(['migrating'])
  })

  test('stays open for a completion of an earlier number, and is closed by an equal or later one', () => {
    expect(causesOf(Course.serving().take(open(5, '1')).take(close(4, '1')))).toEqual(['migrating'])
    expect(causesOf(Course.serving().take(open(5, '1')).take(close(5, '1')))).toEqual(['tail'])
    expect(causesOf(Course.serving().take(open(5, '1')).take(close(6, '1')))).toEqual(['tail'])
  })

  test.each([
    [undefined, 1],
    [1, undefined],
    [undefined, undefined],
  ])('is closed where one number is missing: %j and %j', (opened, closed) => {
    expect(causesOf(Course.serving().take(open(opened, '1')).take(close(closed, '1')))).toEqual(['tail'])
  })

  test('is not closed by the completion of another kind', () => {
    const course = Course.serving().take(open(1, '1'))
    expect(causesOf(course.take(told(1, notificationOf('failed-over', { sequence: 2 }))))).toEqual(['migrating'])
    expect(causesOf(course.take(told(1, notificationOf('slots-migrated', { sequence: 3 }))))).toEqual(['migrating'])
  })
})

describe('the start of a move of slots', () => {
  const slots = [{ from: 5, to: 7 }]
  const start = (sequence: number | undefined, from = 5): ReturnType<typeof told> =>
    told(1, notificationOf('slots-migrating', { sequence, slots: [{ from, to: from }], graceMs: 2_000 }))
  const end = (sequence: number): ReturnType<typeof told> =>
    told(1, notificationOf('slots-migrated', { sequence, moves: [{ source: null, target: null, slots }] }))

  test.each([
    ['behind the end of its own move, or of a later one of its slots, opens nothing', [end(3), start(2)], []],
    ['of slots that no end has named relaxes', [end(3), start(2, 8)], ['slots-migrating']],
    ['of the next move relaxes', [end(3), start(4)], ['slots-migrating']],
    ['without a number relaxes', [end(3), start(undefined)], ['slots-migrating']],
  ])('%s', (_, inputs, causes) => {
    const course = Course.serving()
    for (const input of inputs) course.take(input)
    expect(causesOf(course)).toEqual(causes)
  })

  test('counts again when the end is forgotten', () => {
    expect(causesOf(Course.serving().take(end(3)).wait(120_000).take(start(2)))).toEqual(['slots-migrating'])
  })
})

describe('the timer of the relaxations', () => {
  test('is started again when it fires before the time', () => {
    const course = Course.serving().take(open(1, '1')).wait(601_999.5).take({ type: 'due', timer: 'relaxations' })
    expect(course.effects).toEqual([{ type: 'schedule', timer: 'relaxations', afterMs: 0.5 }])
    expect(causesOf(course)).toEqual(['migrating'])
  })

  test('restores when the last relaxation expires', () => {
    const course = Course.serving().take(open(1, '1')).wait(602_000).take({ type: 'due', timer: 'relaxations' })
    expect(course.did).toEqual(['cancel', 'restore', 'emit'])
    expect(course.emitted).toEqual([{ name: 'timeouts:restored', payload: {} }])
  })

  test('goes on for the next relaxation when one of them expires', () => {
    const course = Course.serving().take(open(1, '1')).wait(1_000).take(open(2, '2'))
    course.wait(601_000).take({ type: 'due', timer: 'relaxations' })
    expect(course.effects).toEqual([{ type: 'schedule', timer: 'relaxations', afterMs: 1_000 }])
  })

  test('is not started where there is no relaxation', () => {
    expect(Course.serving().take({ type: 'due', timer: 'relaxations' }).did).toEqual(['cancel'])
  })
})

test('a connection that is lost takes its windows with it, without a tail', () => {
  const course = Course.serving().take(open(1, '1')).take({ type: 'lost', connection: 1, cause: 'lost' })
  expect(course.did.slice(0, 3)).toEqual(['cancel', 'restore', 'emit'])
  expect(causesOf(course)).toEqual([])
})

test('a connection that fails to be made takes with it what it was told meanwhile', () => {
  const course = new Course().take({ type: 'connect' }).take(open(1, '1'))
  expect(causesOf(course)).toEqual(['migrating'])
  course.take({ type: 'dial-failed', connection: 1, error: 'refused' })
  expect(causesOf(course)).toEqual([])
  expect(course.did).toContain('restore')
})

describe('timeouts that were relaxed for what was announced elsewhere', () => {
  const relax = { type: 'relax', key: 'azure 1', forMs: 30_000 } as const

  test('are restored where the strategy gives up: nothing may run on behind an idle client', () => {
    const course = Course.serving().take(relax).take({ type: 'lost', connection: 1, cause: 'lost' })
    expect(causesOf(course)).toEqual(['announced'])
    course.take({ type: 'stop-reconnecting', error: 'enough' })
    expect(causesOf(course)).toEqual([])
    expect(course.effectsOf('cancel')).toContainEqual({ type: 'cancel', timer: 'relaxations' })
  })

  test('are left as they are where nothing was ever connected', () => {
    expect(new Course().take(relax).effects).toEqual([])
  })
})
