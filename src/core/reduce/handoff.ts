import type { Endpoint } from '../../base/endpoint.js'
import type { HandoffFailed } from '../events.js'
import { remember, rememberedMs, settleSeen } from '../registry.js'
import type { FencingState, Generation, Move, MoveOrder, PreparingState, WaitingState } from '../slot-state.js'
import type { Draft } from './draft.js'
import { nextGeneration, servingGeneration } from './draft.js'
import { holdForMove, releaseHolds } from './windows.js'

/** The shortest time that a dial is given, in milliseconds. */
const SHORTEST_DIAL_MS = 500

/** How much of the grace is kept for the last resort: a share of it, within bounds in milliseconds. */
const LAST_RESORT = { share: 0.1, leastMs: 500, mostMs: 2_000 } as const

/** The shortest time that a hand-off is given, in milliseconds: servers are known to announce windows of 0 s. */
const SHORTEST_DEADLINE_MS = 1_000

/**
 * Starts a hand-off from the generation that serves.
 *
 * ```
 * old   ── serving ───────────────────────┤fence├── drain ── close
 * new        dial ── prepare ── ready
 * gate  ── open ──────────────────────────┤held ├── open (to new) ──
 * ```
 */
export function beginHandoff(draft: Draft, current: Generation, { identity, moving, receivedAt }: MoveOrder): void {
  const { policy, now } = draft
  draft.emit('moving', moving)
  abandonHandoff(draft, 'overtaken')
  const { endpoint, graceMs } = moving
  const leftMs = Math.max(receivedAt - now + (graceMs || policy.handoffDeadlineMs), SHORTEST_DEADLINE_MS)
  const deadlineAt = now + leftMs
  const move: Move = { identity, endpoint, receivedAt, deadlineAt, attempts: 0, fallingBack: false }
  const expiresAt = deadlineAt + rememberedMs(identity)
  const seen = { handling: 'in-progress', generation: current, expiresAt, now } as const
  // The place that serves goes away, so it is not lent any longer: were it lost now, a dial there would be in vain.
  draft.update({ registry: remember(draft.slot.registry, identity, seen), loan: undefined })
  holdForMove(draft, identity, deadlineAt)
  draft.emit('handoff:started', { to: endpoint, graceMs: leftMs })
  // Without an address the configured endpoint leads to the retiring node until the server has flipped it.
  if (endpoint === null) wait(draft, current, move, leftMs / 2)
  else dialNext(draft, current, move)
}

/** Dials the next generation while the current one serves. */
export function dialNext(draft: Draft, current: Generation, pending: Move): void {
  const next = draft.newGeneration()
  const move = { ...pending, attempts: pending.attempts + 1 }
  const endsAt = move.fallingBack ? move.deadlineAt : lastResortAt(move)
  const withinMs = Math.max(endsAt - draft.now, SHORTEST_DIAL_MS)
  draft.enter({ state: 'preparing', current, next, move })
  draft.do({ type: 'dial', generation: next, endpoint: targetOf(move), purpose: 'handoff', withinMs })
}

/** The next generation is ready: hold the gate until the current one has answered everything. */
export function fence(draft: Draft, { current, next, move }: PreparingState): void {
  draft.enter({ state: 'fencing', current, next, move, heldAt: draft.now })
  const { fenceTimeoutMs: withinMs } = draft.policy
  draft.do({ type: 'hold-gate' }, { type: 'fence', generation: current, next, withinMs })
}

/** Moves the traffic. */
export function completeHandoff(draft: Draft, phase: FencingState, drained: boolean): void {
  const { current, next, move, heldAt } = phase
  const { now, policy, slot } = draft
  draft.enter({ state: 'serving', current: next })
  const to = targetOf(move)
  const loan = to === null ? undefined : { endpoint: to, endsAt: move.deadlineAt }
  draft.update({ loan, registry: settleSeen(slot.registry, move.identity, 'done') })
  const graceLeftMs = Math.max(move.deadlineAt - now, 0)
  draft.do(
    { type: 'serve', generation: next, after: 'handoff' },
    { type: 'retire', generation: current, withinMs: graceLeftMs + policy.drainMs },
  )
  draft.emit('handoff:completed', {
    to,
    durationMs: now - move.receivedAt,
    heldMs: now - heldAt,
    attempts: move.attempts,
    drained,
  })
  releaseHolds(draft, [move.identity])
}

