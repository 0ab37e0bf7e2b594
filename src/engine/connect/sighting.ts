import { withDeadline } from '../../base/deadline.js'
import { isHitlessError } from '../../base/errors.js'
import type { Sighting } from '../../core/health/doubt.js'
import type { Connection } from '../session/connection.js'
import { type ConnectionIdentity, sightIn } from '../session/connection-identity.js'
import { isUnreachable } from './address-steps.js'
import type { AuxiliaryConnections, SendOne } from './auxiliary-connections.js'
import { noteRefusal, type RefusalContext } from './refusal.js'

/** Over what to ask about a connection. */
export interface SightingParts extends RefusalContext {
  /** The connection that took its place, if there is one: no further one is needed where it leads to the same node. */
  readonly successor: Connection | undefined
  readonly lines: AuxiliaryConnections
}

/** How long the successor may take to answer, in milliseconds. */
const ANSWER_WITHIN_MS = 1_500

const UNTOLD: Sighting = { type: 'untold' }

/** Finds out about a connection that says nothing from the server at its other end. Never rejects. */
export async function sightingOf(connection: Connection, parts: SightingParts): Promise<Sighting> {
  const { successor, lines, host, clock } = parts
  const isRefused = parts.database.rightsOf(parts.hooks).isRefused('CLIENT LIST', clock.now())
  const identity = isRefused ? undefined : connection.identity
  const noted = (send: SendOne): SendOne => {
    return words =>
      send(words).catch(error => {
        noteRefusal('CLIENT LIST', { error, connection, context: parts })
        throw error
      })
  }
  try {
    if (successor !== undefined && leadsToSame(successor, connection)) {
      const asked = ask(identity, successor.identity?.line, noted(successor.send))
      return await withDeadline(asked, { clock, withinMs: ANSWER_WITHIN_MS, onLate: () => UNTOLD })
    }
    return await lines.use(connection, { keep: true }, async send => {
      const line = identity === undefined ? undefined : String(await send(['CLIENT', 'INFO']))
      return ask(identity, line, noted(send))
    })
  } catch (error) {
    if (isUnreachable(error, host)) return { type: 'unreachable' }
    return isHitlessError(error, 'CONNECTION_UNRESPONSIVE') ? { type: 'mute' } : UNTOLD
  }
}

/** @param asker - The line of the connection that asks. */
async function ask(identity: ConnectionIdentity | undefined, asker: string | undefined, send: SendOne) {
  if (identity?.line === undefined || asker === undefined) return UNTOLD
  return sightIn(String(await send(['CLIENT', 'LIST', 'ID', identity.id])), identity, asker)
}

/** A name may lead elsewhere by now; an address does not. */
function leadsToSame({ isReady, unresponsive, address, reached }: Connection, other: Connection): boolean {
  if (!isReady || unresponsive !== undefined || address === undefined) return false
  return address === other.address && reached.port === other.reached.port
}
