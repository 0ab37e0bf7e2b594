import type { MovingNotification } from '../../notifications/notification.js'
import { remember, settleSeen } from '../registry.js'
import type { FencingState, Generation, Move, PreparingState, WaitingState } from '../slot-state.js'
import type { Draft } from './draft.js'
import { nextGeneration, servingGeneration } from './draft.js'
import { holdForMove, releaseHolds } from './windows.js'

/** How long an event is remembered after its deadline, so that repetitions to newcomers are known; in milliseconds. */
const REMEMBERED_MS = 120_000

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
export function beginHandoff(draft: Draft, current: Generation, identity: string, moving: MovingNotification): void {
  const { policy, now } = draft
  const graceMs = moving.graceMs > 0 ? Math.max(moving.graceMs, SHORTEST_DEADLINE_MS) : policy.handoffDeadlineMs
  const move: Move = {
    identity,
    endpoint: moving.endpoint,
    receivedAt: now,
    deadlineAt: now + graceMs,
    attempts: 0,
  }
  const registry = remember(draft.slot.registry, identity, {
    handling: 'in-progress',
    generation: current,
    expiresAt: move.deadlineAt + REMEMBERED_MS,
    now,
  })
  draft.update({ registry })
  holdForMove(draft, identity, move.deadlineAt)
  draft.emit('handoff:started', { to: move.endpoint, graceMs })
  // Without an address the configured endpoint leads to the retiring node until the server has flipped it.
  if (move.endpoint === null) wait(draft, current, move, graceMs / 2)
  else dialNext(draft, current, move)
}

/** Dials the next generation while the current one serves. */
export function dialNext(draft: Draft, current: Generation, pending: Move): void {
  const next = draft.newGeneration()
  const move = { ...pending, attempts: pending.attempts + 1 }
  const withinMs = Math.max(move.deadlineAt - draft.now, SHORTEST_DEADLINE_MS)
  draft.enter({ state: 'preparing', current, next, move })
  draft.do({ type: 'dial', generation: next, endpoint: move.endpoint, purpose: 'handoff', withinMs })
}

/** The next generation is ready: hold the gate until the current one has answered everything. */
export function fence(draft: Draft, { current, next, move }: PreparingState): void {
  draft.enter({ state: 'fencing', current, next, move, heldAt: draft.now })
  draft.do({ type: 'hold-gate' }, { type: 'fence', generation: current, withinMs: draft.policy.fenceTimeoutMs })
}

/** Moves the traffic. */
export function completeHandoff(draft: Draft, phase: FencingState, drained: boolean): void {
  const { current, next, move, heldAt } = phase
  const { now, policy, slot } = draft
  draft.enter({ state: 'serving', current: next })
  const loan = move.endpoint === null ? undefined : { endpoint: move.endpoint, endsAt: move.deadlineAt }
  draft.update({ loan, registry: settleSeen(slot.registry, move.identity, 'done') })
  const graceLeftMs = Math.max(move.deadlineAt - now, 0)
  draft.do(
    { type: 'serve', generation: next, after: 'handoff' },
    { type: 'retire', generation: current, withinMs: graceLeftMs + policy.drainMs },
  )
  draft.emit('handoff:completed', {
    to: move.endpoint,
    durationMs: now - move.receivedAt,
    heldMs: now - heldAt,
    attempts: move.attempts,
    drained,
  })
  releaseHolds(draft, [move.identity])
}

/** An attempt failed: try again inside the deadline, or let the current generation serve until the server ends it. */
export function failAttempt(draft: Draft, phase: PreparingState | FencingState, error: unknown): void {
  const { current, move } = phase
  const { policy, now } = draft
  const pauseMs = policy.handoffBackoffMs * 2 ** (move.attempts - 1)
  const willRetry = move.attempts <= policy.handoffRetries && now + pauseMs < move.deadlineAt
  if (phase.state === 'fencing') draft.do({ type: 'serve', generation: current, after: 'abandoned' })
  if (willRetry) wait(draft, current, move, pauseMs)
  else {
    draft.enter({ state: 'serving', current })
    draft.update({ registry: settleSeen(draft.slot.registry, move.identity, 'failed') })
  }
  draft.emit('handoff:failed', { to: move.endpoint, error, attempts: move.attempts, willRetry })
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
  draft.update({ registry: settleSeen(draft.slot.registry, phase.move.identity, 'failed') })
  draft.emit('handoff:abandoned', { to: phase.move.endpoint, reason })
  releaseHolds(draft, [phase.move.identity])
}

/** The old connection went while the next one is dialled: the dial goes on as the reconnect. */
export function leaveHandoff(draft: Draft, { move }: PreparingState): void {
  if (move.endpoint !== null) draft.update({ loan: { endpoint: move.endpoint, endsAt: move.deadlineAt } })
  draft.emit('handoff:abandoned', { to: move.endpoint, reason: 'connection-lost' })
}

function wait(draft: Draft, current: Generation, move: Move, afterMs: number): void {
  const waiting: WaitingState = { state: 'waiting', current, move }
  draft.enter(waiting)
  draft.do({ type: 'schedule', timer: 'handoff', afterMs })
}
