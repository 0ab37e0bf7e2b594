/** When to doubt a connection. */
export interface LivenessPolicy {
  /** How long a connection that owes answers may send nothing, in milliseconds; `false` for as long as it likes. */
  readonly unresponsiveTimeoutMs: number | false
  /** After how long without a byte a connection that owes nothing is asked, in milliseconds; `false` for never. */
  readonly healthCheckIntervalMs: number | false
}

/** What is known of a connection at one moment. */
export interface LivenessFacts {
  readonly now: number
  /** When it last sent something, or was last asked without an answer. */
  readonly heardAt: number
  /** Since when answers have been due without a byte; `undefined` while none is. */
  readonly owedSince: number | undefined
  /** Whether answers are late on purpose: blocking commands wait on the server. */
  readonly blocked: boolean
  /** Whether the application has subscriptions on it: then nothing else would notice that it is unresponsive. */
  readonly listening: boolean
  /** Whether it answers nothing by design, as with MONITOR. */
  readonly monitoring: boolean
  /** What intervals are multiplied by, so that connections do not ask at the same moment; about 1. */
  readonly stretch: number
}

/**
 * What to do about a connection. `ping`: ask it. `check-blocked`: ask the server on another connection, since this one
 * answers nothing else while a command blocks. `unresponsive`: make another one beside it.
 */
export type LivenessVerdict = 'alive' | 'ping' | 'check-blocked' | 'unresponsive'

/**
 * How long a connection is left unasked at most, in milliseconds: one that listens, as nobody else notices that it is dead;
 * and one on which a command blocks, which has to line up again behind others when its server is asked.
 */
const LISTENING_INTERVAL_MS = 2_000
const BLOCKED_INTERVAL_MS = 5_000

/** How far apart the moments are at which idle connections are asked, as a share of the interval. */
const SHARE_OF_ROUND = 0.1

/**
 * When a connection that owes nothing is asked, in milliseconds of the clock; infinite for never. The idle connections of a
 * process are asked together, as each question by itself would wake it.
 *
 * @param heardAt - When it last sent something, or was last asked.
 */
export function checkDueAt(
  heardAt: number,
  { healthCheckIntervalMs }: LivenessPolicy,
  { listening, blocked, stretch }: Pick<LivenessFacts, 'listening' | 'blocked' | 'stretch'>,
): number {
  if (healthCheckIntervalMs === false) return Number.POSITIVE_INFINITY
  const intervalMs = healthCheckIntervalMs * stretch
  if (!listening && !blocked) {
    const roundMs = healthCheckIntervalMs * SHARE_OF_ROUND
    return Math.floor((heardAt + intervalMs) / roundMs) * roundMs
  }
  return heardAt + Math.min(intervalMs, (blocked ? BLOCKED_INTERVAL_MS : LISTENING_INTERVAL_MS) * Math.min(stretch, 1))
}

/** Decides what to do about a connection. */
export function judgeLiveness(facts: LivenessFacts, policy: LivenessPolicy): LivenessVerdict {
  if (facts.monitoring) return 'alive'
  if (facts.owedSince !== undefined)
    return isUnresponsive(facts.owedSince, facts.now, policy) ? 'unresponsive' : 'alive'
  if (facts.now < checkDueAt(facts.heardAt, policy, facts)) return 'alive'
  return facts.blocked ? 'check-blocked' : 'ping'
}

function isUnresponsive(owedSince: number, now: number, { unresponsiveTimeoutMs }: LivenessPolicy): boolean {
  return unresponsiveTimeoutMs !== false && now - owedSince >= unresponsiveTimeoutMs
}
