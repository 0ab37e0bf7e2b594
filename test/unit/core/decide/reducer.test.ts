import { describe, expect, test } from 'vitest'
import { type Input, NEW_LINK } from '../../../../src/core/decide/link-state.js'
import { reduce } from '../../../../src/core/decide/reducer.js'
import { Course, MOVING_TO_B, POLICY, told } from './decided.js'

const INPUTS: readonly Input[] = [
  { type: 'dialled', connection: 9 },
  { type: 'dial-failed', connection: 9, error: 'failed' },
  { type: 'lost', connection: 9, cause: 'lost' },
  { type: 'fenced', connection: 9, next: 10, drained: true },
  told(9, MOVING_TO_B),
  { type: 'due', timer: 'handoff' },
  { type: 'due', timer: 'relaxations' },
]

const STATES: readonly (readonly [string, () => Course])[] = [
  ['idle', () => new Course()],
  ['connecting', () => new Course().take({ type: 'connect' })],
  ['pausing', () => Course.serving().take({ type: 'lost', connection: 1, cause: 'lost' })],
  ['serving', () => Course.serving()],
  ['preparing', () => Course.preparing()],
  ['fencing', () => Course.fencing()],
]

describe('the reducer', () => {
  test('gives the same decision for the same arguments', () => {
    const { link } = Course.serving()
    const decide = (): unknown => reduce(link, told(1, MOVING_TO_B), { now: 5, policy: POLICY })
    expect(decide()).toEqual(decide())
  })

  test('refuses an input that it does not know', () => {
    const surprise = { type: 'surprise' } as unknown as Input
    expect(() => reduce({ ...NEW_LINK }, surprise, { now: 0, policy: POLICY })).toThrow('Unexpected variant')
  })

  test.each(STATES)('changes nothing while %s for what comes too late, of a connection that was left', (_, at) => {
    for (const input of INPUTS) {
      const course = at()
      const { phase } = course.link
      course.take(input)
      expect(course.link.phase).toEqual(phase)
      expect(course.did.filter(type => !['emit', 'discard', 'schedule', 'cancel'].includes(type))).toEqual([])
    }
  })

  test.each(STATES)('ignores a second wish to connect while %s', (name, at) => {
    const course = at()
    const { phase } = course.link
    course.take({ type: 'connect' })
    if (name === 'idle') expect(course.link.phase.state).toBe('connecting')
    else expect(course.link.phase).toEqual(phase)
  })
})

describe('a closed link', () => {
  const closed = (): Course => Course.preparing().take({ type: 'close' })

  test('gives up a connection that becomes ready too late', () => {
    expect(closed().take({ type: 'dialled', connection: 2 }).effects).toEqual([{ type: 'discard', connection: 2 }])
  })

  test('does nothing about anything else', () => {
    for (const input of INPUTS.filter(({ type }) => type !== 'dialled')) expect(closed().take(input).did).toEqual([])
    expect(closed().take({ type: 'close' }).effects).toEqual([])
  })

  test('connects again, with connections of new numbers', () => {
    const course = closed().take({ type: 'connect' })
    expect(course.link.phase).toMatchObject({ state: 'connecting', next: 3 })
  })
})
