import { HitlessError, isHitlessError } from '../../base/errors.js'
import type { Capability } from '../../core/events/maint-events.js'
import { type EndpointType, endpointTypeOf } from '../../core/options/endpoint-type.js'
import type { Context } from '../database/context.js'
import type { Connection } from '../session/connection.js'

/** What is asked of the server on each new connection. */
export interface OptIn {
  readonly mode: 'auto' | 'enabled'
  readonly endpointType: EndpointType | 'auto'
  readonly tls: boolean
}

/** What to ask for by the options; `undefined` where the feature is off. */
export function optInOf({ maint, offReason, target }: Context): OptIn | undefined {
  if (maint.mode === 'disabled' || offReason !== undefined) return undefined
  return { mode: maint.mode, endpointType: maint.endpointType, tls: target.tls }
}

/**
 * Asks for notifications in the same write as the host's handshake: it costs no round trip.
 *
 * To be called when the socket has connected and nothing was written yet. Never rejects: a refusal is a result too.
 */
export function askInHandshake(connection: Connection, optIn: OptIn): Promise<Capability> {
  return ask(connection, optIn, command => connection.physical.sendInHandshake(command))
}

/** Asks again on a connection that is ready, since RESET ends notifications. Never rejects. */
export function askAgain(connection: Connection, optIn: OptIn): Promise<Capability> {
  return ask(connection, optIn, command => connection.send(command))
}

async function ask(
  connection: Connection,
  { endpointType: wanted, tls }: OptIn,
  send: (command: readonly string[]) => Promise<unknown>,
): Promise<Capability> {
  const endpointType = wanted === 'auto' ? endpointTypeOf(connection.address, tls) : wanted
  try {
    await send(['CLIENT', 'MAINT_NOTIFICATIONS', 'ON', 'moving-endpoint-type', endpointType])
    return { state: 'supported', endpointType }
  } catch (error) {
    return { state: 'unsupported', reason: error instanceof Error ? error.message : String(error) }
  }
}

/**
 * Compares a capability with the mode.
 *
 * @throws HitlessError `MAINT_UNSUPPORTED` where `enabled` was refused, with the server's reason.
 */
export function assertCapability(capability: Capability, { mode }: OptIn): void {
  if (mode !== 'enabled' || capability.state !== 'unsupported') return
  const { reason } = capability
  throw new HitlessError('MAINT_UNSUPPORTED', `The server refused maintenance notifications: ${reason}`, {
    facts: { reason },
  })
}

/** Whether an error means that the server is alive, though not ready to serve. */
export function isNotServing(error: unknown): boolean {
  return (
    error instanceof Error && !isHitlessError(error) && /^(?:LOADING|MASTERDOWN|CLUSTERDOWN|BUSY)\b/.test(error.message)
  )
}
