import type { Clock } from '../../base/clock.js'
import { pause } from '../../base/pause.js'
import { ask, unavailable } from './ask.js'
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
  if (primary?.place === undefined || replica?.place === undefined)
    throw unavailable('Only nodes with servers of their own, at a host and port, can change roles')
  const { host, port } = replica.place
  await ask(primary, ['FAILOVER', 'TO', host, String(port), 'TIMEOUT', String(WITHIN_MS)])
  const endsAt = clock.now() + WITHIN_MS
  while (!((await hasRole(replica, 'master')) && (await hasRole(primary, 'slave')))) {
    if (clock.now() > endsAt) throw unavailable(`The roles had not changed after ${WITHIN_MS} ms`)
    await pause(clock, LOOK_AGAIN_MS, true)
  }
}

async function hasRole(backend: Backend, role: 'master' | 'slave'): Promise<boolean> {
  const reply = await ask(backend, ['ROLE'])
  return Array.isArray(reply) && String(reply[0]) === role
}
