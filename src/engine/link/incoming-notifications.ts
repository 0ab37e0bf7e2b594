import type { Clock } from '../../base/clock.js'
import type { ConnectionId } from '../../core/decide/phase.js'
import { type MaintSignal, toNotification } from '../../core/events/signal.js'
import type { Tell } from '../../core/events/tell.js'
import { decodePush } from '../../notifications/decode.js'
import type { Connection } from '../session/connection.js'
import type { Session } from '../session/connection-session.js'
import type { Shell } from './shell.js'

/** Where a push came from, and what is told of it. */
export interface PushContext {
  readonly shell: Pick<Shell, 'notify'>
  readonly connection: Connection
  readonly session: Pick<Session, 'loadScripts'>
  readonly context: { readonly tell: Tell; readonly clock: Pick<Clock, 'epochMs'> }
}

/** After these another node may answer behind the same connection, which knows none of the scripts. */
const CHANGES_OF_NODE: ReadonlySet<string> = new Set(['migrated', 'failed-over'])

/**
 * Takes a push that the host does not handle. Nothing that a server sends can make it throw, since it runs in the
 * host's read path.
 *
 * @returns whether it was a maintenance notification.
 */
export function receivePush(items: readonly unknown[], { shell, connection, context, session }: PushContext): boolean {
  const { tell, clock } = context
  const result = decodePush(items, clock.epochMs())
  switch (result.outcome) {
    case 'accepted':
      shell.notify(connection.id, result.notification)
      if (CHANGES_OF_NODE.has(result.notification.type)) void session.loadScripts(connection)
      return true
    case 'rejected':
      tell({ name: 'notification:rejected', payload: result }, { connection })
      return true
    default:
      tell({ name: 'notification:unrecognised', payload: result }, { connection })
      return false
  }
}

/** The part of a link that signals need. */
export interface SignalRecipient {
  readonly shell: Shell
  readonly current: { readonly id: ConnectionId } | undefined
}

/**
 * Passes on what an application learned elsewhere, as if the server had announced it. Without a connection it does
 * nothing.
 *
 * @throws HitlessError `SIGNAL_INVALID`.
 */
export function passSignalOn(recipients: readonly SignalRecipient[], signal: MaintSignal, clock: Clock): void {
  const notification = toNotification(signal, clock.epochMs())
  for (const { shell, current } of recipients) {
    if (current !== undefined) shell.notify(current.id, notification)
  }
}
