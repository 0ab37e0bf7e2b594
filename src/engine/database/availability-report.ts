import { type Clock, toEpochMs } from '../../base/clock.js'
import { HitlessError } from '../../base/errors.js'
import type { AvailabilityChanged } from '../../core/events/maint-events.js'
import type { AvailabilityStatus } from './availability.js'

/** The availability of a database with public times: milliseconds since 1970. */
export function toPublic(status: AvailabilityStatus, clock: Clock): AvailabilityChanged {
  if (status.state === 'available') return { state: 'available' }
  const { since, retryAt, cause } = status
  return { state: 'unavailable', sinceAt: toEpochMs(since, clock), retryAt: toEpochMs(retryAt, clock), cause }
}

/** The error of a command that does not wait for a database that is away; `undefined` while it is not. */
export function unavailableError(status: AvailabilityStatus, clock: Clock): HitlessError | undefined {
  if (status.state === 'available') return undefined
  const { retryAt, cause } = status
  const retryAfterMs = Math.max(Math.round(retryAt - clock.now()), 0)
  const facts = { retryAt: toEpochMs(retryAt, clock), retryAfterMs }
  const why = cause instanceof Error && cause.message !== '' ? ` (${cause.message})` : ''
  const message = `The server cannot be reached${why}: it is tried again in ${retryAfterMs} ms, and commands are taken once it answers`
  return new HitlessError('UNAVAILABLE', message, { retryable: true, cause, facts })
}
