import type { Sequence } from '../../../notifications/notification.js'
import { deriveSeed, startDelayMs } from '../../limits/pacing.js'
import type { Draft } from '../draft.js'
import type { ConnectionId, HandoffReason, Move, MoveOrder } from '../phase.js'
import { type Route, toRoute } from '../route.js'
import { relaxForMove } from '../windows/maintenance-windows.js'
import { remember, rememberedMs } from '../windows/seen-events.js'
import { HANDOFF_PROFILES } from './handoff-profile.js'
import {
  attemptEndsAt,
  cancelHandoff,
  endProbe,
  lastResortAt,
  leadsToNamed,
  targetOf,
  unfollow,
  wait,
} from './handoff-steps.js'

/** The shortest time that a dial is given, in milliseconds. */
const SHORTEST_DIAL_MS = 500

/** The longest dial to a primary that a replica has named, in milliseconds: it may be none, or out of reach from here. */
const NAMED_DIAL_MS = 2_000

/** The shortest time that a hand-off is given, in milliseconds: servers are known to announce windows of 0 s. */
const SHORTEST_DEADLINE_MS = 1_000

/** Why a connection is to be left, where to, and within which time. */
export interface HandoffOrder {
  readonly identity: string
  readonly reason: HandoffReason
  readonly route: Route
  /** 0 where no time was named. */
  readonly graceMs: number
  readonly receivedAt: number
  /** The number of the notification, where it had one. */
  readonly sequence?: Sequence | undefined
  /** Whether another server is known to be the primary. Default `false`. */
  readonly isReplaced?: boolean
}

/** Acts on a MOVING. */
export function beginMove(draft: Draft, current: ConnectionId, { identity, moving, receivedAt }: MoveOrder): void {
  draft.emit('moving', moving)
  const { endpoint, graceMs } = moving
  const { phase } = draft.link
  // The search for a primary leads to the configured endpoint anyway. When it has ended, the move may be told again.
  if (endpoint === null && 'move' in phase && phase.move.reason === 'not-writable') {
    const expiresAt = draft.now + graceMs + rememberedMs(identity)
    const seen = { handling: 'failed', connection: current, expiresAt, now: draft.now } as const
    return draft.update({ registry: remember(draft.link.registry, identity, seen) })
  }
  const order = { identity, reason: 'moving', route: toRoute(endpoint), graceMs, receivedAt } as const
  beginHandoff(draft, current, { ...order, sequence: moving.sequence })
}

/**
 * Starts a hand-off from the connection that serves.
 *
 * ```
 * old   ── serving ───────────────────────┤fence├── drain ── close
 * new        dial ── prepare ── ready
 * gate  ── open ──────────────────────────┤pause├── open (to new) ──
 * ```
 */
export function beginHandoff(draft: Draft, current: ConnectionId, order: HandoffOrder): void {
  const { policy, now } = draft
  const { identity, reason, route, receivedAt, isReplaced = false } = order
  cancelHandoff(draft, 'superseded')
  // Commands already wait for a connection that does not answer; for any other reason they need not.
  const holdsCommands = draft.link.phase.state === 'probing' && reason === 'unresponsive'
  if (!holdsCommands) endProbe(draft)
  const grantedMs = order.graceMs || Math.min(policy.handoffDeadlineMs, HANDOFF_PROFILES[reason].longestMs)
  const leftMs = Math.max(receivedAt - now + grantedMs, SHORTEST_DEADLINE_MS)
  const deadlineAt = now + leftMs
  const id = draft.link.handoffsBegun + 1
  const begun = { attempts: 0, fallingBack: false, holdsCommands, isReplaced }
  const move: Move = { id, identity, reason, route, receivedAt, deadlineAt, ...begun }
  const expiresAt = deadlineAt + rememberedMs(identity)
  const seen = { handling: 'in-progress', connection: current, expiresAt, now } as const
  // The current endpoint goes away. If the connection is lost now, a dial to it would fail.
  const registry = remember(draft.link.registry, identity, seen)
  draft.update({ registry, temporaryEndpoint: undefined, handoffsBegun: id })
  draft.handoff = id
  if (HANDOFF_PROFILES[reason].relaxes) relaxForMove(draft, move, order.sequence)
  draft.emit('handoff:started', { reason, to: route, graceMs: leftMs })
  const delayMs = reason === 'moving' ? startOf(draft, current, move) : 0
  if (delayMs > 0) wait(draft, current, move, delayMs)
  else dialNext(draft, current, move)
}

/**
 * How long to wait before the first dial. Without an address, the configured endpoint leads to the old node until the
 * server has changed it: its name is watched, or, where there is no name, half of the grace passes first.
 */
function startOf(draft: Draft, current: ConnectionId, move: Move): number {
  const { policy, now } = draft
  const leftMs = move.deadlineAt - now
  if (move.route.type === 'endpoint') {
    return startDelayMs({
      windowMs: leftMs,
      seed: deriveSeed(policy.seed, move.identity),
      share: policy.handoffSpread,
    })
  }
  if (!policy.followsAddress) return leftMs / 2
  const withinMs = lastResortAt(move) - now
  draft.do({ type: 'follow-address', connection: current, withinMs })
  return withinMs
}

/** Dials the next connection while the current one serves. */
export function dialNext(draft: Draft, current: ConnectionId, pending: Move): void {
  const next = draft.newConnection()
  const move = { ...pending, attempts: pending.attempts + 1 }
  const { dialMs, requirePrimary, avoidCurrent } = HANDOFF_PROFILES[move.reason]
  const leftMs = Math.max(attemptEndsAt(move, draft.now) - draft.now, SHORTEST_DIAL_MS)
  unfollow(draft, move)
  draft.enter({ state: 'preparing', current, next, move })
  draft.do({
    type: 'dial',
    connection: next,
    route: targetOf(move),
    purpose: 'handoff',
    withinMs: Math.min(leftMs, leadsToNamed(move) ? Math.min(leftMs / 2, NAMED_DIAL_MS) : (dialMs ?? leftMs)),
    event: move.reason === 'moving' ? move.identity : undefined,
    requirePrimary,
    avoidCurrent,
  })
}