/** An attempt failed: try again inside the deadline, then fall back, then stay until the server closes. */
export function failAttempt(draft: Draft, phase: PreparingState | FencingState, error: unknown): void {
  const { current, move } = phase
  const { policy, now } = draft
  const pauseMs = policy.handoffBackoffMs * 2 ** (move.attempts - 1)
  const canRetry = !move.fallingBack && move.attempts <= policy.handoffRetries && now + pauseMs < lastResortAt(move)
  const canFallBack = !move.fallingBack && move.endpoint !== null && now < move.deadlineAt
  const fail = (followedBy: HandoffFailed['followedBy']): void =>
    draft.emit('handoff:failed', { to: targetOf(move), error, attempts: move.attempts, followedBy })
  if (phase.state === 'fencing') draft.do({ type: 'serve', generation: current, after: 'abandoned' })
  if (canRetry) {
    wait(draft, current, move, pauseMs)
    fail('retry')
  } else if (canFallBack) {
    wait(draft, current, { ...move, fallingBack: true }, Math.max(lastResortAt(move) - now, 0))
    fail('configured-endpoint')
  } else {
    draft.enter({ state: 'serving', current })
    draft.update({ registry: settleSeen(draft.slot.registry, move.identity, 'failed') })
    fail('nothing')
  }
}

/** Gives up the hand-off in progress, if any; the current generation, if it lives, goes on serving. */
export function abandonHandoff(draft: Draft, reason: 'overtaken' | 'connection-lost' | 'closed'): void {
  const { phase } = draft.slot
  if (!('move' in phase)) return
  const next = nextGeneration(phase)
  const current = servingGeneration(phase)
  if (phase.state === 'waiting') draft.do({ type: 'cancel', timer: 'handoff' })
  if (next !== undefined) draft.do({ type: 'discard', generation: next })
  if (phase.state === 'fencing' && current !== undefined) {
    draft.do({ type: 'serve', generation: current, after: 'abandoned' })
  }
  // An event that a later one overtook is over; were it tried again, two targets could send each other's newcomers to and fro.
  const handling = reason === 'overtaken' ? 'done' : 'failed'
  draft.update({ registry: settleSeen(draft.slot.registry, phase.move.identity, handling) })
  draft.emit('handoff:abandoned', { to: targetOf(phase.move), reason })
  releaseHolds(draft, [phase.move.identity])
}

/** The old connection went while the next one is dialled: the dial goes on as the reconnect. */
export function leaveHandoff(draft: Draft, { move }: PreparingState): void {
  const to = targetOf(move)
  if (to !== null) draft.update({ loan: { endpoint: to, endsAt: move.deadlineAt } })
  draft.emit('handoff:abandoned', { to, reason: 'connection-lost' })
}

function targetOf({ endpoint, fallingBack }: Move): Endpoint | null {
  return fallingBack ? null : endpoint
}

/** When the configured endpoint must be dialled, so that the old connection is left before the server closes it. */
function lastResortAt({ receivedAt, deadlineAt }: Move): number {
  const { share, leastMs, mostMs } = LAST_RESORT
  return deadlineAt - Math.min(Math.max((deadlineAt - receivedAt) * share, leastMs), mostMs)
}

function wait(draft: Draft, current: Generation, move: Move, afterMs: number): void {
  const waiting: WaitingState = { state: 'waiting', current, move }
  draft.enter(waiting)
  draft.do({ type: 'schedule', timer: 'handoff', afterMs })
}
