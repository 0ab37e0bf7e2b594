import { backoffMs } from '../../base/backoff.js'
import type { Policy } from './link-state.js'
import type { HandoffReason } from './phase.js'

/** How a connection is left, by the reason for it. */
export interface HandoffProfile {
  /** Whether timeouts are relaxed meanwhile. */
  readonly relaxes: boolean
  /** Whether writes wait meanwhile: the server refuses them. */
  readonly pausesWrites: boolean
  /** Whether only a primary may take over. */
  readonly requirePrimary: boolean
  /** Whether the address that serves is the last one to try: it is what is wrong. */
  readonly avoidCurrent: boolean
  /** Whether dials go on until the deadline, however many; otherwise there are so many. */
  readonly persists: boolean
  /** Whether the application is not waited for that has something open on the connection: it is of no use to it. */
  readonly urgent: boolean
  /** Whether the connection is given up when it could not be left: it is about to end. Otherwise it is as good as before. */
  readonly isDoomed: boolean
  /** What all of it may take at most, in milliseconds, where no time was named. */
  readonly longestMs: number
  /** What one dial may take at most, in milliseconds; `undefined`: whatever is left. */
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

/** The profiles of leaving. */
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
    // Shorter than the relaxed timeout by default: whoever waits in vain gets the refusal rather than a timeout.
    longestMs: 9_000,
    dialMs: 5_000,
  },
  unresponsive: { ...GRACEFUL, persists: true, urgent: true, isDoomed: true, dialMs: 5_000 },
  age: GRACEFUL,
  idle: GRACEFUL,
  'address-gone': { ...GRACEFUL, avoidCurrent: true },
  failover: { ...GRACEFUL, relaxes: true },
}

/** The longest pause between two dials that go on until the deadline, in milliseconds: writes wait for their outcome. */
const LONGEST_PAUSE_MS = 400

/** The pause before the next dial of a hand-off, in milliseconds. */
export function pauseMs(reason: HandoffReason, attempts: number, { handoffBackoffMs }: Policy): number {
  const longestMs = HANDOFF_PROFILES[reason].persists ? LONGEST_PAUSE_MS : Number.POSITIVE_INFINITY
  return backoffMs({ firstMs: handoffBackoffMs, longestMs }, attempts - 1)
}
