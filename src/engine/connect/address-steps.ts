import { isIP } from 'node:net'
import {
  CONNECT_TIMEOUT_MS,
  type HostModule,
  type HostSocketOptions,
  type Lookup,
} from '../../adapters/node-redis/host.js'
import { isHitlessError } from '../../base/errors.js'

/** How long an address may keep the next one waiting, in milliseconds. */
const STEP_WITHIN_MS = 1_000

/** What the system says of an address that cannot be reached, now or from here. */
const UNREACHABLE =
  /^(?:ECONNREFUSED|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|ETIMEDOUT|EADDRNOTAVAIL|EAFNOSUPPORT)$/

/** One of the addresses of a host name, as the way to it. */
export interface Way {
  readonly address: string
  /** How long the connection may take, in milliseconds; 0 for no limit of its own. */
  readonly connectTimeoutMs: number
}

/** The socket options that lead a host name to one address; the name stays, for its certificate. */
export function leadTo(way: Way | undefined): HostSocketOptions {
  if (way === undefined) return {}
  const { address, connectTimeoutMs } = way
  return { lookup: answerWith(address), connectTimeout: connectTimeoutMs }
}

/** A lookup that knows one address, in whichever form it is asked for. */
function answerWith(address: string): Lookup {
  const family = isIP(address)
  return (_, options, callback) => {
    if ('all' in options && options.all === true) callback(null, [{ address, family }])
    else callback(null, address, family)
  }
}

/** What the time for one address follows from. */
export interface StepFacts {
  /** How long a connection may take by the user's options, in milliseconds; 0 for no limit. */
  readonly connectTimeout: number | undefined
  /** What the lookup has taken of that, in milliseconds. */
  readonly spentMs: number
  /** What is left for all addresses, in milliseconds. */
  readonly leftMs: number
  /** How many addresses are left, this one among them. */
  readonly steps: number
}

/** How long the connection to an address may take, in milliseconds. The last one has the user's time, as a single one. */
export function stepTimeout({ connectTimeout = CONNECT_TIMEOUT_MS, spentMs, leftMs, steps }: StepFacts): number {
  const ownMs = connectTimeout === 0 ? 0 : Math.max(connectTimeout - spentMs, 1)
  if (steps === 1) return ownMs
  const shareMs = Math.max(Math.min(STEP_WITHIN_MS, leftMs / steps), 1)
  return Math.ceil(ownMs === 0 ? shareMs : Math.min(ownMs, shareMs))
}

/** Whether an error says that an address could not be connected to; what a server answers says nothing of the kind. */
export function isUnreachable(error: unknown, host: HostModule): boolean {
  if (error instanceof host.ConnectionTimeoutError) return true
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return false
  return error.syscall === 'connect' && UNREACHABLE.test(String(error.code))
}

/** Whether another address may do better: this one is out of reach, or the wrong one of several servers. */
export function isWorthAStep(error: unknown, host: HostModule): boolean {
  return isUnreachable(error, host) || isHitlessError(error, 'NOT_PRIMARY')
}
