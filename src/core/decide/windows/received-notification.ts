import type { MaintenanceNotification, MovingNotification } from '../../../notifications/notification.js'
import type { IgnoreCause } from '../../events/hooked-notification.js'
import type { BareEvent } from '../../events/maint-events.js'
import type { Draft } from '../draft.js'
import { currentConnection, nextConnection } from '../draft.js'
import { withholdReaction } from '../dry-run.js'
import type { Input } from '../link-state.js'
import type { ConnectionId, MoveOrder } from '../phase.js'
import { closeWindows, isBehindItsEnd, noteEnd, openWindow } from './maintenance-windows.js'
import { beginOrdered, ignore, ignoreOrder, settle } from './notification-outcome.js'
import { isRemembered, isRepetition, remember, rememberedMs } from './seen-events.js'

/** Acts on what the server said. */
export function onNotification(draft: Draft, input: Extract<Input, { type: 'notification' }>): void {
  const { connection, identity, notification } = input
  const { phase } = draft.link
  const fresh = connection === currentConnection(phase) || connection === nextConnection(phase)
  if (!fresh) return ignore(draft, input, 'stale')
  if (isRepeated(draft, connection, identity)) return ignore(draft, input, 'duplicate')
  if (draft.policy.dryRun === true) return withholdReaction(draft, input)
  if (notification.type === 'moving') {
    return onMoving(draft, { identity, moving: notification, connection, receivedAt: draft.now })
  }
  const expiresAt = draft.now + rememberedMs(identity)
  const { registry } = draft.link
  draft.update({ registry: remember(registry, identity, { handling: 'done', connection, expiresAt, now: draft.now }) })
  const ignored = act(draft, identity, notification)
  if (ignored === undefined) settle(draft, { connection, notification })
  else ignore(draft, input, ignored)
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
  if (current !== undefined) return beginOrdered(draft, current, order)
  // The server does not repeat it: it tells new connections of an open move during the handshake only.
  if (phase.state !== 'connecting') return ignoreOrder(draft, order)
  const { order: earlier } = phase
  if (earlier?.identity === order.identity) return ignore(draft, { ...order, notification: order.moving }, 'duplicate')
  if (earlier !== undefined) ignoreOrder(draft, earlier)
  draft.enter({ ...phase, order })
}

/** Why it changes nothing, `undefined` where it does. */
function act(
  draft: Draft,
  identity: string,
  notification: Exclude<MaintenanceNotification, MovingNotification>,
): IgnoreCause | undefined {
  switch (notification.type) {
    case 'migrating':
    case 'failing-over':
    case 'slots-migrating':
      if (isBehindItsEnd(draft, notification)) return 'replay'
      tell(draft, notification)
      openWindow(draft, identity, notification)
      return undefined
    default:
      noteEnd(draft, notification)
      if (closeWindows(draft, notification)) endWindow(draft, notification)
      else if (notification.type === 'slots-migrated') tell(draft, notification)
      else return 'replay'
      return undefined
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
