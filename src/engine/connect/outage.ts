import { backoffMs, jitteredMs } from '../../base/backoff.js'
import { isHitlessError } from '../../base/errors.js'
import type { Random } from '../../base/random.js'
import type { Flaps } from '../../core/decide/flapping.js'
import type { FailureKind, Host, ReconnectDecision, ReconnectPause } from '../ports.js'

/** The system's error codes where an address cannot be reached or a name cannot be resolved. */
const CODES: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ENODATA',
  'ENOTFOUND',
  'ESERVFAIL',
  'ETIMEOUT',
])

const AWAY: ReadonlySet<FailureKind> = new Set(['connect-timeout', 'socket-timeout', 'socket-closed'])

/** The pauses of the default strategy where there is no outage, in milliseconds. */
const DELAY = { firstMs: 50, longestMs: 2_000, jitterMs: 200 } as const

/** What a server says that has no place for another client, and closes the connection. */
const FULL = /^ERR max number of (?:clients|connections)\b/i

/**
 * Whether a failure to connect means that the server is away. An answer of a server, such as to a wrong password, and a
 * refused certificate concern only the client that asked, and so does a failure of its identity provider. That the server
 * has no place left concerns all.
 */
export function isOutage(host: Pick<Host, 'classify'>, error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const kind = host.classify(error)
  if (kind === 'credentials') return false
  if (AWAY.has(kind) || isHitlessError(error, 'HANDOFF_FAILED') || isGarbage(error)) return true
  if (isHitlessError(error, 'PRIMARY_UNKNOWN')) return true
  if (kind === 'reply') return FULL.test(error.message)
  return CODES.has((error as { readonly code?: unknown }).code)
}

/** Whether what answered does not speak the protocol, such as a load balancer that has no server behind it. */
export function isGarbage(error: unknown): boolean {
  return isHitlessError(error) && error.code.startsWith('WIRE_')
}

/**
 * The pause before the next attempt where the user has no strategy. During an outage the pauses are the database's. After other failures the pause is 50 ms
 * to 2 s, and up to 200 ms of jitter.
 */
export function defaultDelay(
  host: Pick<Host, 'classify'>,
  { retries, cause, random }: { retries: number; cause: unknown; random: Random },
): ReconnectPause {
  if (isOutage(host, cause)) return { afterMs: 0 }
  return { afterMs: growingPauseMs(retries, random) }
}

/**
 * Whether there is another attempt, and after what pause: the host says so. Where connections are made and break again soon the
 * database is there, and has no pauses: they grow as after other failures where the user has no strategy.
 */
export function decideReconnect(
  { host, random }: { readonly host: Pick<Host, 'pacesReconnects' | 'reconnectDelay'>; readonly random: Random },
  { retries, cause, flaps }: { readonly retries: number; readonly cause: unknown; readonly flaps: Flaps },
): ReconnectDecision {
  if (flaps !== undefined && !host.pacesReconnects) return { afterMs: growingPauseMs(flaps, random) }
  return host.reconnectDelay(retries, cause)
}

/** The pause after so many attempts, in milliseconds: 50 ms to 2 s and up to 200 ms of jitter. */
export function growingPauseMs(retries: number, random: Random): number {
  return jitteredMs(backoffMs(DELAY, retries), { jitterMs: DELAY.jitterMs, random })
}
