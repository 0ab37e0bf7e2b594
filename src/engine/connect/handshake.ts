import type { Clock } from '../../base/clock.js'
import { withDeadline } from '../../base/deadline.js'
import type { Capability } from '../../core/events/maint-events.js'
import type { HostErrors } from '../ports.js'
import type { Connection } from '../session/connection.js'

/** The longest time for a handshake where the user sets no limit, in milliseconds. */
const NO_LIMIT_MS = 30_000

/** How long a handshake may take. */
export interface HandshakeTerms {
  readonly clock: Clock
  readonly errors: Pick<HostErrors, 'connectTimeout'>
  /** In milliseconds; 0 is no limit of the user's. */
  readonly connectTimeoutMs: number
}

/**
 * Connects: socket, TLS, the host's handshake, and what the engine asks in the same write. The time for all of it is the one
 * that the user set for a connection: a proxy that accepts, with nobody behind it, must not take longer than one that does
 * not accept.
 */
export function shakeHands(
  connection: Pick<Connection, 'connect' | 'server' | 'capability'>,
  terms: HandshakeTerms,
): Promise<Capability | undefined> {
  return withinConnectTimeout(
    connection
      .connect()
      .then(() => connection.server)
      .then(() => connection.capability),
    terms,
  )
}

/** Waits for a part of connecting for as long as the user's connect timeout allows. Rejects with the host's error for it. */
export function withinConnectTimeout<T>(part: Promise<T>, terms: HandshakeTerms): Promise<T> {
  const { clock, errors, connectTimeoutMs } = terms
  const onLate = (): never => {
    throw errors.connectTimeout()
  }
  return withDeadline(part, { clock, withinMs: connectTimeoutMs || NO_LIMIT_MS, onLate })
}
