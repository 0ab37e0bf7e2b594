import type { Clock } from '../../base/clock.js'
import { withDeadline } from '../../base/deadline.js'
import type { Capability } from '../../core/events/maint-events.js'
import type { HostErrors } from '../ports.js'
import type { Connection } from '../session/connection.js'

/** What a connection is asked in its handshake. */
type Answers = Pick<Connection, 'server' | 'capability'> & Partial<Pick<Connection, 'lastAnswer' | 'greeting'>>

/** The longest time for a handshake where the user sets no limit, in milliseconds. */
const NO_LIMIT_MS = 30_000

/**
 * How long servers that may answer nothing but the host are waited for, once they have answered that, in milliseconds. A busy
 * one is late: the limit that the user sets for a connection is shorter by default.
 */
const ANSWERS_WITHIN_MS = 10_000

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
  connection: Pick<Connection, 'connect'> & Answers,
  terms: HandshakeTerms & { readonly mayLeaveOut?: boolean },
): Promise<Capability | undefined> {
  const { connectTimeoutMs, mayLeaveOut } = terms
  const soon = { ...terms, connectTimeoutMs: Math.min(boundOf(connectTimeoutMs), ANSWERS_WITHIN_MS) }
  const answers = (): Promise<Capability | undefined> => {
    if (connection.greeting === 'sent') connection.greeting = 'owed'
    const isOwed = mayLeaveOut === true && connection.lastAnswer !== 'came'
    return isOwed ? withinConnectTimeout(answersOf(connection), soon) : answersOf(connection)
  }
  return withinConnectTimeout(connection.connect().then(answers), terms)
}

async function answersOf({ server, lastAnswer, capability }: Answers): Promise<Capability | undefined> {
  await server
  await lastAnswer
  return capability
}

/** How long connecting may take, in milliseconds, also where the user sets no limit. */
export function boundOf(connectTimeoutMs: number): number {
  return connectTimeoutMs || NO_LIMIT_MS
}

/** Waits for a part of connecting for as long as the user's connect timeout allows. Rejects with the host's error for it. */
export function withinConnectTimeout<T>(part: Promise<T>, terms: HandshakeTerms): Promise<T> {
  const { clock, errors, connectTimeoutMs } = terms
  const onLate = (): never => {
    throw errors.connectTimeout()
  }
  return withDeadline(part, { clock, withinMs: boundOf(connectTimeoutMs), onLate })
}
