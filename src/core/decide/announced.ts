import type { MaintenanceNotification, MovingNotification } from '../../notifications/notification.js'
import type { BareEvent } from '../events/maint-events.js'
import { beginMove } from './begin-handoff.js'
import type { Draft } from './draft.js'
import { currentConnection, nextConnection } from './draft.js'
import type { Input } from './link-state.js'
import { closeWindows, openWindow } from './maintenance-windows.js'
import type { ConnectionId, MoveOrder } from './phase.js'
import { isRemembered, isRepetition, remember, rememberedMs } from './seen-events.js'

/** Acts on what the server said. */
export function onNotification(draft: Draft, input: Extract<Input, { type: 'notification' }>): void {
  const { connection, identity, notification } = input
  const { phase } = draft.link
  const fresh = connection === currentConnection(phase) || connection === nextConnection(phase)
  if (!fresh) return draft.emit('notification:ignored', { notification, cause: 'stale' }, connection)
  if (isRepeated(draft, connection, identity)) {
    return draft.emit('notification:ignored', { notification, cause: 'duplicate' }, connection)
  }
  if (notification.type === 'moving') {
    return onMoving(draft, { identity, moving: notification, receivedAt: draft.now })
  }
  const expiresAt = draft.now + rememberedMs(identity)
  const { registry } = draft.link
  draft.update({ registry: remember(registry, identity, { handling: 'done', connection, expiresAt, now: draft.now }) })
  act(draft, identity, notification)
}

/** A failed event may be tried again, but it does not end the hand-off that is under way for another event. */
function isRepeated({ link, now }: Draft, connection: ConnectionId, identity: string): boolean {
  const { phase, registry } = link
  if (!('move' in phase)) return isRepetition(registry, identity, { connection, now })
  return identity === phase.move.identity || isRemembered(registry, identity, now)
}

function onMoving(draft: Draft, order: MoveOrder): void {
  const { phase } = draft.link
  const current = currentConnection(phase)
  if (current !== undefined) return beginMove(draft, current, order)
  // The server does not repeat it: it tells new connections of an open move during the handshake only.
  if (phase.state === 'connecting') return draft.enter({ ...phase, order })
  draft.emit('notification:ignored', { notification: order.moving, cause: 'stale' })
}

function act(draft: Draft, identity: string, notification: Exclude<MaintenanceNotification, MovingNotification>): void {
  switch (notification.type) {
    case 'migrating':
    case 'failing-over':
    case 'slots-migrating':
      tell(draft, notification)
      return openWindow(draft, identity, notification)
    default:
      if (closeWindows(draft, notification)) endWindow(draft, notification)
      else if (notification.type === 'slots-migrated') tell(draft, notification)
      else draft.emit('notification:ignored', { notification, cause: 'replay' })
  }
}

/** The node that took over may have another address, and the name may follow late. */
function endWindow(draft: Draft, notification: MaintenanceNotification): void {
  tell(draft, notification)
  draft.do({ type: 'recheck-address' })
}

function tell(draft: Draft, notification: MaintenanceNotification): void {
  // A notification is told under its own type, so name and payload always agree.
  const event = { name: notification.type, payload: notification } as BareEvent
  draft.do({ type: 'emit', event, connection: currentConnection(draft.link.phase), handoff: undefined })
}
