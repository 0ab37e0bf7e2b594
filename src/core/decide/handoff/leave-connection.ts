import type { Endpoint } from '../../../base/endpoint.js'
import type { Draft } from '../draft.js'
import { currentConnection } from '../draft.js'
import { withholdHandoff } from '../dry-run.js'
import type { Input } from '../link-state.js'
import type { AwaitingReleaseState, FencingState, HandoffReason, PreparingState, WaitingState } from '../phase.js'
import { toRoute } from '../route.js'
import { pauseWrites } from '../windows/paused-writes.js'
import { beginHandoff, dialNext } from './begin-handoff.js'
import { HANDOFF_PROFILES } from './handoff-profile.js'
import { cancelHandoff, fence, stopWaiting, targetOf } from './handoff-steps.js'

type MovingState = WaitingState | PreparingState | AwaitingReleaseState | FencingState

/**
 * Leaves the connection that serves, without a notification of the server. While one hand-off is under way, no other
 * begins.
 */
export function onHandoffWanted(draft: Draft, input: Extract<Input, { type: 'hand-off' }>): void {
  const { connection, reason, isReplaced = false, endpoint = null } = input
  const { phase } = draft.link
  if (connection !== currentConnection(phase)) return
  if (draft.policy.dryRun === true) return withholdHandoff(draft, connection, reason)
  if (HANDOFF_PROFILES[reason].pausesWrites) pauseWrites(draft, 'not-writable')
  if ('move' in phase && !isOverruled(draft, phase, reason))
    return endpoint === null ? undefined : learn(draft, endpoint)
  const identity = `${reason} ${connection}`
  beginHandoff(draft, connection, {
    identity,
    reason,
    route: toRoute(endpoint),
    graceMs: 0,
    receivedAt: draft.now,
    isReplaced,
  })
}

/** A search for a primary is under way when its place is named: it leads there when the attempt that is being made has failed. */
function learn(draft: Draft, endpoint: Endpoint): void {
  const { phase } = draft.link
  if (!('move' in phase) || phase.move.reason !== 'not-writable' || phase.move.route.type === 'endpoint') return
  draft.enter({ ...phase, move: { ...phase.move, route: toRoute(endpoint), fallingBack: true } })
}

/**
 * Whether a hand-off under way makes room for a more urgent one. If it only waits for its name to change, the search
 * for a primary takes its place. If it waits for its turn or for the application, it goes on at once: the connection is
 * of no use any more.
 */
function isOverruled(draft: Draft, phase: MovingState, reason: HandoffReason): boolean {
  const { pausesWrites, urgent } = HANDOFF_PROFILES[reason]
  if (!urgent) return false
  if (phase.state === 'awaiting-release') fenceNow(draft, phase)
  if (phase.state !== 'waiting' || phase.move.reason === 'not-writable') return false
  if (pausesWrites && targetOf(phase.move).type === 'configured') return true
  if (phase.move.attempts === 0) dialNow(draft, phase)
  return false
}

/** A connection that was unresponsive has spoken, so that it may go on. */
export function onRecovered(draft: Draft, connection: number): void {
  const { phase } = draft.link
  if (phase.state !== 'waiting' && phase.state !== 'preparing') return
  if (phase.current !== connection || phase.move.reason !== 'unresponsive') return
  cancelHandoff(draft, 'recovered')
  draft.enter({ state: 'serving', current: connection })
  // What it said is that it is a replica.
  if (draft.link.writesPaused === 'not-writable')
    onHandoffWanted(draft, { type: 'hand-off', connection, reason: 'not-writable' })
}

/** The configured name leads elsewhere: a hand-off that waits for that may begin. */
export function onAddressMoved(draft: Draft, connection: number): void {
  const { phase } = draft.link
  if (phase.state !== 'waiting' || phase.current !== connection) return
  if (phase.move.route.type === 'configured' && phase.move.attempts === 0) dialNow(draft, phase)
}

function fenceNow(draft: Draft, phase: AwaitingReleaseState): void {
  stopWaiting(draft)
  fence(draft, phase)
}

function dialNow(draft: Draft, { current, move }: WaitingState): void {
  draft.do({ type: 'cancel', timer: 'handoff' })
  dialNext(draft, current, move)
}
