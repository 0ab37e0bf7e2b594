import { backoffMs } from '../../../base/backoff.js'
import type { Policy } from '../link-state.js'
import type { HandoffReason } from '../phase.js'

/** How a connection is left, by the reason for it. */
export interface HandoffProfile {
  /** Whether timeouts are relaxed during the hand-off. */
  readonly relaxes: boolean
  /** Whether writes wait during the hand-off, because the server refuses them. */
  readonly pausesWrites: boolean
  /** Whether only a primary may take over. */
  readonly requirePrimary: boolean
  /** Whether the address in use is tried last, because the problem is there. */
  readonly avoidCurrent: boolean
  /** Whether dials continue until the deadline, however many there are. Otherwise their number is limited. */
  readonly persists: boolean
  /**
   * Whether the hand-off does not wait for an application that has something open on the connection: the connection is
   * of no use to it.
   */
  readonly urgent: boolean
  /**
   * Whether the connection is given up when the hand-off failed, because it will end soon. Otherwise it serves as
   * before.
   */
  readonly isDoomed: boolean
  /** The longest time for the whole hand-off, in milliseconds, where no time was named. */
  readonly longestMs: number
  /** The longest time for one dial, in milliseconds; `undefined`: all the time that is left. */
  readonly dialMs: number | undefined
}

const GRACEFUL: HandoffProfile = {
  relaxes: false,
  pausesWrites: false,
  requirePrimary: false,
  avoidCurrent: false,
  persists: false,
  urgent: false,
  isDoomed: false,
  longestMs: Number.POSITIVE_INFINITY,
  dialMs: undefined,
}

/** The profiles, by reason. */
export const HANDOFF_PROFILES: Readonly<Record<HandoffReason, HandoffProfile>> = {
  moving: { ...GRACEFUL, relaxes: true, avoidCurrent: true, isDoomed: true },
  'not-writable': {
    relaxes: true,
    pausesWrites: true,
    requirePrimary: true,
    avoidCurrent: true,
    persists: true,
    urgent: true,
    isDoomed: false,
    // Shorter than the default relaxed timeout. If no primary is found, the callers get the refusal, not a timeout.
    longestMs: 9_000,
    dialMs: 5_000,
  },
  unresponsive: { ...GRACEFUL, persists: true, urgent: true, isDoomed: true, dialMs: 5_000 },
  age: GRACEFUL,
  idle: GRACEFUL,
  'address-gone': { ...GRACEFUL, avoidCurrent: true },
  failover: { ...GRACEFUL, relaxes: true },
}

/**
 * The longest pause between two dials that continue until the deadline, in milliseconds. Writes wait for their outcome.
 */
const LONGEST_PAUSE_MS = 400

/** The pause before the next dial of a hand-off, in milliseconds. */
export function pauseMs(reason: HandoffReason, attempts: number, { handoffBackoffMs }: Policy): number {
  const longestMs = HANDOFF_PROFILES[reason].persists ? LONGEST_PAUSE_MS : Number.POSITIVE_INFINITY
  return backoffMs({ firstMs: handoffBackoffMs, longestMs }, attempts - 1)
}
