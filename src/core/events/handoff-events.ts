import type { HandoffReason } from '../decide/phase.js'
import type { Route } from '../decide/route.js'

/** What a hand-off did for a while. */
export interface HandoffStep {
  /**
   * `waiting`: for its turn, for a name to change, or to try again; `preparing`: the next connection is dialled and set up;
   * `awaiting-release`: the application has the client checked out, or a transaction open; `fencing`: commands are paused.
   */
  readonly name: 'waiting' | 'preparing' | 'awaiting-release' | 'fencing'
  /** In milliseconds. */
  readonly forMs: number
}

/** A hand-off has begun: the next connection is dialled, or waited for, while the old one serves. */
export interface HandoffStarted {
  /** What it is for. */
  readonly reason: HandoffReason
  /** Where it leads. */
  readonly to: Route
  /** How long the server gives, in milliseconds. */
  readonly graceMs: number
}

/** New commands go to the next connection. */
export interface HandoffCompleted {
  /** What it was for. */
  readonly reason: HandoffReason
  /** Where the connection leads that serves now. */
  readonly to: Route
  /** From the notification to the first command on the new connection, in milliseconds. */
  readonly durationMs: number
  /** How long new commands waited at the gate, in milliseconds: about one round trip. */
  readonly pausedMs: number
  /** Dials that it took. */
  readonly attempts: number
  /** Whether everything sent to the old connection was answered before. If not, it drains beside the new one. */
  readonly drained: boolean
  /** What it did one after the other since it began: the latest 32. */
  readonly steps: readonly HandoffStep[]
}

/** One attempt failed, or the last one did; the old connection serves on. */
export interface HandoffFailed {
  /** What it was for. */
  readonly reason: HandoffReason
  /** Where it should have led. */
  readonly to: Route
  /** The host's error of the dial, or a HitlessError `HANDOFF_FAILED`, `HANDOFF_QUEUE_FULL` or `CIRCUIT_OPEN`. */
  readonly error: unknown
  /** From the notification to this failure, in milliseconds. */
  readonly durationMs: number
  /** Dials so far. */
  readonly attempts: number
  /** What comes next: another dial, a dial of the configured endpoint before the grace ends, or nothing. */
  readonly followedBy: 'retry' | 'configured-endpoint' | 'nothing'
  /** What it did so far, one after the other: the latest 32. */
  readonly steps: readonly HandoffStep[]
}

/** A hand-off was given up for another reason than failure. */
export interface HandoffCancelled {
  /** What it was for. */
  readonly reason: HandoffReason
  /** Where it should have led. */
  readonly to: Route
  /** Why it was given up; `recovered`: a connection that was unresponsive has spoken. */
  readonly cause: 'superseded' | 'connection-lost' | 'closed' | 'recovered'
  /** From the notification to its end, in milliseconds. */
  readonly durationMs: number
  /** What it did one after the other: the latest 32. */
  readonly steps: readonly HandoffStep[]
}
