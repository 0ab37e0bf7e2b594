import { beginHandoff, dialNext } from './begin-handoff.js'
import type { Draft } from './draft.js'
import { servingGeneration } from './draft.js'
import { MANNERS } from './handoff-profile.js'
import { abandonHandoff, targetOf } from './handoff-steps.js'
import type { Input } from './link-state.js'
import { holdWrites } from './paused-writes.js'
import type { FencingState, LeaveReason, PreparingState, WaitingState } from './phase.js'

type MovingState = WaitingState | PreparingState | FencingState

/** Leaves the connection that serves, though no server said so. One hand-off is enough, whatever it is for. */
export function onLeave(draft: Draft, { generation, reason }: Extract<Input, { type: 'leave' }>): void {
  const { phase } = draft.slot
  if (generation !== servingGeneration(phase)) return
  if (MANNERS[reason].holdsWrites) holdWrites(draft, 'demoted')
  if ('move' in phase && !isOverruled(draft, phase, reason)) return
  const identity = `${reason} ${generation}`
  beginHandoff(draft, generation, { identity, reason, endpoint: null, graceMs: 0, receivedAt: draft.now })
}

/**
 * Whether a hand-off that is under way gives way to a more urgent one: where it only waits for its name, a primary is looked
 * for instead. What waits for its turn is dialled now, as this connection is of no more use.
 */
function isOverruled(draft: Draft, phase: MovingState, reason: LeaveReason): boolean {
  const { holdsWrites, urgent } = MANNERS[reason]
  if (!urgent || phase.state !== 'waiting' || phase.move.reason === 'demoted') return false
  if (holdsWrites && targetOf(phase.move) === null) return true
  if (phase.move.attempts === 0) dialNow(draft, phase)
  return false
}

/** A connection that was silent has spoken, so that it may go on. */
export function onRevived(draft: Draft, generation: number): void {
  const { phase } = draft.slot
  if (phase.state !== 'waiting' && phase.state !== 'preparing') return
  if (phase.current !== generation || phase.move.reason !== 'silent') return
  abandonHandoff(draft, 'revived')
  draft.enter({ state: 'serving', current: generation })
  // What it said is that it is a replica.
  if (draft.slot.writesHeld === 'demoted') onLeave(draft, { type: 'leave', generation, reason: 'demoted' })
}

/** The configured name leads elsewhere: what waits for that may begin. */
export function onAddressMoved(draft: Draft, generation: number): void {
  const { phase } = draft.slot
  if (phase.state !== 'waiting' || phase.current !== generation) return
  if (phase.move.endpoint === null && phase.move.attempts === 0) dialNow(draft, phase)
}

function dialNow(draft: Draft, { current, move }: WaitingState): void {
  draft.do({ type: 'cancel', timer: 'handoff' })
  dialNext(draft, current, move)
}
