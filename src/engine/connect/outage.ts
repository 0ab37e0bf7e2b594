import type { HostModule } from '../../adapters/node-redis/host.js'
import { isHitlessError } from '../../base/errors.js'

/** What the system calls it when a place cannot be reached, or a name not be resolved. */
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

/**
 * Whether a failure to connect means that the server is away. What a server answers, such as a wrong password, and what is
 * wrong with a certificate, concerns the client that asked and no other.
 */
export function isOutage(host: HostModule, error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { ConnectionTimeoutError, SocketClosedUnexpectedlyError, SocketTimeoutError } = host
  const away = [ConnectionTimeoutError, SocketClosedUnexpectedlyError, SocketTimeoutError]
  if (away.some(kind => error instanceof kind) || isHitlessError(error, 'HANDOFF_FAILED')) return true
  return CODES.has((error as { readonly code?: unknown }).code)
}
