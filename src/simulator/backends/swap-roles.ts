import type { Clock } from '../../base/clock.js'
import { HitlessError } from '../../base/errors.js'
import { pause } from '../../base/pause.js'
import { ask } from './ask.js'
import type { Backend } from './backend-line.js'

/** How long two servers may take to agree, and how often they are asked whether they have, in milliseconds. */
const WITHIN_MS = 10_000
const LOOK_AGAIN_MS = 10

/**
 * Has a real server and a replica of it change roles, as `FAILOVER` does: writes wait at the old primary until the replica has
 * everything, and are refused once that has taken over.
 *
 * @throws HitlessError `SIMULATOR_UNAVAILABLE` where a server cannot be reached by the other one, refuses, or takes longer than
 * 10 s.
 */
export async function swapRoles(
  primary: Backend | undefined,
  replica: Backend | undefined,
  clock: Clock,
): Promise<void> {
  const place = replica?.place
  if (primary?.place === undefined || place === undefined)
    throw unavailable('Only nodes with servers of their own, at a host and port, can change roles')
  await ask(primary, ['FAILOVER', 'TO', place.host, String(place.port), 'TIMEOUT', String(WITHIN_MS)])
  const endsAt = clock.now() + WITHIN_MS
  while (!((await hasRole(replica, 'master')) && (await hasRole(primary, 'slave')))) {
    if (clock.now() > endsAt) throw unavailable(`The roles had not changed after ${WITHIN_MS} ms`)
    await pause(clock, LOOK_AGAIN_MS, true)
  }
}

async function hasRole(backend: Backend | undefined, role: 'master' | 'slave'): Promise<boolean> {
  const reply = backend && (await ask(backend, ['ROLE']))
  return Array.isArray(reply) && String(reply[0]) === role
}

function unavailable(message: string): HitlessError {
  return new HitlessError('SIMULATOR_UNAVAILABLE', message, { facts: { kind: 'server' } })
}
