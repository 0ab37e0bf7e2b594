import { describe, expect, test } from 'vitest'
import { currentConnection, Draft, nextConnection } from '../../../../src/core/decide/draft.js'
import { NEW_LINK } from '../../../../src/core/decide/link-state.js'
import { Course, POLICY } from './decided.js'

describe('a draft', () => {
  test('leaves the link that it began with as it was', () => {
    const draft = new Draft(NEW_LINK, 0, POLICY)
    draft.enter({ state: 'closed' })
    draft.update({ connectionsMade: 7 })
    expect(NEW_LINK).toMatchObject({ phase: { state: 'idle' }, connectionsMade: 0 })
    expect(draft.finish().link).toMatchObject({ phase: { state: 'closed' }, connectionsMade: 7 })
  })

  test('enters no state that may not follow, and names both', () => {
    const draft = new Draft(NEW_LINK, 0, POLICY)
    expect(() => draft.enter({ state: 'serving', current: 1 })).toThrow(
      new RangeError('Illegal move from idle to serving; allowed: connecting, closed'),
    )
  })

  test('keeps effects in the order in which they were decided', () => {
    const draft = new Draft(NEW_LINK, 0, POLICY)
    draft.do({ type: 'pause-commands' })
    draft.emit('timeouts:restored', {})
    draft.do({ type: 'restore' }, { type: 'relax' })
    expect(draft.finish().effects.map(({ type }) => type)).toEqual(['pause-commands', 'emit', 'restore', 'relax'])
  })

  test('numbers connections from 1, each once', () => {
    const draft = new Draft(NEW_LINK, 0, POLICY)
    expect([draft.newConnection(), draft.newConnection()]).toEqual([1, 2])
    expect(draft.finish().link.connectionsMade).toBe(2)
  })
})

describe('the connections of a state', () => {
  const connectionsOf = ({ link: { phase } }: Course): unknown => [currentConnection(phase), nextConnection(phase)]

  test('are the one that serves and the one that is made', () => {
    expect(connectionsOf(new Course())).toEqual([undefined, undefined])
    expect(connectionsOf(new Course().take({ type: 'connect' }))).toEqual([undefined, 1])
    expect(connectionsOf(Course.serving())).toEqual([1, undefined])
    expect(connectionsOf(Course.preparing())).toEqual([1, 2])
    expect(connectionsOf(Course.fencing())).toEqual([1, 2])
    expect(connectionsOf(Course.preparing().take({ type: 'lost', connection: 1, cause: '' }))).toEqual([undefined, 2])
  })
})
