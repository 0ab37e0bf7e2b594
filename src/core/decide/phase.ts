import type { MovingNotification } from '../../notifications/notification.js'
import type { Route } from './route.js'

/** The number of one underlying connection; each link counts its own, from 1. */
export type ConnectionId = number

/**
 * Why a connection is left. `moving`: the server said so. `not-writable`: its server refuses writes. `unresponsive`: it
 * owes answers and sends nothing. `age`, `idle`: it is older, or was unused for longer, than the options allow.
 * `address-gone`: its name leads elsewhere. `failover`: something outside announced that another node took over.
 */
export const HANDOFF_REASONS = [
  'moving',
  'not-writable',
  'unresponsive',
  'age',
  'idle',
  'address-gone',
  'failover',
] as const

/** One of {@link HANDOFF_REASONS}. */
export type HandoffReason = (typeof HANDOFF_REASONS)[number]

/** A hand-off in progress: what asked for it, where it leads, and how long it may take. */
export interface Move {
  /** Its number; each link counts its own, from 1. */
  readonly id: number
  /** The event behind it, as the registry knows it. */
  readonly identity: string
  readonly reason: HandoffReason
  /** Where to go. */
  readonly route: Route
  readonly receivedAt: number
  /** When the server is free to close the old connection. */
  readonly deadlineAt: number
  /** Dials made so far. */
  readonly attempts: number
  /** Whether commands wait for it from the beginning; until an attempt has failed. */
  readonly holdsCommands: boolean
  /** Whether another server is known to be the primary. */
  readonly isReplaced: boolean
  /** The target failed for good: the configured endpoint is the last resort before the server closes. */
  readonly fallingBack: boolean
}

/**
 * What the hand-off waits for: that the application returns the client to its pool, or ends a WATCH, a MULTI and the
 * like.
 */
export type Release = 'returned' | 'untied'

/** A MOVING notification, its identity, the connection that it came on, and when. */
export interface MoveOrder {
  readonly identity: string
  readonly moving: MovingNotification
  readonly connection: ConnectionId
  readonly receivedAt: number
}

/** A link that was never connected, or gave up, and may be connected again. */
export interface IdleState {
  readonly state: 'idle'
}

/** Nothing serves; a connection is being made. */
export interface ConnectingState {
  readonly state: 'connecting'
  readonly next: ConnectionId
  readonly retries: number
  /** The event whose hand-off this dial began as, before the old connection went. */
  readonly event: string | undefined
  /**
   * Servers tell a new connection of an open move before it is ready. The move is acted on once the connection serves.
   */
  readonly order: MoveOrder | undefined
}

/** Nothing serves. The user's reconnect strategy was asked, or its pause runs. */
export interface PausingState {
  readonly state: 'pausing'
  readonly retries: number
  readonly cause: unknown
  /** A lost connection is replaced without a pause; the strategy may only forbid it. */
  readonly immediate: boolean
  /** A dial of a hand-off that was under way when the old connection was lost. It continues as the reconnect. */
  readonly next: ConnectionId | undefined
  /** The event of that hand-off. */
  readonly event: string | undefined
}

/** One connection serves and nothing is planned. */
export interface ServingState {
  readonly state: 'serving'
  readonly current: ConnectionId
}

/** The process stood still: commands wait for the answer of the connection to a PING. */
export interface ProbingState {
  readonly state: 'probing'
  readonly current: ConnectionId
}

/** One connection serves; the hand-off starts when a timer is due. */
export interface WaitingState {
  readonly state: 'waiting'
  readonly current: ConnectionId
  readonly move: Move
}

/** One connection serves while the next is dialled and prepared. */
export interface PreparingState {
  readonly state: 'preparing'
  readonly current: ConnectionId
  readonly next: ConnectionId
  readonly move: Move
}

/**
 * One connection serves though the next one is ready: the application still has the client checked out, or has begun
 * something on the connection that it can end only there.
 */
export interface AwaitingReleaseState {
  readonly state: 'awaiting-release'
  readonly current: ConnectionId
  readonly next: ConnectionId
  readonly move: Move
  readonly until: Release
}

/** Commands are paused until everything sent to the current connection is answered; the next is ready. */
export interface FencingState {
  readonly state: 'fencing'
  readonly current: ConnectionId
  readonly next: ConnectionId
  readonly move: Move
  readonly pausedAt: number
}

/** Closed by the application, which may connect again. */
export interface ClosedState {
  readonly state: 'closed'
}

/** Where a link stands. */
export type Phase =
  | IdleState
  | ConnectingState
  | PausingState
  | ServingState
  | ProbingState
  | WaitingState
  | PreparingState
  | AwaitingReleaseState
  | FencingState
  | ClosedState

/** The name of a state. */
export type StateName = Phase['state']

/** Whether all commands wait in a state, though a connection is there. */
export function pausesCommands(phase: Phase): boolean {
  return phase.state === 'fencing' || phase.state === 'probing' || ('move' in phase && phase.move.holdsCommands)
}

/**
 * Which state may follow which.
 *
 * ```
 *  idle ──▶ connecting ◀──▶ pausing      waiting ──▶ preparing ──▶ awaiting-release ──▶ fencing
 *               │              ▲            ▲  ▲         │                 │                │
 *               ▼              │ lost       │  └──── an attempt failed ────┴────────────────┤
 *            serving ──────────┴────────────┘◀──────────────────────────────────────────────┘
 * ```
 */
export const LEGAL_MOVES: Readonly<Record<StateName, readonly StateName[]>> = {
  idle: ['connecting', 'closed'],
  connecting: ['serving', 'pausing', 'closed'],
  pausing: ['connecting', 'serving', 'idle', 'pausing', 'closed'],
  serving: ['probing', 'waiting', 'preparing', 'pausing', 'closed'],
  probing: ['serving', 'waiting', 'preparing', 'pausing', 'closed'],
  waiting: ['preparing', 'waiting', 'serving', 'pausing', 'closed'],
  preparing: ['awaiting-release', 'fencing', 'waiting', 'preparing', 'serving', 'pausing', 'closed'],
  'awaiting-release': ['fencing', 'serving', 'waiting', 'preparing', 'closed'],
  fencing: ['serving', 'waiting', 'preparing', 'pausing', 'closed'],
  closed: ['connecting'],
}

/**
 * Checks a transition against {@link LEGAL_MOVES}.
 *
 * @throws RangeError naming both states; only a defect of this library can cause it.
 */
export function assertLegalMove(from: StateName, to: StateName): void {
  if (from === to || LEGAL_MOVES[from].includes(to)) return
  throw new RangeError(`Illegal move from ${from} to ${to}; allowed: ${LEGAL_MOVES[from].join(', ') || 'none'}`)
}
