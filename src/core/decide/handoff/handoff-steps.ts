import type { HandoffCancelled } from '../../events/handoff-events.js'
import { currentConnection, type Draft, nextConnection } from '../draft.js'
import type { Input } from '../link-state.js'
import {
  type AwaitingReleaseState,
  type ConnectionId,
  type FencingState,
  type Move,
  type PreparingState,
  pausesCommands,
  type WaitingState,
} from '../phase.js'
import { CONFIGURED, type Route } from '../route.js'
import { releaseRelaxations } from '../windows/maintenance-windows.js'
import { forgetPausedWrites } from '../windows/paused-writes.js'
import { settleSeen } from '../windows/seen-events.js'

/** How much of the grace is kept for the last resort: a share of it, within bounds in milliseconds. */
const LAST_RESORT = { share: 0.1, leastMs: 500, mostMs: 2_000 } as const

/** The longest fence of a connection that is unresponsive already, or whose server is primary no more, in milliseconds. */
const BRIEF_FENCE_MS = 200

/** The result of one fence, known by both of its connections. */
export type FenceResult = Omit<Extract<Input, { type: 'fenced' }>, 'type'>

/** The application needs the current connection no longer: pauses commands until it has answered everything. */
export function fence(draft: Draft, { current, next, move }: PreparingState | AwaitingReleaseState): void {
  draft.enter({ state: 'fencing', current, next, move, pausedAt: draft.now })
  const { fenceTimeoutMs } = draft.policy
  const isBrief = move.reason === 'unresponsive' || move.isReplaced
  const withinMs = isBrief ? Math.min(fenceTimeoutMs, BRIEF_FENCE_MS) : fenceTimeoutMs
  draft.do({ type: 'pause-commands' }, { type: 'fence', connection: current, next, withinMs })
}

/** A fence is over. One that was given up proves nothing about what was sent after it. */
export function onFenced(draft: Draft, { connection, next, drained }: FenceResult): void {
  const { phase } = draft.link
  if (phase.state !== 'fencing' || phase.current !== connection || phase.next !== next) return
  completeHandoff(draft, phase, drained)
}

/** Moves the dispatcher. */
export function completeHandoff(draft: Draft, phase: AwaitingReleaseState | FencingState, drained: boolean): void {
  const { current, next, move } = phase
  const { now, policy, link } = draft
  stopWaiting(draft)
  draft.serve(next)
  const to = targetOf(move)
  const temporaryEndpoint = to.type === 'configured' ? undefined : { route: to, endsAt: move.deadlineAt }
  draft.update({ temporaryEndpoint, registry: settleSeen(link.registry, move.identity, 'done') })
  const { reason } = move
  // A server that named a time closes the connection then. One that says nothing may still be at work.
  const graceLeftMs = Math.max(move.deadlineAt - now, 0)
  const patienceMs = reason === 'unresponsive' ? undefined : graceLeftMs + policy.drainMs
  // A server that wakes as a primary no more would acknowledge what is thrown away then.
  const withinMs = move.isReplaced && !drained ? 0 : patienceMs
  forgetPausedWrites(draft)
  draft.do({ type: 'resume', connection: next, after: 'handoff' })
  if (reason === 'not-writable') draft.do({ type: 'search-settled', found: true })
  draft.do({ type: 'drain', connection: current, withinMs })
  draft.emit('handoff:completed', {
    reason,
    to,
    durationMs: now - move.receivedAt,
    pausedMs: 'pausedAt' in phase ? now - phase.pausedAt : 0,
    attempts: move.attempts,
    drained,
    steps: draft.steps,
  })
  releaseRelaxations(draft, [move.identity])
}

/** Gives up the hand-off in progress, if there is one. The current connection, if there is one, still serves. */
export function cancelHandoff(draft: Draft, cause: HandoffCancelled['cause']): void {
  const { phase } = draft.link
  if (!('move' in phase)) return
  const next = nextConnection(phase)
  const current = currentConnection(phase)
  stopWaiting(draft)
  if (phase.state === 'waiting') unfollow(draft, phase.move)
  if (next !== undefined) draft.do({ type: 'discard', connection: next })
  if (pausesCommands(phase) && current !== undefined) reopen(draft, current)
  // An event that a later one superseded is over. If it were tried again, two targets could send new connections to
  // each other without end.
  const handling = cause === 'superseded' ? 'done' : 'failed'
  draft.update({ registry: settleSeen(draft.link.registry, phase.move.identity, handling) })
  tellCancelled(draft, phase.move, cause)
  releaseRelaxations(draft, [phase.move.identity])
}

/** The old connection was lost while the next one is dialled: the dial continues as the reconnect. */
export function leaveHandoff(draft: Draft, { move }: PreparingState): void {
  const to = targetOf(move)
  if (to.type === 'endpoint') draft.update({ temporaryEndpoint: { route: to, endsAt: move.deadlineAt } })
  tellCancelled(draft, move, 'connection-lost')
}

function tellCancelled(draft: Draft, move: Move, cause: HandoffCancelled['cause']): void {
  const { reason, receivedAt } = move
  const { now, steps } = draft
  draft.emit('handoff:cancelled', { reason, to: targetOf(move), cause, durationMs: now - receivedAt, steps })
}

/** The pause of commands ends without a switch. Writes that waited before still wait. */
export function reopen(draft: Draft, current: ConnectionId): void {
  if (draft.link.writesPaused === undefined) draft.do({ type: 'resume', connection: current, after: 'cancelled' })
  else draft.do({ type: 'pause-writes' })
}

/** Commands no longer wait for the answer to a PING, if they did. */
export function endProbe(draft: Draft): void {
  const { phase } = draft.link
  if (phase.state === 'probing') reopen(draft, phase.current)
}

/** Ends the watch of the name, if there was one. */
export function unfollow(draft: Draft, { reason, route, attempts }: Move): void {
  const follows = draft.policy.followsAddress && reason === 'moving' && route.type === 'configured'
  if (follows && attempts <= 1) draft.do({ type: 'unfollow-address' })
}

/** Whether a hand-off leads to a primary that a replica has named. */
export function leadsToNamed(move: Move): boolean {
  return move.reason === 'not-writable' && targetOf(move).type === 'endpoint'
}

/** Where a hand-off leads now. */
export function targetOf({ route, fallingBack }: Move): Route {
  return fallingBack ? CONFIGURED : route
}

/** When the configured endpoint must be dialled, so that the old connection is left before the server closes it. */
export function lastResortAt({ receivedAt, deadlineAt }: Move): number {
  const { share, leastMs, mostMs } = LAST_RESORT
  return deadlineAt - Math.min(Math.max((deadlineAt - receivedAt) * share, leastMs), mostMs)
}

/** When an attempt must have succeeded, so that there is time for the one after it. */
export function attemptEndsAt(move: Move, now: number): number {
  const resortAt = lastResortAt(move)
  return move.reason === 'moving' && !move.fallingBack && now < resortAt ? resortAt : move.deadlineAt
}

/** Ends the wait for a turn, or for the application, if there is one. */
export function stopWaiting(draft: Draft): void {
  const { state } = draft.link.phase
  if (state === 'waiting' || state === 'awaiting-release') draft.do({ type: 'cancel', timer: 'handoff' })
}

/** Lets the next dial wait. */
export function wait(draft: Draft, current: ConnectionId, move: Move, afterMs: number): void {
  const waiting: WaitingState = { state: 'waiting', current, move }
  draft.enter(waiting)
  draft.do({ type: 'schedule', timer: 'handoff', afterMs })
}
