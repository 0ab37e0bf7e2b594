import type { Random } from '../../base/random.js'
import type { HostModule, HostSocketOptions } from './host-module.js'

const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 2_000
const JITTER_MS = 200

/** The reconnect strategy that the host has where it is given none. */
export function hostPauses(host: HostModule, random: Random): NonNullable<HostSocketOptions['reconnectStrategy']> {
  return (retries, cause) => {
    if (cause instanceof host.SocketTimeoutError) return false
    return Math.min(2 ** retries * FIRST_PAUSE_MS, LONGEST_PAUSE_MS) + Math.floor(random() * JITTER_MS)
  }
}
