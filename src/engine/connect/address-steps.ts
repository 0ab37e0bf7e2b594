import { isHitlessError } from '../../base/errors.js'
import type { AddressBook, Answer } from '../database/address-book.js'
import { LookupTimeout } from '../database/dns-resolver.js'
import type { Host } from '../ports.js'
import { isGarbage } from './outage.js'

/** The longest time for an address before the next one is tried, in milliseconds. */
const STEP_WITHIN_MS = 1_000

/** The system's error codes for an address that cannot be reached. */
const UNREACHABLE =
  /^(?:ECONNREFUSED|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|ETIMEDOUT|EADDRNOTAVAIL|EAFNOSUPPORT)$/

/** The system's error codes for a connection that the other side ends. */
const HUNG_UP = /^(?:ECONNRESET|EPIPE|ECONNABORTED)$/

/** Resolves a name again. As the host has it, that is part of the connection: it is late where the answer is. */
export function resolveNow(book: AddressBook, host: Host): Promise<Answer> {
  return book.resolve({ maxAgeMs: 0 }).catch(error => {
    throw error instanceof LookupTimeout ? host.errors.connectTimeout() : error
  })
}

/** What the time for one address depends on. */
export interface StepFacts {
  /** How long a connection may take by the user's options, in milliseconds; 0 for no limit. */
  readonly connectTimeoutMs: number
  /** The part of that time that the lookup took, in milliseconds. */
  readonly spentMs: number
  /** What is left for all addresses, in milliseconds. */
  readonly leftMs: number
  /** How many addresses are left, this one among them. */
  readonly steps: number
}

/** How long the connection to an address may take, in milliseconds. The last one has the user's time, as a single one. */
export function stepTimeout({ connectTimeoutMs, spentMs, leftMs, steps }: StepFacts): number {
  const ownMs = connectTimeoutMs === 0 ? 0 : Math.max(connectTimeoutMs - spentMs, 1)
  if (steps === 1) return ownMs
  const shareMs = Math.max(Math.min(STEP_WITHIN_MS, leftMs / steps), 1)
  return Math.ceil(ownMs === 0 ? shareMs : Math.min(ownMs, shareMs))
}

/** Whether an error says that no connection to an address was possible. An answer of a server does not say that. */
export function isUnreachable(error: unknown, host: Pick<Host, 'classify'>): boolean {
  if (host.classify(error) === 'connect-timeout') return true
  if (host.classify(error) === 'credentials') return false
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return false
  return error.syscall === 'connect' && UNREACHABLE.test(String(error.code))
}

/**
 * Whether nothing serves at an address: it cannot be reached, hangs up before the end of the handshake, or does not
 * speak the protocol. An answer of a server does not say that.
 */
export function isDead(error: unknown, host: Pick<Host, 'classify'>): boolean {
  if (isUnreachable(error, host) || isGarbage(error) || host.classify(error) === 'socket-closed') return true
  return error instanceof Error && 'code' in error && HUNG_UP.test(String(error.code))
}

/** Whether another address may be better: nothing serves at this one, or it leads to the wrong one of several servers. */
export function isWorthAStep(error: unknown, host: Pick<Host, 'classify'>): boolean {
  return isDead(error, host) || isHitlessError(error, 'NOT_PRIMARY')
}
