import type { Sequence } from '../../../notifications/notification.js'
import type { LinkState } from '../link-state.js'
import type { Relaxation, RelaxationCause } from './relaxations.js'

/** A window that is open: what opened it, and from when to when it lasts at most, in clock milliseconds. */
export interface AnnouncedWindow {
  readonly type: Exclude<RelaxationCause, 'tail'>
  readonly sequence: Sequence | undefined
  readonly beganAt: number
  readonly endsAt: number
}

/**
 * The window that is open on a link, if any: a move that is under way, or else the one that was opened last. The time for which
 * timeouts stay relaxed afterwards is none.
 */
export function announcedWindow({ relaxations }: LinkState, now: number): AnnouncedWindow | undefined {
  const open = [...relaxations.values()].flatMap(relaxation => toWindow(relaxation, now))
  return open.find(({ type }) => type === 'moving') ?? open.at(-1)
}

/** The number of the hand-off under way. */
export function handoffUnderWay({ phase }: LinkState): number | undefined {
  return 'move' in phase ? phase.move.id : undefined
}

function toWindow({ cause, window, sequence }: Relaxation, now: number): readonly AnnouncedWindow[] {
  if (cause === 'tail' || window === undefined || window.endsAt <= now) return []
  return [{ type: cause, sequence, ...window }]
}
