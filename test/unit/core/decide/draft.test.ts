import { describe, expect, test } from 'vitest'
import { Draft, nextGeneration, servingGeneration } from '../../../../src/core/decide/draft.js'
import { NEW_SLOT } from '../../../../src/core/decide/link-state.js'
import { Course, POLICY } from './decided.js'

describe('a draft', () => {
  test('leaves the slot that it began with as it was', () => {
    const draft = new Draft(NEW_SLOT, 0, POLICY)
    draft.enter({ state: 'closed' })
    draft.update({ generations: 7 })
    expect(NEW_SLOT).toMatchObject({ phase: { state: 'idle' }, generations: 0 })
    expect(draft.finish().slot).toMatchObject({ phase: { state: 'closed' }, generations: 7 })
  })

  test('enters no state that may not follow, and names both', () => {
    const draft = new Draft(NEW_SLOT, 0, POLICY)
    expect(() => draft.enter({ state: 'serving', current: 1 })).toThrow(
      new RangeError('Illegal move from idle to serving; allowed: connecting, closed'),
    )
  })

  test('keeps effects in the order in which they were decided', () => {
    const draft = new Draft(NEW_SLOT, 0, POLICY)
    draft.do({ type: 'hold-gate' })
    draft.emit('timeouts:restored', {})
    draft.do({ type: 'restore' }, { type: 'relax' })
    expect(draft.finish().effects.map(({ type }) => type)).toEqual(['hold-gate', 'emit', 'restore', 'relax'])
  })

  test('numbers connections from 1, each once', () => {
    const draft = new Draft(NEW_SLOT, 0, POLICY)
    expect([draft.newGeneration(), draft.newGeneration()]).toEqual([1, 2])
    expect(draft.finish().slot.generations).toBe(2)
  })
})

describe('the generations of a state', () => {
  const generationsOf = ({ slot: { phase } }: Course): unknown => [servingGeneration(phase), nextGeneration(phase)]

  test('are the one that serves and the one that is made', () => {
    expect(generationsOf(new Course())).toEqual([undefined, undefined])
    expect(generationsOf(new Course().take({ type: 'connect' }))).toEqual([undefined, 1])
    expect(generationsOf(Course.serving())).toEqual([1, undefined])
    expect(generationsOf(Course.preparing())).toEqual([1, 2])
    expect(generationsOf(Course.fencing())).toEqual([1, 2])
    expect(generationsOf(Course.preparing().take({ type: 'lost', generation: 1, cause: '' }))).toEqual([undefined, 2])
  })
})
