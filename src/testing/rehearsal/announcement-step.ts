import { assertNever } from '../../base/assert-never.js'
import type { Announcement, SimNode } from '../../simulator/index.js'
import type { NotifyStep } from '../scenario/scenario.js'

/** What the simulator is to announce for a step of a scenario. It closes connections at the end of the grace, or not at all. */
export function toAnnouncement(step: NotifyStep, nodeOf: (name: string) => SimNode): Announcement {
  const { kind, graceMs = 0, slots = [], moves = [] } = step
  const { sequence, shards } = step
  const numbered = { ...(sequence !== null && { sequence }), ...(shards !== undefined && { shards }) }
  switch (kind) {
    case 'moving': {
      const endpoint = typeof step.endpoint === 'string' ? nodeOf(step.endpoint) : null
      return { type: kind, ...numbered, graceMs, endpoint, closeAtGraceEnd: step.closesAfterMs !== null }
    }
    case 'migrating':
    case 'failing-over':
      return { type: kind, ...numbered, graceMs }
    case 'migrated':
    case 'failed-over':
      return { type: kind, ...numbered }
    case 'slots-migrating':
      return { type: kind, ...numbered, slots }
    case 'slots-migrated': {
      const ends = moves.map(({ source, target, slots: moved }) => ({
        source: nodeOf(source).endpoint,
        target: nodeOf(namedIn(target)).endpoint,
        slots: moved,
      }))
      return { type: kind, ...numbered, moves: ends }
    }
    default:
      return assertNever(kind)
  }
}

function namedIn(target: string | null): string {
  if (target === null) throw new RangeError('The simulator names the destination of all slots that it moves')
  return target
}
