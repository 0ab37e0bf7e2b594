import type { HandoffStep } from '../../events/handoff-events.js'
import type { Phase } from '../phase.js'

/** The steps of the last hand-off of a link, each with when it began, in clock milliseconds. */
export interface Course {
  readonly handoff: number
  readonly steps: readonly { readonly name: HandoffStep['name']; readonly beganAt: number }[]
}

/** How many steps are kept: a search for a primary tries again and again. */
const MOST_STEPS = 32

/** The course once a state is entered. It stays as it is when the hand-off has ended, until the next one begins. */
export function followCourse(course: Course | undefined, phase: Phase, now: number): Course | undefined {
  if (!('move' in phase)) return course
  const { state: name, move } = phase
  const steps = course?.handoff === move.id ? course.steps : []
  if (steps.at(-1)?.name === name) return course
  return { handoff: move.id, steps: [...steps, { name, beganAt: now }].slice(-MOST_STEPS) }
}

/** The steps of a hand-off up to now. */
export function stepsOf(course: Course | undefined, now: number): readonly HandoffStep[] {
  const steps = course?.steps ?? []
  return steps.map(({ name, beganAt }, at) => ({ name, forMs: (steps[at + 1]?.beganAt ?? now) - beganAt }))
}
